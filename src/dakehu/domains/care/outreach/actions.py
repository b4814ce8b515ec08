"""Actions on calls after a shock: record an attempt, give up a call, take over a call."""

from datetime import date, datetime, timedelta
from typing import Any

from dakehu.domains.care.distress.choices import CaseSource
from dakehu.domains.care.distress.register import open_case
from dakehu.domains.care.models import OutreachAttempt, OutreachCall
from dakehu.domains.care.outreach import rules, words
from dakehu.domains.care.outreach.choices import CallOutcome, CallState
from dakehu.domains.care.outreach.scripts import scripts_in_force
from dakehu.domains.care.permissions import OUTREACH_CALL
from dakehu.domains.service import actions as service
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CALL = Parameter("call", kind="integer", spec=FieldSpec("急跌致电客户", "Client to call"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))


def get_call(pk: int) -> OutreachCall:
    """Return a visible call. Raises NotFound."""
    rows = OutreachCall.objects.select_related("client", "outreach", "caller", "manager")
    row: OutreachCall | None = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("急跌致电客户", "client to call"))
    return row


def _get_open(pk: int, version: int | None) -> OutreachCall:
    row = get_call(pk)
    check_version(row, version)
    if row.state != CallState.OPEN:
        raise refusal(
            "call", "这位客户已联系上或不再致电。", "This client has been reached, or is not called any more."
        )
    return row


def day_after(day: date) -> date:
    """Return the trading day after a day."""
    return trading_days.next_trading_day(day + timedelta(days=1))


@action(
    "care.log_outreach_call",
    needs=OUTREACH_CALL,
    zh="登记致电结果",
    en="Log the outcome of a call",
    parameters=(
        CALL,
        VERSION,
        *parameters_of("care.OutreachAttempt", "outcome", optional=("note", "distress_words")),
        Parameter("mood", "service.Interaction", "mood", required=False),
        *parameters_of("care.OutreachAttempt", optional=("next_on", "held_at")),
    ),
    offers_undo=False,  # a case of distress is not undone by the person who opened it
)
def log_outreach_call(
    *,
    call: int,
    outcome: str,
    note: str | None = None,
    distress_words: str | None = None,
    mood: str | None = None,
    next_on: date | None = None,
    held_at: datetime | None = None,
    version: int | None = None,
) -> OutreachAttempt:
    """Record an attempt; an answered call becomes a service record with its next contact, a failed one is retried.

    `held_at` defaults to now. Words of distress open a case for the lead and compliance (`distress.register`). Raises
    Refused for an answered call without a note or a next contact, and for a client who was reached already.
    """
    row = _get_open(call, version)
    at = held_at or clock.now()
    on = clock.local(at).date()
    note = "" if (note or "").split() == words.note_headings().split() else note or ""  # the form begins with headings
    fault = rules.attempt_fault(outcome, note, next_on, on)
    if fault is not None:
        raise refusal(*fault)
    attempt = OutreachAttempt(call=row, client=row.client, held_at=at, staff=team.current_user(), outcome=outcome)
    attempt.note, attempt.distress_words = note, distress_words or ""
    attempt.next_on = next_on or day_after(on)
    attempt.scripts = {code: script.version for code, script in scripts_in_force().items()}
    if outcome == CallOutcome.REACHED:
        attempt.interaction_ref = _service_record(row, attempt, mood).pk
        row.state, row.reached_on = CallState.REACHED.value, on
    elif outcome == CallOutcome.CALL_BACK:
        service.plan_follow_up(client=row.client, due_on=attempt.next_on, subject=str(words.CALL_BACK))
    row.next_on = attempt.next_on
    row.save()
    attempt.save()
    _open_case(row, f"{attempt.distress_words}\n{attempt.note}", attempt.staff, at)
    return attempt


def _open_case(row: OutreachCall, words: str, caller: Any, at: datetime) -> None:
    """Open a case of distress for what was said on a call; the first person is the caller or the client's manager."""
    first = caller or row.manager
    open_case(
        client=row.client,
        source=CaseSource.CALL,
        ref=row.pk,
        words=words,
        at=at,
        first=first,
        has_spoken=True,
        call=row,
    )


def _service_record(row: OutreachCall, attempt: OutreachAttempt, mood: str | None) -> Any:
    """Write the service record of an answered call, with the next contact. Returns it."""
    said = bilingual("客户原话：{words}", "In the client's words: {words}", words=attempt.distress_words)
    summary = "\n".join(part for part in (attempt.note, str(said) if attempt.distress_words else "") if part)
    return service.log_interaction(
        client=row.client,
        held_at=attempt.held_at,
        summary=summary,
        channel="call",
        purpose=f"{words.PURPOSE} {row.outreach.day.isoformat()}",
        mood=mood,
        next_on=attempt.next_on,
        next_subject=str(words.NEXT),
    )


@action(
    "care.close_outreach_call",
    needs=OUTREACH_CALL,
    zh="不再致电",
    en="Call a client no more",
    parameters=(CALL, VERSION, *parameters_of("care.OutreachCall", "close_reason")),
)
def close_outreach_call(*, call: int, close_reason: str, version: int | None = None) -> OutreachCall:
    """End a call without having reached the client, with the reason; the report counts the client as not reached."""
    row = _get_open(call, version)
    row.state, row.close_reason = CallState.CLOSED.value, close_reason
    row.save()
    return row


@action(
    "care.take_over_call",
    needs=OUTREACH_CALL,
    zh="代为致电",
    en="Take over a call",
    parameters=(CALL, VERSION),
)
def take_over_call(*, call: int, version: int | None = None) -> OutreachCall:
    """Take over a call of a colleague whose list is too long; for users who see the client."""
    row = _get_open(call, version)
    if row.caller_id == current_actor().user_id:
        raise refusal("call", "这位客户已由您致电。", "You are the caller already.")
    row.caller = team.current_user()
    row.save()
    return row


def follow_interaction(interaction: Any) -> bool:
    """Count a service record of a client on a running list as a call that was answered; False if there is none.

    Must run inside an action. The lists of Today and a client's page record contacts without the id of the call.
    """
    on = clock.local(interaction.held_at).date()
    rows = OutreachCall.objects.select_related("client", "outreach", "manager")
    row = (
        rows.filter(client_id=interaction.client_id, state=CallState.OPEN.value)
        .filter(outreach__day__lte=on, outreach__ends_on__gte=on)
        .order_by("-outreach__day")
        .first()
    )
    if row is None or OutreachAttempt.objects.filter(interaction_ref=interaction.pk).exists():
        return False
    row.state, row.reached_on = CallState.REACHED.value, on
    row.save()
    attempt = OutreachAttempt(call=row, client=row.client, held_at=interaction.held_at, staff_id=interaction.staff_id)
    attempt.outcome, attempt.interaction_ref = CallOutcome.REACHED.value, interaction.pk
    attempt.save()
    _open_case(row, f"{interaction.summary}\n{interaction.result}", interaction.staff, interaction.held_at)
    return True
