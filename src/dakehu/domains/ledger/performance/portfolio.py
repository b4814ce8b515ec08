"""One client's book on demand, within scope, and a figure of it taken apart. Nothing of it is stored."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from dakehu.analytics import kernel
from dakehu.analytics.figures import Column, Reason
from dakehu.analytics.figures import Figures as Computed
from dakehu.analytics.series import Series, series_of
from dakehu.domains.ledger.close import inputs as close_inputs
from dakehu.domains.ledger.close import rows as close_rows
from dakehu.domains.ledger.close import run as close_run
from dakehu.domains.ledger.models import Closing, Figures
from dakehu.domains.ledger.performance.explanations import money as money_explanations
from dakehu.domains.ledger.performance.explanations import registry as explanations
from dakehu.domains.ledger.products import registry as products
from dakehu.domains.ledger.trades import reader
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import spec_of

EPOCH = close_rows.EPOCH


@dataclass(frozen=True)
class Valuation:
    """A client's book of one, its figures and days. assets: int64 [A], product numbers; as_of: int32 [A], the day since
    1970-01-01 on which each last price was made, -1 where there is none."""

    book: kernel.Book
    figures: Computed
    days: Series
    assets: np.ndarray
    as_of: np.ndarray


def day_of() -> date:
    """The day last closed, so that what is explained is what lists show; before the first close, the last with prices."""
    closed = Closing.objects.order_by("-day").values_list("day", flat=True).first()
    return closed or close_run.last_day()


def value(client: Any, day: date) -> Valuation | None:
    """The client as of `day` as the nightly close reads them; None without dealings in securities. Trades of a client out
    of the actor's sight are none. Refused where an exchange rate is missing."""
    made = close_inputs.group_by_client(reader.trades_of_clients([client.pk]), day)
    if not len(made.clients):
        return None
    prices = close_inputs.price_matrix(made.assets, close_run.calendar_of(made.day, day))
    book = close_run.book_of(made, prices)
    return Valuation(book, kernel.compute(book, threads=1), series_of(book, 0), made.assets, prices.as_of[:, -1])


def explain(client: Any, figure: str) -> dict[str, Any]:
    """{figure, label, formula, as_of, number, reason, why, inputs, rows, hidden, index}; see ledger.explain."""
    if figure not in explanations.EXPLANATIONS:
        known = "、".join(explanations.EXPLANATIONS)
        raise Refused(
            {
                "figure": [
                    bilingual(
                        "没有可拆解的指标“{name}”，可用：{known}。",
                        "There is no figure “{name}” to take apart; there are: {known}.",
                        name=figure,
                        known=known,
                    )
                ]
            }
        )
    facts = spec_of(Figures._meta.get_field(figure))
    clearance = current_actor().clearance
    day = day_of()
    told: dict[str, Any] = {
        "figure": figure,
        "label": str(facts.label),
        "formula": str(facts.help),
        "as_of": day.isoformat(),
        "number": None,
        "reason": None,
        "why": None,
        "inputs": {},
        "rows": [],
        "hidden": clearance < PERSONAL,
        "index": "",
    }
    made = value(client, day)
    reason = _reason(made, figure)
    if reason is not Reason.NONE:
        told["reason"] = reason.name.lower()
        told["why"] = str(bilingual(*close_rows.REASONS[told["reason"]]))
    if made is None or reason not in (Reason.NONE, Reason.SEVERAL_ROOTS):
        return told
    rate = float(made.figures.column(Column.XIRR)[0])
    steps = explanations.EXPLANATIONS[figure](money_explanations.Case(made.book, made.days, rate))
    if clearance >= facts.sensitivity:
        told["number"] = _date(int(steps.number)) if figure in close_rows.DAYS else steps.number
    if figure in explanations.AGAINST_INDEX:
        told["index"] = close_run.benchmark_name()
    if not told["hidden"]:
        told["inputs"], told["rows"] = steps.inputs, _with_names(steps.rows, made)
        if not steps.rows:
            told["why"] = str(
                bilingual("没有这样的交易或持仓，因此是 0。", "There are no such dealings or holdings, so it is 0.")
            )
    return told


