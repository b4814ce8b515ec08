"""Actions: plan a call-back, and record its result, as a person other than the manager."""

from datetime import date, datetime, timedelta
from typing import Any

from dakehu.domains.advice.call_backs import rules
from dakehu.domains.advice.choices import CallBackResult, CallBackState, DutyState
from dakehu.domains.advice.models import CallBack
from dakehu.domains.advice.parameters import CALL_BACK, CLIENT
from dakehu.domains.advice.suitability.duty_rules import BY_CALL_BACK
from dakehu.domains.service import actions as service
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import acting_as, current_actor, elevated, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.parameters import parameters_of

PURPOSE = "回访"  # by which the facts of service recognise a call-back (service.facts)
NEVER = bilingual("回访记录留存 20 年，不能撤销。", "A call-back is kept for 20 years and not taken back.")


@action(
    "advice.plan_call_back",
    needs=Permission.CALL_BACK,
    zh="安排回访",
    en="Plan a call-back",
    parameters=(CLIENT, parameters_of("advice.CallBack", "reason", optional=("due_on",))),
)
def plan_call_back(*, client: Any, reason: str, due_on: date | None = None) -> CallBack:
    """Plan a call-back, within 30 days by default. Raises Refused where one for the same reason is open."""
    if CallBack.objects.filter(client=client, reason=reason, state=CallBackState.OPEN.value).exists():
        raise refusal("client", "同一事由的回访已在名单上。", "A call-back for this reason is on the list already.")
    row = CallBack(client=client, reason=reason)
    row.due_on = due_on or clock.today() + timedelta(days=rules.NEW_CLIENT_DAYS)
    row.save()
    return row


@action(
    "advice.record_call_back",
    needs=Permission.CALL_BACK,
    zh="登记回访",
    en="Note a call-back",
    parameters=(
        CALL_BACK,
        parameters_of("advice.CallBack", "result", optional=("answers", "recording", "held_at")),
    ),
    irreversible=NEVER,
)
def record_call_back(
    *,
    call_back: int,
    result: str,
    answers: str | None = None,
    recording: str | None = None,
    held_at: datetime | None = None,
) -> CallBack:
    """Record a call-back by the actor, who may not serve the client; "not reached" leaves it open. It is added to the timeline.

    Raises NotFound, and Refused for a user who serves the client or made the sale, during cooling-off, and without a note where the
    client objects.
    """
    row: CallBack | None = CallBack.objects.select_related("client", "suitability").filter(pk=call_back).first()
    if row is None:
        raise NotFound(bilingual("客户回访", "call-back"))
    if row.state != CallBackState.OPEN:
        raise refusal("call_back", "这次回访已经登记。", "This call-back is noted already.")
    at = held_at or clock.now()
    checked_by = row.suitability.checked_by_id if row.suitability else None
    fault = rules.operator_fault(current_actor().user_id, _staff_serving(row.client_id), checked_by)
    fault = fault or rules.time_fault(at, row.not_before)
    if fault is not None:
        raise refusal(*fault)
    if at > clock.now():
        raise refusal("held_at", "回访时间不能晚于现在。", "The call cannot be in the future.")
    if result == CallBackResult.OBJECTED and not (answers or "").strip():
        raise refusal("answers", "请写明客户的异议。", "State what the client objects to.")
    row.operator, row.held_at, row.result = team.current_user(), at, result
    row.answers, row.recording = answers or "", recording or ""
    if result != CallBackResult.NOT_REACHED:
        is_objected = result == CallBackResult.OBJECTED
        row.state = (CallBackState.OBJECTED if is_objected else CallBackState.DONE).value
        _log(row)
        _finish_duties(row)
    row.save()
    publish_event("call_back.recorded", call_back=row.pk, result=result)
    return row


def _staff_serving(client_id: int) -> set[int]:
    """Return the ids of all users who serve a client now."""
    with elevated("who serves a client, whom the caller may not see"):
        rows = model_of("clients.Coverage").objects.filter(client_id=client_id, until=None)
        return set(rows.values_list("user_id", flat=True))


def _log(row: CallBack) -> None:
    """Add the call to the client's timeline, with the caller as its author."""
    caller = row.operator
    said = row.answers or str(bilingual("客户确认无误。", "The client confirms."))
    with acting_as(system_actor("file a call-back in the timeline", current_actor().door)):
        service.log_interaction(
            client=row.client, held_at=row.held_at, summary=said, staff=caller, channel="call", purpose=PURPOSE
        )


def _finish_duties(row: CallBack) -> None:
    """Record the duties that the call-back fulfils as done."""
    if row.suitability is None:
        return
    for duty in row.suitability.duties.filter(code__in=sorted(BY_CALL_BACK), state=DutyState.OPEN.value):
        duty.state, duty.done_at, duty.done_by = DutyState.DONE.value, row.held_at, row.operator
        duty.evidence = str(bilingual("回访 {n}", "Call-back {n}", n=row.pk))
        duty.save()
