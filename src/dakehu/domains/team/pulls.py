"""Audit entries for tables pulled by programs: reader, table, filter and number of rows."""

from typing import Any

from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.records.recorded import add_audit_note


@action("team.record_pull", needs=Permission.ODATA, zh="用 OData 读取", en="Read by OData", is_public=False)
def record_pull(*, entity_set: str, asked: dict[str, Any], rows: int) -> None:
    """Record one pull: its entity set, the options as received, and the number of rows of all its pages.

    Raises NotAllowed for an actor who may not read by OData.
    """
    add_audit_note(entity_set=entity_set, asked=asked, rows=rows)


@action("team.record_arrow_pull", needs="", zh="用程序读取表格（Arrow）", en="Read as Arrow", is_public=False)
def record_arrow_pull(*, query: str, asked: dict[str, Any], rows: int) -> None:
    """Record one table that a program reads as Arrow: its query, the parameters, and the number of rows.

    No further permission is required: the query has checked its own.
    """
    add_audit_note(query=query, asked=asked, rows=rows)
