"""State what a client is worth: one figure with date and source, and why other figures differ. Rules are pure."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dakehu.domains.clients.choices import AssetsSource
from dakehu.foundation.access import client_tables
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.output import render_row

SAME = Decimal("0.005")  # a difference below half a percent is ignored


@dataclass(frozen=True)
class Worth:
    """A worth in CNY: `source` is "counter" (end-of-day balances), "stated" (entered or imported) or "trades" (computed);
    `on` is None if not known."""

    source: str
    value: Decimal
    on: date | None


def compare_worth(stated: Worth | None, held: Worth | None) -> tuple[Worth | None, Decimal | None]:
    """Return the worth that takes precedence, and how much of it the trades do not show.

    The stated worth has priority: it covers cash and products missing from trade files. Without it, the computed one.
    The difference is stated − held, None if one is missing or both are equal within SAME.
    """
    if stated is None or held is None:
        return stated or held, None
    gap = stated.value - held.value
    return stated, None if abs(gap) <= SAME * max(stated.value, held.value) else gap


def client_worth(client: Any) -> dict[str, Any]:
    """Return {value, on, source, held, held_on, gap, why, counter, counter_on}; see ledger.client_worth."""
    source = "counter" if client.assets_source == AssetsSource.FEED else "stated"
    stated = None if client.assets is None else Worth(source, client.assets, client.assets_on)
    reads_ledger = current_actor().may(Permission.LEDGER_READ)
    row = client_tables.row_beside(client, "figures") if reads_ledger else None  # read once for every part of a page
    held = None if row is None or row.market_value is None else Worth("trades", row.market_value, row.as_of)
    leading, gap = compare_worth(stated, held)
    cleared = current_actor().clearance >= PERSONAL
    value = None
    if leading is not None:
        value = render_row(client, ("assets",))["assets"] if leading is stated else render_row(row)["market_value"]
    return {
        "value": value,
        "on": leading.on.isoformat() if leading and leading.on else None,
        "source": leading.source if leading else "",
        "held": held.value if cleared and held and leading is stated else None,
        "held_on": held.on.isoformat() if held and held.on else None,
        "gap": gap if cleared else None,
        "why": difference(gap, leading.source) if cleared and leading and gap is not None else "",
        **_counter(client, leading, cleared and reads_ledger),
    }


def _counter(client: Any, leading: Worth | None, is_cleared: bool) -> dict[str, Any]:
    """Return the counter's newest balance if a figure was entered for a later day: {counter, counter_on}."""
    is_asked = is_cleared and leading is not None and leading.source == "stated"
    balance = client_tables.row_beside(client, "balance") if is_asked else None
    if balance is None or balance.total is None:
        return {"counter": None, "counter_on": None}
    return {"counter": balance.total, "counter_on": balance.day.isoformat()}


def difference(gap: Decimal, source: str = "stated") -> Bilingual:
    """Return the sentence that explains why the worth of a source and the computed one differ."""
    if gap > 0:
        return bilingual("差额为成交文件之外的资金或产品", "the rest is cash or products that no trade file holds")
    if source == "counter":
        return bilingual(
            "柜台的资产少于持仓，请核对成交文件是否完整",
            "the counter has less than what is held; check that the trade files are complete",
        )
    return bilingual(
        "登记的资产少于持仓，可能已过时，请核对更新",
        "the entered assets are less than what is held; they may be out of date",
    )
