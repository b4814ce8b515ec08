"""What can be asked about trades: rows of the journal, round trips, positions, rows held back."""

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
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CLIENT = parameters_of("ledger.Investment", "client")
PAGE = 1000


@set_merge_remark
def without_duplicates(client: Any, other: Any) -> list[Bilingual]:
    """Said before two records become one: of statements that both have taken in, each row counts once."""
    both = reader.duplicated_statements(client.pk, other.pk) if current_actor().may(Permission.LEDGER_READ) else 0
    return (
        [
            bilingual(
                "两边都导入过的 {n} 笔成交，合并后只计一次；撤销合并后各归各位。",
                "{n} trades stand in statements of both; after the merge they count once, and return to each if it is undone.",
                n=both,
            )
        ]
        if both
        else []
    )


def _rows(client: Any) -> pa.Table:
    return reader.trades_of_clients([client.pk])


def _trade_arrays(table: pa.Table) -> pa.Table:
    return table.sort_by([("day", "ascending"), ("time", "ascending"), ("seq", "ascending")])


def _yuan(fen: int, cleared: bool) -> float | None:
    return fen / 100 if cleared else None


def _units(thousandths: int, cleared: bool) -> float | None:
    """A quantity; hidden with the money, since times a price it is the money."""
    return thousandths / 1000 if cleared else None


def _is_cleared() -> bool:
    return current_actor().clearance >= PERSONAL


def _fees(row: dict[str, Any]) -> int:
    return int(row["commission"] + row["stamp"] + row["transfer"] + row["other"])


@query(
    "ledger.round_trips", needs=Permission.LEDGER_READ, zh="交易回合", en="Round trips of a client", parameters=CLIENT
)
def round_trips(*, client: Any) -> dict[str, Any]:
    """Positions from the first trade to nothing again: {count, pnl, fees (closed ones, CNY), open_positions: [{code, market,
    name, quantity}], win_rate_by_name (share of securities with a positive sum of cash effects, 4 digits; None without
    trades), trades, securities, cash_effect, trips: [{code, market, name, opened, closed, days, pnl, fees, trades}]}.
    Money is None for readers not cleared for personal values."""
    cleared = _is_cleared()
    rows = [
        r
        for r in _trade_arrays(_rows(client)).to_pylist()
        if r["asset"] != journal.NO_ASSET and TransactionType(r["side"]).value < 20
    ]
    steps = [rules.Step(r["asset"], r["day"], r["quantity"], r["net"], _fees(r)) for r in rows]
    trips, rate = rules.round_trips(steps), rules.win_rate(steps)
    closed = [trip for trip in trips if trip.closed is not None]
    named = products.product_names(step.asset for step in steps)
    return {
        "count": len(closed),
        "pnl": _yuan(sum(trip.pnl for trip in closed), cleared),
        "fees": _yuan(sum(trip.fees for trip in closed), cleared),
        "open_positions": [
            {**_labels(named, trip.asset), "quantity": _units(trip.quantity, cleared)}
            for trip in trips
            if trip.closed is None
        ],
        "win_rate_by_name": None if rate is None else round(rate, 4),
        "trades": len(steps),
        "securities": len(named),
        "cash_effect": _yuan(sum(step.net for step in steps), cleared),
        "trips": [
            {
                **_labels(named, t.asset),
                "opened": t.opened.isoformat(),
                "closed": t.closed.isoformat(),
                "days": t.days,
                "pnl": _yuan(t.pnl, cleared),
                "fees": _yuan(t.fees, cleared),
                "trades": t.trades,
            }
            for t in closed
            if t.closed is not None
        ],
    }


def _labels(named: dict[int, dict[str, Any]], asset: int) -> dict[str, str]:
    found = named[asset]
    return {"code": found["code"], "market": found["market"], "name": found["name"]}


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
    """The client's trades, newest first, at most 1,000 at once: {count, rows: [{day, code, market, name, side, quantity,
    price, amount, net, fee, currency}]}. Quantities, prices and money are None for readers not cleared for personal
    values."""
    cleared = _is_cleared()
    table = _trade_arrays(_rows(client))
    first = max(0, offset or 0)
    span = max(0, min(limit or PAGE, PAGE))
    chosen = table.take(
        pa.array(range(table.num_rows - 1 - first, max(-1, table.num_rows - 1 - first - span), -1), pa.int64())
    )
    rows = chosen.to_pylist()
    named = products.product_names(r["asset"] for r in rows)
    nothing = {"code": "", "market": "", "name": ""}
    return {
        "count": table.num_rows,
        "rows": [
            {
                "day": r["day"].isoformat(),
                **(_labels(named, r["asset"]) if r["asset"] in named else nothing),
                "side": TransactionType(r["side"]).name.lower(),
                "quantity": _units(r["quantity"], cleared),
                "price": r["price"] if cleared else None,
                "amount": _yuan(r["amount"], cleared),
                "net": _yuan(r["net"], cleared),
                "fee": _yuan(_fees(r), cleared),
                "currency": r["currency"],
            }
            for r in rows
        ],
    }


@query("ledger.positions", needs=Permission.LEDGER_READ, zh="持仓数量", en="Positions of a client", parameters=CLIENT)
def positions(*, client: Any) -> list[dict[str, Any]]:
    """What the trades add up to: [{code, market, name, quantity}] of every security held, in order of code.
    Quantities are None for readers not cleared for personal values."""
    table = _rows(client).group_by("asset").aggregate([("quantity", "sum")])
    held = table.filter(pc.not_equal(table["quantity_sum"], 0)).to_pylist()
    named = products.product_names(r["asset"] for r in held)
    cleared = _is_cleared()
    made = [
        {**_labels(named, r["asset"]), "quantity": _units(r["quantity_sum"], cleared)}
        for r in held
        if r["asset"] in named
    ]
    return sorted(made, key=lambda row: (row["code"], row["market"]))


@query(
    "ledger.held_rows",
    needs=Permission.LEDGER_READ,
    zh="待处理行",
    en="Rows held back",
    parameters=parameters_of("ledger.QuarantinedRow", optional=("client", "state")),
)
def quarantined_rows(*, client: Any | None = None, state: str | None = None) -> Any:
    """Rows of statements that were not taken in, of one client or of all in sight, newest first."""
    rows = QuarantinedRow.objects.order_by("-pk")
    if client is not None:
        rows = rows.filter(client=client)
    return rows.filter(state=state) if state else rows


@query("ledger.row_fields", needs=Permission.LEDGER_READ, zh="成交行字段", en="Fields of a row held back")
def quarantine_fields() -> list[dict[str, str]]:
    """[{field, zh, en}] of what a row of a statement may say, in the order in which a form asks."""
    return [{"field": name, "zh": facts.zh, "en": facts.en} for name, facts in quarantine.FIELDS.items()]


@query("ledger.reasons", needs=Permission.LEDGER_READ, zh="原因说明", en="Why rows are held back")
def quarantine_reasons() -> list[dict[str, str]]:
    """[{reason, zh, en}] of every reason for which a row is held back."""
    return [{"reason": name, "zh": zh, "en": en} for name, (zh, en) in REASONS.items()]
