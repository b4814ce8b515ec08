"""Send a survey: batches fixed beforehand, one invitation a client, links drawn when the mails are sent."""

import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from random import SystemRandom
from typing import Any

from dakehu.domains.care.models import Survey, SurveyBatch, SurveyInvitation, SurveyToken, SurveyVersion
from dakehu.domains.care.permissions import SURVEY_WRITE
from dakehu.domains.care.surveys import frames, rules, texts, tokens
from dakehu.domains.care.surveys.choices import Anonymity, BatchOrigin, Stratum, SurveyState
from dakehu.domains.care.surveys.parameters import BATCH, EXPIRES_ON, SEARCH, SEGMENT, SIZE, SPLIT_BY, SURVEY
from dakehu.domains.care.surveys.store import get_batch, get_survey, latest_version, unaudited_rows
from dakehu.domains.clients.mail_addresses import find_mail_contact
from dakehu.domains.service.deliveries import outbox, quiet
from dakehu.domains.service.deliveries.insertions import declare_insertion
from dakehu.domains.service.deliveries.settings import message_settings
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.records.bulk import record_columns

SEND, REMIND = "care.send_survey", "care.remind_survey"  # the jobs
KIND = "survey"  # of deliveries
SLICE = 100  # invitations per transaction
LONGEST = 60  # most days for which a link is valid
TOO_FEW = bilingual(
    "每批不足 {n} 人，不能称为匿名；请扩大范围，或改为保密。",
    "Fewer than {n} in a batch cannot be called anonymous: ask more, or make it confidential.",
    n=rules.LEAST_ANONYMOUS,
)


def get_sendable(pk: int) -> Survey:
    """Return an open survey that may be sent. Raises NotFound, Refused."""
    row = get_survey(pk)
    if row.state != SurveyState.OPEN:
        raise refusal("survey", "请先启用问卷。", "Open the survey first.")
    if not message_settings().desk_address:
        raise refusal(
            "survey",
            "请先在“系统 · 送达”中填写系统网址，问卷链接以此开头。",
            "State the address of the desk under System, Deliveries first: links begin with it.",
        )
    return row


@action(
    "care.send_survey",
    needs=SURVEY_WRITE,
    zh="发送问卷",
    en="Send a survey",
    parameters=(SURVEY, SEGMENT, SEARCH, SIZE, SPLIT_BY, EXPIRES_ON),
    irreversible=bilingual("发出的邀请不能撤回。", "Invitations that were sent cannot be taken back."),
)
def send_survey(
    *,
    survey: int,
    filters: dict[str, Any] | None = None,
    text: str | None = None,
    size: int | None = None,
    split_by: str | None = None,
    expires_on: date | None = None,
) -> dict[str, Any]:
    """Invite the clients whom the filter of the client list finds, or a random sample of `size`, by mail.

    Clients who may not be asked are left out, counted by rule. Returns {invited, refused: {rule: number}, batches}.
    Raises Refused for an anonymous batch of fewer than 10.
    """
    row, frame = get_sendable(survey), frames.find_frame(text, filters)
    last = check_days(row, expires_on)
    chosen = frame.eligible
    if not chosen or len(frame.clients) > frames.MOST:
        raise refusal("filters", "一次应邀请 1–{n} 位客户。", "Invite 1 to {n} clients at once.", n=frames.MOST)
    if size:
        chosen = sorted(SystemRandom().sample(chosen, min(size, len(chosen))))
    split = split_by or Stratum.NONE.value
    strata = frames.strata_of(frame.clients, split)
    is_anonymous = row.anonymity == Anonymity.ANONYMOUS
    groups = frames.groups_of_sample(strata, chosen, rules.LEAST_ANONYMOUS if is_anonymous else 1)
    if is_anonymous and not all(rules.is_anonymous_possible(len(some)) for some in groups.values()):
        raise refusal("survey", TOO_FEW.zh, TOO_FEW.en, n=rules.LEAST_ANONYMOUS)
    origin = BatchOrigin.SAMPLE if size or not (filters or text) else BatchOrigin.LIST
    batches = []
    for name, some in groups.items():
        in_book = sum(frames.joined_name([strata[number]]) in name.split(" + ") for number in frame.clients)
        batch = add_batch(
            row, origin, last, stratum=name if split != Stratum.NONE else "", split_by=split, in_book=in_book
        )
        invite(batch, some)
        batches.append(batch.pk)
        jobs.start(SEND, batch=batch.pk)
    refused: dict[str, int] = {}
    for rule in frame.refused.values():
        refused[rule] = refused.get(rule, 0) + 1
    return {"invited": len(chosen), "refused": refused, "batches": batches}


