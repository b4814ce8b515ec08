"""What follows from events, as jobs after the act that published them has committed.

A reaction may run twice (a worker may die after its act and before its job is marked done) and late (another event may
have come since). So it reads the present state and makes the rest agree with it, in one act by the system.
"""

from typing import Any

from dakehu.domains.clients import marketing
from dakehu.domains.clients.choices import FreezeReason
from dakehu.domains.service import actions, rules
from dakehu.domains.service.models import Request
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.jobs.events import on_event
from dakehu.foundation.records.recorded import add_audit_note


@on_event("request.opened")
@on_event("request.moved")
def on_request(*, request: int) -> dict[str, Any]:
    """Bring the client's marketing in line with a request as it is now."""
    row = _find_request(request)
    if row is not None and rules.pauses_marketing(kind=str(row.kind), state=str(row.state)):
        reason = bilingual("投诉处理期间暂停营销", "Marketing is paused while a complaint is open")
    else:
        reason = bilingual("投诉已办结，恢复营销", "The complaint is closed; marketing resumes")
    with acting_as(system_actor(str(reason), "worker")):
        return follow_complaint(request=request)


def _find_request(number: int) -> Request | None:
    """Return a request by id, None if it is gone."""
    with acting_as(system_actor("read a request that an event names", "worker")):
        row: Request | None = Request.objects.filter(pk=number).select_related("client", "owner").first()
    return row


@action(
    "service.follow_complaint", needs=Permission.REQUEST_WRITE, zh="投诉联动", en="Follow a complaint", is_public=False
)
def follow_complaint(*, request: int) -> dict[str, Any]:
    """Pause a client's marketing while a complaint is open, and plan a follow-up by the team lead.

    Marketing resumes when the complaint is closed or deleted. Does nothing if that is done already. Returns {changed,
    lead: id or None}.
    """
    cause = f"service.Request:{request}"
    row = _find_request(request)
    if row is None or not rules.pauses_marketing(kind=str(row.kind), state=str(row.state)):
        return {"changed": marketing.lift_marketing_freeze(cause=cause), "lead": None}
    if not marketing.freeze_marketing(client=row.client, cause=cause, reason=FreezeReason.COMPLAINT.value):
        return {"changed": False, "lead": None}
    lead = team.find_lead(row.owner)
    add_audit_note(request=request, lead=lead.pk if lead is not None else None)
    if lead is not None and lead.pk != row.owner_id:
        actions.plan_follow_up(
            client=row.client,
            due_on=trading_days.next_trading_day(clock.today()),
            subject=str(bilingual("关注投诉：{what}", "Look into the complaint: {what}", what=row.subject)),
            owner=lead,
        )
    return {"changed": True, "lead": lead.pk if lead is not None else None}
