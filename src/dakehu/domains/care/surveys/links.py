"""Use of a survey link: open the survey, and submit it once, without a sign-in.

Wrong, altered, expired and unknown links are refused alike. For an anonymous answer, only two things are written: the
answer itself and the digest of the spent token: no audit entry, no event, no time.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from dakehu.domains.care.distress.choices import CaseSource
from dakehu.domains.care.distress.register import open_case
from dakehu.domains.care.distress.rules import find_signs, level_of
from dakehu.domains.care.models import (
    Survey,
    SurveyAnswer,
    SurveyAnswerLink,
    SurveyBatch,
    SurveyInvitation,
    SurveyToken,
)
from dakehu.domains.care.permissions import SURVEY_OFFICE
from dakehu.domains.care.readable import make_readable
from dakehu.domains.care.surveys import questions, tokens
from dakehu.domains.care.surveys.choices import Anonymity, AnswerChannel, BatchOrigin, SurveyState
from dakehu.domains.care.surveys.store import unaudited_rows
from dakehu.domains.service.tasks.owners import main_managers
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import add_audit_note

NOBODY = "0" * 24  # the secret against which a token without a batch is checked, so that timing is equal


class LinkGone(NotFound):
    """A link that is wrong, altered, expired or of a closed survey; which of these is not disclosed."""


@dataclass(frozen=True)
class Opened:
    """A survey as its link opens it. `invitation` is None in an anonymous one; `is_spent`: it was submitted already."""

    batch: SurveyBatch
    digest: str
    invitation: SurveyInvitation | None
    is_spent: bool

    @property
    def survey(self) -> Survey:
        return self.batch.survey

    @property
    def questions(self) -> list[dict[str, Any]]:
        return list(self.batch.version.questions)


@dataclass(frozen=True)
class Handed:
    """Result of a form: `faults` by question if it is incomplete; else it is stored, `is_distressed` by its words."""

    faults: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    is_distressed: bool = False


@contextmanager
def acting_for_link(token: str) -> Iterator[Opened]:
    """Act as the system for the holder of a link. Raises LinkGone for one that is not valid today."""
    read = tokens.read_token(token)
    with acting_as(system_actor("a survey is answered by its link", "web")):
        number = read.batch if read is not None else 0
        batch = SurveyBatch.objects.select_related("survey", "version").filter(pk=number).first()
        checked = read or tokens.Token(0, b"", b"")
        is_signed = tokens.is_signed(checked, batch.secret if batch is not None else NOBODY)
        tokens_known = unaudited_rows(SurveyToken).select_related("invitation")
        found = tokens_known.filter(digest=tokens.digest_of(checked)).first()
        if batch is None or not is_signed or not _is_open(batch):
            raise LinkGone(bilingual("可用的问卷链接", "working survey link"))
        if batch.survey.anonymity != Anonymity.ANONYMOUS and found is None:
            raise LinkGone(bilingual("可用的问卷链接", "working survey link"))
        invitation = found.invitation if found is not None else None
        is_spent = found is not None and (found.is_spent or _is_answered(invitation))
        yield Opened(batch, tokens.digest_of(checked), invitation, is_spent)


def _is_open(batch: SurveyBatch) -> bool:
    return bool(batch.survey.state == SurveyState.OPEN and batch.expires_on >= clock.today())


def _is_answered(invitation: SurveyInvitation | None) -> bool:
    """Return whether an invitation was answered, by this link or another of it."""
    if invitation is None:
        return False
    rows = unaudited_rows(SurveyToken).filter(invitation=invitation, is_spent=True)
    return bool(rows.exists())


def submit(token: str, raw: questions.Raw) -> Handed:
    """Submit a form. One that was submitted already is accepted without storing anything. Raises LinkGone."""
    with acting_for_link(token) as link:
        if link.is_spent:
            return Handed()
        choices, texts, faults = questions.read_answers(link.questions, raw)
        if faults:
            return Handed(faults)
        try:
            file_answer(link=link, choices=choices, texts=texts)
        except IntegrityError:  # the same form submitted concurrently: the other one applies
            return Handed()
        return Handed(is_distressed=_level_of(texts) is not None)


@action(
    "care.file_survey_answer",
    needs=SURVEY_OFFICE,
    zh="客户提交问卷",
    en="A client hands in a survey",
    is_public=False,
    offers_undo=False,
    is_confidential=True,
)
def file_answer(*, link: Opened, choices: dict[str, Any], texts: dict[str, str]) -> None:
    """Spend the link and store the answer in one transaction. Raises IntegrityError if the link is spent."""
    spend(link)
    is_anonymous = link.survey.anonymity == Anonymity.ANONYMOUS
    channel = AnswerChannel.EVENT if link.batch.origin == BatchOrigin.EVENT else AnswerChannel.LINK
    store_answer(link.batch, link.invitation, choices, texts, channel.value)
    if not is_anonymous:
        add_audit_note(survey=link.survey.pk)


def spend(link: Opened) -> None:
    """Mark a link as used. Raises IntegrityError if it is used."""
    rows = unaudited_rows(SurveyToken)
    if link.survey.anonymity == Anonymity.ANONYMOUS or link.invitation is None:
        with transaction.atomic():
            SurveyToken(digest=link.digest, batch=link.batch, is_spent=True).save(force_insert=True)
    elif not rows.filter(digest=link.digest, is_spent=False).update(is_spent=True):
        raise IntegrityError("the link is spent")


def store_answer(
    batch: SurveyBatch,
    invitation: SurveyInvitation | None,
    choices: dict[str, Any],
    texts: dict[str, str],
    channel: str,
    is_attended: bool = False,
) -> SurveyAnswer:
    """Store an answer according to its survey's anonymity, and open a case for words of distress of a known client."""
    kind = batch.survey.anonymity
    named = invitation if kind == Anonymity.NAMED else None
    answer = SurveyAnswer(
        batch=batch,
        channel=channel,
        choices=choices,
        texts=json.dumps(texts, ensure_ascii=False) if texts else None,
        day=None if kind == Anonymity.ANONYMOUS else clock.today(),
        is_attended=is_attended,
        invitation=named,
        client_id=named.client_id if named is not None else None,
    )
    answer.save(force_insert=True)
    if kind == Anonymity.CONFIDENTIAL and invitation is not None:
        link = SurveyAnswerLink(answer=answer, invitation=invitation, client_id=invitation.client_id)
        link.save(force_insert=True)
    if invitation is not None and kind != Anonymity.ANONYMOUS:
        _open_case(batch.survey, invitation, texts)
    return answer


def _open_case(survey: Survey, invitation: SurveyInvitation, texts: Mapping[str, str]) -> None:
    """Open a case of distress: for the client's manager if the survey is named, else for the survey office only."""
    is_named, client = survey.anonymity == Anonymity.NAMED, invitation.client
    open_case(
        client=client,
        source=CaseSource.SURVEY,
        ref=survey.pk,
        words="\n".join(texts.values()),
        at=clock.now(),
        first=main_managers([client.pk]).get(client.pk) if is_named else None,
        has_words=False,
        is_office_only=not is_named,
    )


def _level_of(texts: Mapping[str, str]) -> str | None:
    """Return the most serious level of distress in the words of an answer, None without any."""
    words = "\n".join(texts.values())
    return level_of(find_signs(make_readable(words).text)) if words else None
