"""Export the audit trail; each export is itself recorded as an entry."""

from typing import Any

from dakehu.domains.team.audit_queries import FILTERS, filter_entries, render_entry
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import add_audit_note

MOST = 20_000  # entries of one file


def can_export() -> bool:
    """Return whether the actor may read the audit trail and export data."""
    actor = current_actor()
    return actor.may(Permission.AUDIT_READ) and actor.may(Permission.EXPORT)


@action(
    "team.export_audit",
    needs="",  # two permissions together, checked below
    zh="导出操作日志",
    en="Export the audit trail",
    parameters=FILTERS[:-2],
    irreversible=bilingual("已导出的文件无法收回。", "A file that was exported cannot be called back."),
)
def export_audit(**filters: Any) -> list[dict[str, Any]]:
    """Return the visible entries that match filters, newest first, at most 20,000. Raises NotAllowed without both rights."""
    if not can_export():
        lacking = Permission.EXPORT if current_actor().may(Permission.AUDIT_READ) else Permission.AUDIT_READ
        raise NotAllowed(bilingual("导出操作日志", "export the audit trail"), lacking)
    rows = [render_entry(row) for row in filter_entries(**filters)[:MOST]]
    told = {name: str(value) for name, value in filters.items() if value not in (None, "") and name != "client"}
    add_audit_note(entries=len(rows), **told)
    return rows
