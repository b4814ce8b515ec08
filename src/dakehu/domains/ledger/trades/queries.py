"""Queries of trades: rows of the journal, round trips, positions, quarantined rows."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dakehu.domains.clients.duplicates.merge import set_merge_remark
from dakehu.domains.ledger import rules
from dakehu.domains.ledger.models import QuarantinedRow
from dakehu.domains.ledger.products import registry as products
from dakehu.domains.ledger.statements import quarantine
from dakehu.domains.ledger.statements.validation import REASONS
from dakehu.domains.ledger.trades import journal, reader
from dakehu.domains.ledger.trades.transaction_types import TransactionType
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CLIENT = parameters_of("ledger.Investment", "client")
PAGE = 1000


@set_merge_remark
def duplicate_trades_remark(client: Any, other: Any) -> list[Bilingual]:
    """Return the remark shown before a merge: statement rows imported for both clients count once."""
    count = reader.duplicated_statements(client.pk, other.pk) if current_actor().may(Permission.LEDGER_READ) else 0
    return (
        [
            bilingual(
                "两边都导入过的 {n} 笔成交，合并后只计一次；撤销合并后各归各位。",
                "{n} trades stand in statements of both; after the merge they count once, and return to each if it is undone.",
                n=count,
            )
        ]
        if count
        else []
    )


def _rows(client: Any) -> pa.Table:
    """Return the trades of a client."""
    return reader.trades_of_client(client)


def _chronological(table: pa.Table) -> pa.Table:
    """Sort trades by day, time and sequence."""
    return table.sort_by([("day", "ascending"), ("time", "ascending"), ("seq", "ascending")])


def _yuan(fen: int, cleared: bool) -> float | None:
    """Convert fen to yuan; None for readers who are not cleared."""
    return fen / 100 if cleared else None


def _units(thousandths: int, cleared: bool) -> float | None:
    """A quantity; hidden with the money, since quantity times price reveals it."""
    return thousandths / 1000 if cleared else None


def _is_cleared() -> bool:
    """Return whether the actor may read personal values."""
    return current_actor().clearance >= PERSONAL


def _fees(row: dict[str, Any]) -> int:
    """Return the sum of a trade's fees in fen."""
    return int(row["commission"] + row["stamp"] + row["transfer"] + row["other"])


@query(
    "ledger.round_trips", needs=Permission.LEDGER_READ, zh="交易回合", en="Round trips of a client", parameters=CLIENT
)
def round_trips(*, client: Any) -> dict[str, Any]:
    """Return a client's round trips: positions from the first trade until closed.

    Returns {count, pnl, fees (of closed trips, CNY), open_positions: [{code, market, name, quantity}], win_rate_by_name
    (share of securities with a positive sum of cash effects, 4 digits; None without trades), trades, securities,
    cash_effect, trips: [{code, market, name, opened, closed, days, pnl, fees, trades}]}. Money is None for readers not
    cleared for personal values.
    """
    cleared = _is_cleared()
    rows = [
        row
        for row in _chronological(_rows(client)).to_pylist()
        if row["asset"] != journal.NO_ASSET and TransactionType(row["side"]).value < 20
    ]
    steps = [rules.Step(row["asset"], row["day"], row["quantity"], row["net"], _fees(row)) for row in rows]
    trips, rate = rules.round_trips(steps), rules.win_rate(steps)
    closed = [trip for trip in trips if trip.closed is not None]
    names = products.product_names(step.asset for step in steps)
    return {
        "count": len(closed),
        "pnl": _yuan(sum(trip.pnl for trip in closed), cleared),
        "fees": _yuan(sum(trip.fees for trip in closed), cleared),
        "open_positions": [
            {**_labels(names, trip.asset), "quantity": _units(trip.quantity, cleared)}
            for trip in trips
            if trip.closed is None
        ],
        "win_rate_by_name": None if rate is None else round(rate, 4),
        "trades": len(steps),
        "securities": len(names),
        "cash_effect": _yuan(sum(step.net for step in steps), cleared),
        "trips": [
            {
                **_labels(names, trip.asset),
                "opened": trip.opened.isoformat(),
                "closed": trip.closed.isoformat(),
                "days": trip.days,
                "pnl": _yuan(trip.pnl, cleared),
                "fees": _yuan(trip.fees, cleared),
                "trades": trip.trades,
            }
            for trip in closed
            if trip.closed is not None
        ],
    }


