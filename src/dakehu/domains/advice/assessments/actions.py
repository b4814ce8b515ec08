"""Actions on questionnaires: send the link, file the client's answers, let compliance review a jump.

No action accepts answers from staff: they are submitted through a client's link only (links.submit).
"""

import json
import secrets
from datetime import date, timedelta
from typing import Any

from dakehu.domains.advice.assessments import rules
from dakehu.domains.advice.assessments.addresses import path_of
from dakehu.domains.advice.assessments.questionnaires import Questionnaire
from dakehu.domains.advice.choices import AssessmentState
from dakehu.domains.advice.models import Assessment, QuestionnaireLink
from dakehu.domains.advice.models.kept import digest
from dakehu.domains.advice.parameters import ASSESSMENT, CLIENT, QUESTIONNAIRE_LINK, REASON, VERSION
from dakehu.domains.advice.questionnaire_versions.store import in_force
from dakehu.domains.clients import actions as clients
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock, firm_settings
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.conditional import change_if
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.parameters import parameters_of

GOOD_FOR, LONGEST = 14, 60  # days that a link is valid: default, maximum
KEPT = bilingual("测评结果一经生成不能撤销。", "The result of a test is not taken back.")


@action(
    "advice.send_questionnaire",
    needs=Permission.SUITABILITY_WRITE,
    zh="发出风险测评",
    en="Send the risk questionnaire",
    parameters=(CLIENT, parameters_of("advice.QuestionnaireLink", optional=("place", "expires_on"))),
    irreversible=bilingual("链接发出后不能撤销，只能停用。", "A link cannot be taken back, only revoked."),
)
def send_questionnaire(*, client: Any, place: str | None = None, expires_on: date | None = None) -> dict[str, Any]:
    """Create a link by which a client fills in the questionnaire once; earlier unused links of the client are revoked.

    It is valid for 14 days by default, 60 at most. Returns {id, path, expires_on}.
    """
    today = clock.today()
    last = expires_on or today + timedelta(days=GOOD_FOR)
    if not today <= last <= today + timedelta(days=LONGEST):
        raise refusal("expires_on", "到期日须在今天起 {n} 天之内。", "It must expire within {n} days.", n=LONGEST)
    for earlier in QuestionnaireLink.objects.filter(client=client, is_revoked=False, used_at=None):
        earlier.is_revoked = True
        earlier.save()
    row = QuestionnaireLink(client=client, expires_on=last, secret=secrets.token_urlsafe(24))
    row.questionnaire, row.sent_by = in_force(today).version, team.current_user()
    if place:
        row.place = place
    row.save()
    return {"id": row.pk, "path": path_of(row), "expires_on": last.isoformat()}


@action(
    "advice.revoke_questionnaire",
    needs=Permission.SUITABILITY_WRITE,
    zh="停用测评链接",
    en="Revoke a questionnaire link",
    parameters=(QUESTIONNAIRE_LINK,),
)
def revoke_questionnaire(*, questionnaire_link: int) -> QuestionnaireLink:
    """Revoke a link that is not used yet. Raises NotFound, and Refused for one that is used."""
    row: QuestionnaireLink | None = QuestionnaireLink.objects.filter(pk=questionnaire_link).first()
    if row is None:
        raise NotFound(bilingual("测评链接", "questionnaire link"))
    if row.used_at is not None:
        raise refusal("questionnaire_link", "客户已经填写，不必停用。", "It has been used already.")
    row.is_revoked = True
    row.save()
    return row


@action(
    "advice.file_assessment",
    needs=Permission.SUITABILITY_REVIEW,
    zh="客户提交风险测评",
    en="A client submits the questionnaire",
    is_public=False,
)
def file_assessment(
    *, link: QuestionnaireLink, questionnaire: Questionnaire, answers: rules.Answers, result: rules.Result
) -> Assessment:
    """File a client's answers, and set the client's level unless compliance must review first. Called by links.submit only."""
    client, now = link.client, clock.now()
    if not change_if(link, {"used_at": None, "is_revoked": False}, {"used_at": now}):
        raise Refused(bilingual("这份测评已经提交过。", "This test has been submitted already."))
    before = str(client.risk_level)
    reason = rules.review_reason(before, result.level)
    content = {item: list(chosen) for item, chosen in answers.items()}
    row = Assessment(
        client=client,
        filled_at=now,
        questionnaire=questionnaire.version,
        place=link.place,
        answers=json.dumps(content, ensure_ascii=False),
        score=result.score,
        level=result.level,
        is_minimum=result.is_minimum,
        level_before=before,
        conflicts=list(result.soft),
        valid_to=clock.local(now).date() + timedelta(days=valid_days(questionnaire)),
        state=(AssessmentState.WAITING if reason else AssessmentState.COUNTED).value,
        review_reason=reason,
    )
    row.digest = digest({"client": client.pk, "answers": content, "score": row.score, "at": now.isoformat()})
    row.save()
    if not reason:
        _count(row)
    publish_event("assessment.filed", assessment=row.pk)
    return row


def valid_days(questionnaire: Questionnaire) -> int:
    """Return for how many days a test is valid: as its version specifies, capped by the firm's setting."""
    return min(questionnaire.valid_days, int(firm_settings.current("RISK_TEST_DAYS")))


def _count(row: Assessment) -> None:
    """Set the client's level to that of a test, as the system: reviewers may not write clients."""
    with acting_as(system_actor("the client's level follows the test", current_actor().door)):
        clients.change(
            client=row.client,
            risk_level=str(row.level),
            is_risk_minimum=row.is_minimum,
            risk_basis="tested",
            risk_tested_on=clock.local(row.filled_at).date(),
            risk_valid_to=row.valid_to,
        )


@action(
    "advice.release_assessment",
    needs=Permission.SUITABILITY_REVIEW,
    zh="测评复核通过",
    en="Release an assessment",
    parameters=(ASSESSMENT, REASON, VERSION),
    irreversible=KEPT,
)
def release_assessment(*, assessment: int, reason: str, version: int | None = None) -> Assessment:
    """Release a waiting test. Raises NotFound, and Refused where it is decided, expired or a later test applies."""
    row = _decide(assessment, AssessmentState.COUNTED, reason, version)
    later = Assessment.objects.filter(client=row.client, pk__gt=row.pk, state=AssessmentState.COUNTED.value)
    if later.exists():
        raise refusal("assessment", "客户之后的测评已经生效。", "A later test of the client counts already.")
    _count(row)
    return row


@action(
    "advice.reject_assessment",
    needs=Permission.SUITABILITY_REVIEW,
    zh="测评复核不通过",
    en="Reject an assessment",
    parameters=(ASSESSMENT, REASON, VERSION),
    irreversible=KEPT,
)
def reject_assessment(*, assessment: int, reason: str, version: int | None = None) -> Assessment:
    """Reject a waiting test; the client's level stays. Raises NotFound, and Refused where it is decided."""
    return _decide(assessment, AssessmentState.REJECTED, reason, version)


def _decide(pk: int, state: AssessmentState, reason: str, version: int | None) -> Assessment:
    row: Assessment | None = Assessment.objects.select_related("client").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("风险测评", "risk assessment"))
    check_version(row, version)
    if row.state != AssessmentState.WAITING:
        raise refusal("assessment", "这份测评不在待复核状态。", "This test does not wait for review.")
    row.state, row.review_note = state.value, reason[:300]
    row.reviewed_by, row.reviewed_at = team.current_user(), clock.now()
    row.save()
    return row
