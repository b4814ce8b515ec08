"""Value one client's book on demand, within scope, and explain its figures. Nothing is stored."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from dakehu.analytics import kernel
from dakehu.analytics.figures import Column, Reason
from dakehu.analytics.series import Series, series_of
from dakehu.domains.ledger.close import firm_book
from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.close import rows as close_rows
from dakehu.domains.ledger.models import Closing, Figures
from dakehu.domains.ledger.performance.explanations import money as money_explanations
from dakehu.domains.ledger.performance.explanations import registry as explanations
from dakehu.domains.ledger.products import registry as products
from dakehu.domains.ledger.trades import reader
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.client_tables import computed_once
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.schema.fields import spec_of

EPOCH = close_rows.EPOCH
# Figures without a column of the kernel, and the column that is missing when they are.
UNCOMPUTED = {"net_inflow": Column.DEPOSITS, "month_inflow": Column.DEPOSITS, "day_profit": Column.PNL}


@dataclass(frozen=True)
class Valuation:
    """A client's book and daily series.

    assets: int64 [A], product ids. as_of: int32 [A], day of each last price since 1970-01-01, -1 without one.
    """

    book: kernel.Book
    days: Series
    assets: np.ndarray
    as_of: np.ndarray


def valuation_date() -> date:
    """Return the day last closed; before the first close, the last day with final prices.

    Explanations then match the figures in lists.
    """
    closed = Closing.objects.order_by("-day").values_list("day", flat=True).first()
    return closed or trading_days.last_complete_day()


def value(client: Any, day: date) -> Valuation | None:
    """Value a client as of `day`, the same way as the nightly close; None without security trades.

    A client outside the actor's scope has no trades. Raises Refused if an exchange rate is missing. Figures, line,
    change and composition of one page share it.
    """
    return computed_once(client, ("ledger.valuation", day), lambda: _value(client, day))


def _value(client: Any, day: date) -> Valuation | None:
    trades = close_inputs.group_by_client(reader.trades_of_client(client), day)
    if not len(trades.clients):
        return None
    prices = close_inputs.price_matrix(trades.assets, firm_book.calendar_of(trades.day, day))
    book = firm_book.book_of(trades, prices)
    return Valuation(book, series_of(book, 0), trades.assets, prices.as_of[:, -1])


def explain(client: Any, figure: str) -> dict[str, Any]:
    """Return the explanation of a figure; see the query ledger.explanation."""
    if figure not in explanations.EXPLANATIONS:
        known = list(explanations.EXPLANATIONS)
        raise Refused(
            {
                "figure": [
                    bilingual(
                        "没有可拆解的指标“{name}”，可用：{known}。",
                        "There is no figure “{name}”; there are: {known}.",
                        name=figure,
                        known=known,
                    )
                ]
            }
        )
    spec = spec_of(Figures._meta.get_field(figure))
    clearance = current_actor().clearance
    day = valuation_date()
    result: dict[str, Any] = {
        "figure": figure,
        "label": str(spec.label),
        "formula": str(spec.help),
        "as_of": day.isoformat(),
        "number": None,
        "reason": None,
        "why": None,
        "inputs": {},
        "rows": [],
        "hidden": clearance < PERSONAL,
        "index": "",
    }
    valuation = value(client, day)
    reason, rate = _reason_and_rate(valuation, figure)
    if reason is not Reason.NONE:
        result["reason"] = reason.name.lower()
        result["why"] = str(bilingual(*close_rows.REASONS[result["reason"]]))
    if valuation is None or reason not in (Reason.NONE, Reason.SEVERAL_ROOTS):
        return result
    steps = explanations.EXPLANATIONS[figure](money_explanations.Case(valuation.book, valuation.days, rate))
    if clearance >= spec.sensitivity:
        result["number"] = _date(int(steps.number)) if figure in close_rows.DAYS else steps.number
    if figure in explanations.AGAINST_INDEX:
        result["index"] = firm_book.benchmark_name()
    if not result["hidden"]:
        result["inputs"], result["rows"] = steps.inputs, _with_names(steps.rows, valuation)
        if not steps.rows:
            result["why"] = str(
                bilingual("没有这样的交易或持仓，因此是 0。", "There are no such dealings or holdings, so it is 0.")
            )
    return result


def _reason_and_rate(valuation: Valuation | None, figure: str) -> tuple[Reason, float]:
    """Return why a figure is missing (Reason.NONE if it is not) and the money-weighted rate."""
    if valuation is None:
        return Reason.NO_TRADES, float("nan")
    column = UNCOMPUTED.get(figure) or close_rows.SHOWN[figure]
    computed = kernel.compute(valuation.book, threads=1, columns=(column, Column.XIRR))
    return Reason(int(computed.reasons[0, column])), float(computed.column(Column.XIRR)[0])


def _with_names(rows: list[dict[str, Any]], valuation: Valuation) -> list[dict[str, Any]]:
    """Replace days by dates and assets by code, name and kind; add the day of a price.

    Missing numbers are None.
    """
    names = products.product_names(valuation.assets.tolist())
    shown = []
    for row in rows:
        result = {name: None if value != value else value for name, value in row.items()}
        if "day" in result:
            result["day"] = (EPOCH + timedelta(days=result["day"])).isoformat()
        if "asset" in result:
            asset = result.pop("asset")
            result |= {name: names[int(valuation.assets[asset])][name] for name in ("code", "name", "kind")}
            if "price" in result:
                result["price_day"] = None if result["price"] is None else _date(int(valuation.as_of[asset]))
        shown.append(result)
    return shown


def portfolio(client: Any) -> dict[str, Any]:
    """Return {as_of, hidden, holdings, flows, line}; see the query ledger.portfolio."""
    day = valuation_date()
    hidden = current_actor().clearance < PERSONAL
    result: dict[str, Any] = {"as_of": day.isoformat(), "hidden": hidden, "holdings": [], "flows": [], "line": None}
    valuation = value(client, day)
    if valuation is None:
        return result
    case = money_explanations.Case(valuation.book, valuation.days, 0.0)
    result["holdings"] = _holdings(case, valuation, day, hidden)
    result["line"] = _line(valuation, hidden)
    if not hidden:
        result["flows"] = [{**row, "day": _date(row["day"])} for row in reversed(money_explanations.flows(case))]
    return result


def _holdings(case: money_explanations.Case, valuation: Valuation, day: date, hidden: bool) -> list[dict[str, Any]]:
    """Return the holdings, largest first.

    Sums are None for readers not cleared for personal values, and if a price is missing.
    """
    positions = money_explanations.steps(case).carried
    rows = []
    for row in money_explanations.holdings(case):
        cost, since = positions[row["asset"]]
        value = None if np.isnan(row["value"]) else row["value"]
        row |= {
            "cost": cost,
            "value": value,
            "profit": None if value is None else value - cost,
            "return": None if value is None or not cost else value / cost - 1.0,
            "since": _date(since),
            "days": (day - EPOCH).days - since,
        }
        for name in ("price", "weight"):
            row[name] = None if row[name] is None or np.isnan(row[name]) else row[name]
        if hidden:
            row |= {"quantity": None, "cost": None, "value": None, "profit": None}
        rows.append(row)
    rows.sort(key=lambda row: -(row["weight"] or 0.0))
    return _with_names(rows, valuation)


def _line(valuation: Valuation, hidden: bool) -> dict[str, Any]:
    """Return {day, growth, drawdown, flow, worth, profit, index, index_name}, one entry a day.

    All start on the client's first day; `profit` is the worth less all money paid in. For readers not cleared for
    personal values a flow is only its sign, and worth and profit are None.
    """
    days, first = valuation.days, int(np.searchsorted(valuation.book.ordinals, valuation.days.ordinals[0]))
    flow = days.money_in - days.money_out
    market = (
        valuation.book.market[first : first + len(days.ordinals)] if valuation.book.market is not None else np.array([])
    )
    priced = np.flatnonzero(np.isfinite(market) & (market > 0)) if len(market) else np.array([], np.int64)
    index = (market / market[priced[0]]).tolist() if len(priced) else []
    return {
        "day": [_date(d) for d in days.ordinals.tolist()],
        "growth": _finite(days.growth),
        "drawdown": _finite(days.drawdown),
        "flow": _finite(np.sign(flow) if hidden else flow),
        "worth": None if hidden else _finite(days.value),
        "profit": None if hidden else _finite(days.value - np.cumsum(flow)),
        "index": [None if v != v else v for v in index],
        "index_name": firm_book.benchmark_name() if len(priced) else "",
    }


def _finite(values: np.ndarray) -> list[float | None]:
    """Return values as a list, None for those that are not finite."""
    return [float(v) if ok else None for v, ok in zip(values.tolist(), np.isfinite(values), strict=True)]


def _date(day: int) -> str:
    """Return the ISO date of a day since 1970-01-01."""
    return (EPOCH + timedelta(days=int(day))).isoformat()
