"""Queries of lines that clients set, and of their events."""

from typing import Any

from dakehu.domains.risk.models import Line, LineEvent
from dakehu.domains.risk.parameters import CLIENT, FILTERS, ORDER
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.registry import query


@query("risk.lines", needs=Permission.RISK_READ, zh="客户提醒线列表", en="Reminder lines", parameters=(FILTERS, ORDER))
def lines(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the lines that visible clients set, the newest first."""
    return filter_rows(Line.objects.all(), filters or {}, order or "-set_on")


@query(
    "risk.lines_of_client", needs=Permission.RISK_READ, zh="某客户的提醒线", en="Lines of one client", parameters=CLIENT
)
def lines_of_client(*, client: Any) -> Any:
    """Return the lines that a client set, those in force first."""
    return Line.objects.filter(client=client).order_by("state", "-set_on", "-pk")


@query(
    "risk.line_events", needs=Permission.RISK_READ, zh="提醒线记录", en="Events of lines", parameters=(FILTERS, ORDER)
)
def line_events(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the events of lines of visible clients, the newest first."""
    return filter_rows(LineEvent.objects.all(), filters or {}, order or "-on")
