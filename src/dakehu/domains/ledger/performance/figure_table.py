"""Arrange the published figures of a client for display: the leading ones, the rest by group, the peers' medians."""

from decimal import Decimal
from statistics import median
from typing import Any

from dakehu.domains.ledger.models import Figures
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.output import columns_of, render_row
from dakehu.foundation.schema.fields import grouped_fields, spec_of

LEADING = ("market_value", "profit", "xirr", "max_drawdown")
# Figures whose sign means gain or loss, shown in the colours of rise and fall.
GAINS = ("profit", "realised", "roi", "twr", "xirr", "cagr", "alpha")
ONLY_ABOVE = {"xirr_roots": 1}  # figures shown only above this number
PEERS_MIN, PEERS_MAX = 5, 2000


def figure_table(client: Any) -> dict[str, Any] | None:
    """Return {as_of, leading, groups: [{name, label, rows}], peers}; None before the first close.

    A row is {name, label, kind, unit, value, formula, why, is_gain, median}. `value` is masked to the reader's clearance,
    `why` is the reason if it is missing, `median` is that of the peers, None if too few. See ledger.figure_table.
    """
    row = getattr(client, "figures", None)  # read once for every part of a page
    if row is None:
        return None
    peers = _peers(client)
    values = render_row(row)
    rows = {
        column.name: {
            "name": column.name,
            "label": column.label,
            "kind": column.kind,
            "unit": column.spec.unit,
            "value": values[column.name],
            "formula": column.spec.help,
            "why": row.why_missing(column.name),
            "is_gain": column.name in GAINS,
            "median": peers["medians"].get(column.name),
        }
        for column in columns_of(Figures)
        if column.name not in ("client", "as_of", "reasons")
    }
    groups = [
        {
            "name": name,
            "label": Figures.field_groups[name],
            "rows": [
                rows[field] for field in fields if field not in LEADING and _is_worth_a_line(field, values[field])
            ],
        }
        for name, fields in grouped_fields(Figures)
    ]
    return {
        "as_of": row.as_of.isoformat(),
        "leading": [rows[name] for name in LEADING],
        "groups": groups,
        "peers": {name: peers[name] for name in ("label", "count", "capped")},
    }


def _is_worth_a_line(name: str, value: Any) -> bool:
    """Return whether a figure is in the table."""
    return name not in ONLY_ABOVE or (value is not None and value > ONLY_ABOVE[name])


def _peers(client: Any) -> dict[str, Any]:
    """Return {label, count, capped, medians} of the visible clients of the same segment, else of the same kind.

    The client itself is excluded. Medians need PEERS_MIN values; beyond PEERS_MAX peers, only the first by number
    are used. A figure that is masked for the reader has no median.
    """
    clearance = current_actor().clearance
    names = [
        column.name
        for column in columns_of(Figures)
        if column.kind in ("money", "rate", "number") and clearance >= spec_of(column.field).sensitivity
    ]
    by_segment = bool(client.segment)
    of_same = {"client__segment": client.segment} if by_segment else {"client__kind": client.kind}
    chosen = Figures.objects.filter(**of_same).exclude(client=client).order_by("client_id")
    rows = list(chosen.values_list(*names)[: PEERS_MAX + 1])
    capped, rows = len(rows) > PEERS_MAX, rows[:PEERS_MAX]
    medians: dict[str, Decimal | float] = {}
    for name, column in zip(names, zip(*rows, strict=True), strict=False):
        present = [value for value in column if value is not None]
        if len(present) >= PEERS_MIN:
            medians[name] = median(present)
    return {"label": _label(client, by_segment), "count": len(rows), "capped": capped, "medians": medians}


def _label(client: Any, by_segment: bool) -> Bilingual:
    """Return the name of the peers."""
    if by_segment:
        return bilingual("客户类别“{name}”", "segment “{name}”", name=client.segment)
    return bilingual(
        "客户类型“{name}”", "kind “{name}”", name=client._meta.get_field("kind").choice_set.text_of(client.kind)
    )
