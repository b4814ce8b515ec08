"""Actions on lines that clients set: record, change, withdraw. Lines only remind: they never place orders or advise."""

from datetime import date
from typing import Any

import polars as pl

from dakehu.domains.ledger.prices import returns
from dakehu.domains.risk.choices import LineEventKind, LineState
from dakehu.domains.risk.lines import rules
from dakehu.domains.risk.models import Line, LineEvent
from dakehu.domains.risk.parameters import LINE, VERSION
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.parameters import Fields

KEPT = ("kind", "basis", "threshold", "set_on", "channel", "note")  # columns of a line stored in its events


def get_line(pk: int) -> Line:
    """Return a line of a visible client. Raises NotFound."""
    row: Line | None = Line.objects.filter(pk=pk).select_related("client", "security").first()
    if row is None:
        raise NotFound(bilingual("客户提醒线", "reminder line"))
    return row


@action(
    "risk.set_line",
    needs=Permission.LINE_WRITE,
    zh="登记客户提醒线",
    en="Record a line set by a client",
    parameters=(Fields("risk.Line", required=("client", "kind", "basis", "threshold"), new=True),),
)
def set_line(*, client: Any, kind: str, basis: str, threshold: Any, set_on: date | None = None, **values: Any) -> Line:
    """Record a line that a client set, by default today. Raises Refused for an invalid one.

    Without a security it applies to the whole account.
    """
    filled = {name: value for name, value in values.items() if value is not None}
    row = Line(client=client, kind=kind, basis=basis, threshold=threshold, set_on=set_on or clock.today(), **filled)
    row.recorded_by = team.current_user()
    _check(row)
    row.reference = _reference(row)
    row.save()
    note_event(row, LineEventKind.SET)
    return row


@action(
    "risk.change_line",
    needs=Permission.LINE_WRITE,
    zh="修改客户提醒线",
    en="Change a line set by a client",
    parameters=(LINE, VERSION, Fields("risk.Line", without=("client", "security"))),
)
def change_line(*, line: int, version: int | None = None, **values: Any) -> Line:
    """Change a line at the client's request; its former values stay in its history."""
    row = get_line(line)
    check_version(row, version)
    if row.state == LineState.WITHDRAWN:
        raise refusal("", "已撤销的提醒线不能修改，请重新登记。", "A withdrawn line is not changed; record a new one.")
    for name, value in values.items():
        column: Any = Line._meta.get_field(name)
        setattr(row, name, column.get_default() if value is None and not column.null else value)
    _check(row)
    row.reference = _reference(row)
    row.save()
    note_event(row, LineEventKind.CHANGED)
    return row


@action(
    "risk.withdraw_line",
    needs=Permission.LINE_WRITE,
    zh="撤销客户提醒线",
    en="Withdraw a line set by a client",
    parameters=(LINE,),
)
def withdraw_line(*, line: int) -> Line:
    """Withdraw a line from today on at the client's request. Raises Refused for one already withdrawn."""
    row = get_line(line)
    if row.state == LineState.WITHDRAWN:
        raise refusal("", "这条提醒线已经撤销。", "This line is withdrawn already.")
    row.state, row.withdrawn_on = LineState.WITHDRAWN.value, clock.today()
    row.save()
    note_event(row, LineEventKind.WITHDRAWN)
    return row


def note_event(row: Line, kind: LineEventKind) -> None:
    """Store an event of a line, with its values at that time."""
    kept = {name: str(getattr(row, name)) for name in KEPT}
    LineEvent(
        client_id=row.client_id, line=row, kind=kind.value, on=clock.today(), by=team.current_user(), values=kept
    ).save()


def _check(row: Line) -> None:
    """Raise Refused for an invalid line."""
    error = rules.line_error(
        str(row.kind), str(row.basis), float(row.threshold), row.security_id is not None, row.set_on, clock.today()
    )
    if error is not None:
        raise refusal(*error)


def _reference(row: Line) -> Any:
    """Return the close of the day a line was set, where it is measured from that day; None where unknown."""
    if row.security is None or str(row.basis) not in ("percent", "trailing"):
        return None
    closes = returns.frame(row.set_on, ()).filter(pl.col("product") == row.security.product_id)
    return round(closes["close"][0], 6) if closes.height else None