def check_days(survey: Survey, expires_on: date | None) -> date:
    """Return the last day of links. Raises Refused for one in the past or too far ahead."""
    today = clock.today()
    last = expires_on or today + timedelta(days=survey.days_open)
    if not today <= last <= today + timedelta(days=LONGEST):
        raise refusal("expires_on", "截止日须在今天起 {n} 天之内。", "It must end within {n} days.", n=LONGEST)
    return last


def add_batch(survey: Survey, origin: BatchOrigin, last: date, **values: Any) -> SurveyBatch:
    """Add a batch with the version in force, which this freezes. Inside an action."""
    version = latest_version(survey)
    freeze(version)
    batch = SurveyBatch(
        survey=survey,
        version=version,
        origin=origin.value,
        expires_on=last,
        secret=secrets.token_urlsafe(24),
        sent_by=team.current_user(),
        **values,
    )
    batch.save()
    return batch


def freeze(version: SurveyVersion) -> None:
    """Freeze the questions of a version: they are fixed from the first invitation on."""
    if version.frozen_on is None:
        version.frozen_on = clock.today()
        version.save()


def invite(batch: SurveyBatch, numbers: list[int], served: Mapping[int, int] | None = None) -> None:
    """Write the invitations of a batch, with who serves each client now unless given in `served`."""
    managers = frames.served_by(numbers) if served is None else served
    columns: dict[str, list[Any]] = {
        "batch_id": [batch.pk] * len(numbers),
        "client_id": list(numbers),
        "invited_on": [clock.today()] * len(numbers),
        "served_by_id": [managers.get(number) for number in numbers],
    }
    record_columns(SurveyInvitation, len(numbers), columns)
    batch.invited += len(numbers)
    batch.save()


@jobs.job(SEND)
def send_batch(progress: Any, batch: int) -> dict[str, int]:
    """Queue the mails of a batch in slices; return their number."""
    queued, after = 0, 0
    while True:
        found = send_slice(batch=batch, after=after)
        queued += found["queued"]
        if not found["after"]:
            return {"queued": queued}
        after = found["after"]


@action(
    "care.send_survey_slice",
    needs=SURVEY_WRITE,
    zh="发送一批问卷",
    en="Send a part of a survey",
    is_public=False,
    offers_undo=False,
)
def send_slice(*, batch: int, after: int) -> dict[str, int]:
    """Queue the next invitations of a batch; returns {queued, after: the last one, 0 at the end}."""
    row = SurveyBatch.objects.select_related("survey").get(pk=batch)
    with elevated("send the invitations of a survey"):
        rows = SurveyInvitation.objects.filter(batch=row, delivery_ref=None, pk__gt=after).select_related("client")
        found = list(rows.order_by("pk")[:SLICE])
        for invitation in found:
            queue_invitation(row, invitation)
    return {"queued": len(found), "after": found[-1].pk if len(found) == SLICE else 0}


def queue_invitation(batch: SurveyBatch, invitation: SurveyInvitation) -> None:
    """Queue the mail of an invitation. Its text contains no link: that is drawn when it is sent (link_for)."""
    text = texts.invitation_text(batch.survey, batch.expires_on)
    invitation.delivery_ref = queue_mail(
        batch.survey, invitation, text, f"survey:{batch.pk}:invitation:{invitation.pk}"
    )
    invitation.save()


