"""A client's use of a link: open the questionnaire, and submit it once."""

import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from dakehu.domains.advice.assessments import rules
from dakehu.domains.advice.assessments.actions import file_assessment
from dakehu.domains.advice.assessments.addresses import read_token
from dakehu.domains.advice.assessments.questionnaires import Questionnaire
from dakehu.domains.advice.choices import AssessmentState
from dakehu.domains.advice.models import Assessment, QuestionnaireLink
from dakehu.domains.advice.questionnaire_versions.store import find_version
from dakehu.domains.clients.choices import RiskLevel
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual


class LinkGone(NotFound):
    """A link that is wrong, expired, revoked or used; which of these is not disclosed."""


@dataclass(frozen=True)
class Unfinished:
    """Answers that cannot be filed yet: `faults` by item, contradictions that block them and those to be confirmed."""

    faults: Mapping[str, Bilingual]
    hard: tuple[Bilingual, ...] = ()
    soft: tuple[Bilingual, ...] = ()


@contextmanager
def acting_for_questionnaire(token: str) -> Iterator[tuple[QuestionnaireLink, Questionnaire]]:
    """Act as the system for the client of a link. Raises LinkGone for one that is not valid today."""
    gone = LinkGone(bilingual("可用的测评链接", "working questionnaire link"))
    named = read_token(token)
    if named is None:
        raise gone
    with acting_as(system_actor("a client fills in the risk questionnaire", "web")):
        row = QuestionnaireLink.objects.select_related("client").filter(pk=named[0]).first()
        if row is None or not hmac.compare_digest(row.secret, named[1]):
            raise gone
        if row.is_revoked or row.used_at is not None or row.expires_on < clock.today():
            raise gone
        questionnaire = find_version(row.questionnaire)
        if str(row.client.status) in ("closed", "restricted") or questionnaire is None:
            raise gone
        yield row, questionnaire


def submit(token: str, answers: rules.Answers, is_confirmed: bool = False) -> Assessment | Unfinished:
    """Submit a questionnaire; soft contradictions require `is_confirmed` and are recorded.

    Raises LinkGone, and Refused for a client who was tested too often.
    """
    with acting_for_questionnaire(token) as (link, questionnaire):
        faults = rules.faults(questionnaire, answers)
        if faults:
            return Unfinished({item: Bilingual(*text) for item, text in faults.items()})
        fault = retest_fault(link)
        if fault is not None:
            raise Refused(Bilingual(*fault))
        result = rules.assess(questionnaire, answers)
        if result.hard or (result.soft and not is_confirmed):
            texts = {check.code: Bilingual(check.zh, check.en) for check in questionnaire.checks}
            return Unfinished(
                {}, tuple(texts[code] for code in result.hard), tuple(texts[code] for code in result.soft)
            )
        return file_assessment(link=link, questionnaire=questionnaire, answers=answers, result=result)


def retest_fault(link: QuestionnaireLink) -> tuple[str, str] | None:
    """Return why the client of a link may not be tested now, None where it may."""
    times = Assessment.objects.filter(client=link.client).values_list("filled_at", flat=True)
    return rules.retest_fault((clock.local(one) for one in times), clock.local(clock.now()))


def summary(row: Assessment) -> dict[str, object]:
    """Return the result shown to the client: {level, is_minimum, valid_to, is_waiting}."""
    return {
        "level": RiskLevel.text_of(str(row.level)),
        "is_minimum": row.is_minimum,
        "valid_to": row.valid_to.isoformat(),
        "is_waiting": row.state == AssessmentState.WAITING,
    }
