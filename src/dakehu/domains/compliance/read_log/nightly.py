"""The nightly step of the read log: delete readings past their retention."""

from typing import Any

from dakehu.domains.compliance.read_log.queries import delete_old_entries
from dakehu.foundation.actions.labels import declare_steps
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import firm_settings
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step

CLEAR = "compliance.clear_read_log"


def _delete_old_readings(night: Night) -> dict[str, Any]:
    """Delete the readings past their retention; the audit records their number."""
    days = int(firm_settings.current("READ_LOG_DAYS"))
    with act(CLEAR):
        deleted = delete_old_entries(night.day, days)
        if deleted:
            add_audit_note(deleted=deleted, days=days)
    words = bilingual(
        "删除 {n} 条超过 {days} 天的查阅记录。", "{n} readings older than {days} days deleted.", n=deleted, days=days
    )
    return {"deleted": deleted, "unchanged": not deleted, "words": words}


declare_steps({CLEAR: bilingual("清理查阅记录", "Clear the read log")})
declare_step(NightlyStep(CLEAR, "清理查阅记录", "Clearing of the read log", order=95, run=_delete_old_readings))