def _reason(made: Valuation | None, figure: str) -> Reason:
    if made is None:
        return Reason.NO_TRADES
    column = Column.DEPOSITS if figure == "net_inflow" else close_rows.SHOWN[figure]
    return Reason(int(made.figures.reasons[0, column]))


def _with_names(rows: list[dict[str, Any]], made: Valuation) -> list[dict[str, Any]]:
    """Days as dates, securities by code and name; where a price is shown, the day it was made. Missing numbers are None."""
    named = products.product_names(made.assets.tolist())
    shown = []
    for row in rows:
        told = {name: None if value != value else value for name, value in row.items()}
        if "day" in told:
            told["day"] = (EPOCH + timedelta(days=told["day"])).isoformat()
        if "asset" in told:
            place = told.pop("asset")
            told |= {name: named[int(made.assets[place])][name] for name in ("code", "name")}
            if "price" in told:
                told["price_day"] = None if told["price"] is None else _date(int(made.as_of[place]))
        shown.append(told)
    return shown


def portfolio(client: Any) -> dict[str, Any]:
    """{as_of, hidden, holdings, flows, line}; see ledger.portfolio."""
    day = day_of()
    hidden = current_actor().clearance < PERSONAL
    told: dict[str, Any] = {"as_of": day.isoformat(), "hidden": hidden, "holdings": [], "flows": [], "line": None}
    made = value(client, day)
    if made is None:
        return told
    case = money_explanations.Case(made.book, made.days, 0.0)
    told["holdings"] = _holdings(case, made, day, hidden)
    told["line"] = _line(made, hidden)
    if not hidden:
        told["flows"] = [{**row, "day": _date(row["day"])} for row in reversed(money_explanations.flows(case))]
    return told


def _holdings(case: money_explanations.Case, made: Valuation, day: date, hidden: bool) -> list[dict[str, Any]]:
    """The largest first. Sums are None for readers to whom money is masked, and where a price is missing."""
    carried = money_explanations.steps(case).carried
    rows = []
    for row in money_explanations.holdings(case):
        cost, since = carried[row["asset"]]
        worth = None if np.isnan(row["value"]) else row["value"]
        row |= {
            "cost": cost,
            "value": worth,
            "profit": None if worth is None else worth - cost,
            "return": None if worth is None or not cost else worth / cost - 1.0,
            "since": _date(since),
            "days": (day - EPOCH).days - since,
        }
        for name in ("price", "weight"):
            row[name] = None if row[name] is None or np.isnan(row[name]) else row[name]
        if hidden:
            row |= {"quantity": None, "cost": None, "value": None, "profit": None}
        rows.append(row)
    rows.sort(key=lambda row: -(row["weight"] or 0.0))
    return _with_names(rows, made)


def _line(made: Valuation, hidden: bool) -> dict[str, Any]:
    """{day, growth, drawdown, flow, index, index_name}: one entry a day; the index begins where the client does. Readers to
    whom money is masked are told of a flow only whether it came in (1) or went out (-1)."""
    days, first = made.days, int(np.searchsorted(made.book.ordinals, made.days.ordinals[0]))
    market = made.book.market[first : first + len(days.ordinals)] if made.book.market is not None else np.array([])
    flow = days.money_in - days.money_out
    known = np.flatnonzero(np.isfinite(market) & (market > 0)) if len(market) else np.array([], np.int64)
    index = (market / market[known[0]]).tolist() if len(known) else []
    return {
        "day": [_date(d) for d in days.ordinals.tolist()],
        "growth": _finite(days.growth),
        "drawdown": _finite(days.drawdown),
        "flow": _finite(np.sign(flow) if hidden else flow),
        "index": [None if v != v else v for v in index],
        "index_name": close_run.benchmark_name() if len(known) else "",
    }


def _finite(values: np.ndarray) -> list[float | None]:
    return [float(v) if ok else None for v, ok in zip(values.tolist(), np.isfinite(values), strict=True)]


def _date(day: int) -> str:
    return (EPOCH + timedelta(days=int(day))).isoformat()
