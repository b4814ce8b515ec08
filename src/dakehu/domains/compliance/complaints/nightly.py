"""The nightly step that escalates complaints: at 50, 80 and 100 per cent of their time, each once."""

from typing import Any

from dakehu.domains.compliance.choices import ComplaintEventKind, ComplaintState
from dakehu.domains.compliance.complaints import rules
from dakehu.domains.compliance.complaints.actions import append_event
from dakehu.domains.compliance.models import Complaint
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step

REASON = bilingual("投诉到期升级", "Escalate complaints by their clocks")


@action(
    "compliance.escalate_complaints",
    needs=Permission.COMPLAINT_DECIDE,
    zh="投诉到期升级",
    en="Escalate complaints",
    is_public=False,
    offers_undo=False,
)
def escalate_complaints() -> dict[str, int]:
    """Record on each case that is neither replied nor closed which share of its time has passed; returns {escalated}."""
    waiting = (ComplaintState.OPEN.value, ComplaintState.WORKING.value)
    count = 0
    for row in Complaint.objects.filter(state__in=waiting).order_by("pk"):
        level = rules.escalation_level(row.received_on, row.due_on, clock.today(), trading_days.is_trading_day)
        if level > row.escalation:
            row.escalation = level
            row.save()
            append_event(row, ComplaintEventKind.ESCALATED, f"{level} %")
            count += 1
    return {"escalated": count}


def _run(night: Night) -> dict[str, Any]:
    with acting_as(system_actor(str(REASON), "nightly")):
        found = escalate_complaints()
    words = bilingual("升级投诉 {n} 件", "{n} complaints escalated", n=found["escalated"])
    return {**found, "unchanged": not found["escalated"], "words": words}


declare_step(NightlyStep("compliance.complaints", "投诉升级", "Complaints", order=45, run=_run))
