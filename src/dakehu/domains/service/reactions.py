"""Reactions to events, run as jobs after the action that published them has committed.

A reaction may run twice (a worker may crash after its action and before its job is marked done) and late (another event
may have occurred since). So it reads the current state and brings the rest in line, in one action by the system.
"""

from typing import Any

from dakehu.domains.clients import marketing
from dakehu.domains.clients.choices import FreezeReason
from dakehu.domains.service import actions
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.jobs.events import on_event
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import model_of


@on_event("complaint.registered")
@on_event("complaint.moved")
def on_complaint(*, complaint: int) -> dict[str, Any]:
    """Bring the client's marketing in line with a complaint's current state."""
    row = _find_complaint(complaint)
    if row is not None and is_open(row):
        reason = bilingual("投诉处理期间暂停营销", "Marketing is paused while a complaint is open")
    else:
        reason = bilingual("投诉已办结，恢复营销", "The complaint is closed; marketing resumes")
    with acting_as(system_actor(str(reason), "worker")):
        return follow_complaint(complaint=complaint)


def _find_complaint(number: int) -> Any:
    """Return a complaint of a client by id, None if it is deleted or has no client."""
    with acting_as(system_actor("read a complaint that an event names", "worker")):
        rows = model_of("compliance.Complaint").objects.filter(pk=number, client__isnull=False)
        return rows.select_related("client", "owner").first()


def is_open(row: Any) -> bool:
    """Return whether a complaint pauses marketing: it does until it is closed."""
    return str(row.state) != "closed"


@action(
    "service.follow_complaint", needs=Permission.REQUEST_WRITE, zh="投诉联动", en="Follow a complaint", is_public=False
)
def follow_complaint(*, complaint: int) -> dict[str, Any]:
    """Pause a client's marketing while a complaint is open, and plan a follow-up by the team lead.

    Marketing resumes when the complaint is closed or deleted. Idempotent. For a complaint about a
    member of staff the pause has no reason and no follow-up is planned, as the client's manager would read it.
    Returns {changed, lead: id or None}.
    """
    cause = f"compliance.Complaint:{complaint}"
    row = _find_complaint(complaint)
    if row is None or not is_open(row):
        return {"changed": marketing.lift_marketing_freeze(cause=cause), "lead": None}
    reason = FreezeReason.COMPLAINT if row.about_staff_id is None else FreezeReason.COMPLIANCE
    if not marketing.freeze_marketing(client=row.client, cause=cause, reason=reason.value):
        return {"changed": False, "lead": None}
    lead = team.find_lead(row.owner)
    add_audit_note(complaint=complaint, lead=lead.pk if lead is not None else None)
    if lead is not None and lead.pk != row.owner_id and row.about_staff_id is None:
        actions.plan_follow_up(
            client=row.client,
            due_on=trading_days.next_trading_day(clock.today()),
            subject=str(bilingual("关注投诉：{what}", "Look into the complaint: {what}", what=row.subject)),
            owner=lead,
        )
    return {"changed": True, "lead": lead.pk if lead is not None else None}