def queue_mail(survey: Survey, invitation: SurveyInvitation, text: str, key: str) -> int | None:
    """Queue a mail of a survey to a client, after the quiet hours; return its delivery, None without an address."""
    contact = find_mail_contact(invitation.client)
    if contact is None:
        return None
    settings, now = message_settings(), clock.local(clock.now())
    later = quiet.end_of_quiet(now, settings.quiet_from, settings.quiet_until)
    return outbox.queue(
        channel="mail",
        address=contact.value.open(),
        subject=texts.subject_of(survey),
        text=text,
        key=key,
        kind=KIND,
        client=invitation.client_id,
        not_before=later if later > now else None,
        held_by="quiet_hours" if later > now else "",
        title=survey.title_zh,
        link=f"/surveys/{survey.pk}/",
    )


def link_for(key: str, text: str) -> str | None:
    """Return the text of a mail with a link drawn for it, None if the survey is over.

    In an anonymous survey the link is not stored: no row records who has which. In others its digest belongs to
    the invitation.
    """
    if texts.LINK not in text:
        return text
    _, batch, _, number = key.split(":")
    row = SurveyBatch.objects.select_related("survey").filter(pk=int(batch)).first()
    if row is None or row.survey.state != SurveyState.OPEN or row.expires_on < clock.today():
        return None
    drawn, digest = tokens.draw_token(row.pk, row.secret)
    if row.survey.anonymity != Anonymity.ANONYMOUS:
        invitation = SurveyInvitation.objects.filter(pk=int(number)).first()
        if invitation is None:
            return None
        SurveyToken(digest=digest, batch=row, invitation=invitation, client_id=invitation.client_id).save()
    return text.replace(texts.LINK, address_of(drawn))


def address_of(token: str) -> str:
    """Return the address of a link."""
    return f"{message_settings().desk_address}{tokens.PREFIX}{token}"


declare_insertion(KIND, link_for)


@action(
    "care.remind_survey",
    needs=SURVEY_WRITE,
    zh="提醒填写问卷",
    en="Remind of a survey",
    parameters=(BATCH,),
    irreversible=bilingual("发出的提醒不能撤回。", "Reminders that were sent cannot be taken back."),
)
def remind_survey(*, batch: int) -> SurveyBatch:
    """Remind those who have not answered; in an anonymous survey all, since it is unknown who has. At most twice."""
    row = get_batch(batch)
    get_sendable(row.survey_id)
    if row.reminders >= rules.MOST_REMINDERS or row.expires_on < clock.today():
        raise refusal(
            "batch",
            "最多提醒 {n} 次，且须在截止日前。",
            "At most {n} reminders, before the last day.",
            n=rules.MOST_REMINDERS,
        )
    if row.origin == BatchOrigin.EVENT:
        raise refusal("batch", "现场链接不知道发给了谁，无从提醒。", "Nobody knows who took the links of an event.")
    row.reminders += 1
    row.save()
    jobs.start(REMIND, batch=row.pk)
    return row


@jobs.job(REMIND)
def remind_batch(progress: Any, batch: int) -> dict[str, int]:
    """Queue the reminders of a batch; return their number."""
    return {"queued": remind_invited(batch=batch)}


@action(
    "care.send_survey_reminders",
    needs=SURVEY_WRITE,
    zh="发送问卷提醒",
    en="Send the reminders of a survey",
    is_public=False,
    offers_undo=False,
)
def remind_invited(*, batch: int) -> int:
    """Queue a reminder to all whom the survey allows to be reminded; return their number."""
    row = SurveyBatch.objects.select_related("survey").get(pk=batch)
    with elevated("remind the invited of a survey"):
        found = SurveyInvitation.objects.filter(batch=row).exclude(delivery_ref=None).select_related("client")
        if row.survey.anonymity != Anonymity.ANONYMOUS:
            spent = unaudited_rows(SurveyToken).filter(batch=row, is_spent=True).values("invitation_id")
            found = found.exclude(pk__in=spent)
        text = texts.reminder_text(row.survey, row.expires_on)
        for invitation in found:
            key = f"survey:{row.pk}:reminder{row.reminders}:{invitation.pk}"
            invitation.reminder_ref = queue_mail(row.survey, invitation, text, key)
            invitation.save()
    return len(found)