def _labels(names: dict[int, dict[str, Any]], asset: int) -> dict[str, str]:
    """Return code, market and name of a product."""
    product = names[asset]
    return {"code": product["code"], "market": product["market"], "name": product["name"]}


@query(
    "ledger.trades",
    needs=Permission.LEDGER_READ,
    zh="成交流水",
    en="Trades of a client",
    parameters=(
        CLIENT,
        Parameter("limit", required=False, kind="integer", spec=FieldSpec("条数", "Limit")),
        Parameter("offset", required=False, kind="integer", spec=FieldSpec("起始", "Offset")),
    ),
)
def list_trades(*, client: Any, limit: int | None = None, offset: int | None = None) -> dict[str, Any]:
    """Return a client's trades, newest first, at most 1,000.

    Returns {count, rows: [{day, code, market, name, side, quantity, price, amount, net, fee, currency}]}. Money in CNY;
    money, quantities and prices are None for readers not cleared for personal values.
    """
    cleared = _is_cleared()
    table = _chronological(_rows(client))
    first = max(0, offset or 0)
    size = max(0, min(limit or PAGE, PAGE))
    chosen = table.take(
        pa.array(range(table.num_rows - 1 - first, max(-1, table.num_rows - 1 - first - size), -1), pa.int64())
    )
    rows = chosen.to_pylist()
    names = products.product_names(row["asset"] for row in rows)
    no_product = {"code": "", "market": "", "name": ""}
    return {
        "count": table.num_rows,
        "rows": [
            {
                "day": row["day"].isoformat(),
                **(_labels(names, row["asset"]) if row["asset"] in names else no_product),
                "side": TransactionType(row["side"]).name.lower(),
                "quantity": _units(row["quantity"], cleared),
                "price": row["price"] if cleared else None,
                "amount": _yuan(row["amount"], cleared),
                "net": _yuan(row["net"], cleared),
                "fee": _yuan(_fees(row), cleared),
                "currency": row["currency"],
            }
            for row in rows
        ],
    }


@query("ledger.positions", needs=Permission.LEDGER_READ, zh="持仓数量", en="Positions of a client", parameters=CLIENT)
def positions(*, client: Any) -> list[dict[str, Any]]:
    """Return [{code, market, name, quantity}] of the securities a client holds, by code.

    Quantities are None for readers not cleared for personal values.
    """
    cleared = _is_cleared()
    table = _rows(client).group_by("asset").aggregate([("quantity", "sum")])
    sums = table.filter(pc.not_equal(table["quantity_sum"], 0)).to_pylist()
    names = products.product_names(product["asset"] for product in sums)
    rows = [
        {**_labels(names, product["asset"]), "quantity": _units(product["quantity_sum"], cleared)}
        for product in sums
        if product["asset"] in names
    ]
    return sorted(rows, key=lambda row: (row["code"], row["market"]))


@query(
    "ledger.quarantined_rows",
    needs=Permission.LEDGER_READ,
    zh="待处理行",
    en="Quarantined rows",
    parameters=parameters_of("ledger.QuarantinedRow", optional=("client", "state")),
)
def quarantined_rows(*, client: Any | None = None, state: str | None = None) -> Any:
    """Return quarantined statement rows of one client or of all visible ones, newest first."""
    rows = QuarantinedRow.objects.order_by("-pk")
    if client is not None:
        rows = rows.filter(client=client)
    return rows.filter(state=state) if state else rows


@query("ledger.quarantine_fields", needs=Permission.LEDGER_READ, zh="成交行字段", en="Fields of a quarantined row")
def quarantine_fields() -> list[dict[str, str]]:
    """Return [{field, zh, en}] of the fields of a statement row, in the order of the form."""
    return [{"field": name, "zh": spec.zh, "en": spec.en} for name, spec in quarantine.FIELDS.items()]


@query("ledger.quarantine_reasons", needs=Permission.LEDGER_READ, zh="原因说明", en="Quarantine reasons")
def quarantine_reasons() -> list[dict[str, str]]:
    """Return [{reason, zh, en}] of the reasons for which a row is quarantined."""
    return [{"reason": name, "zh": zh, "en": en} for name, (zh, en) in REASONS.items()]
