"""Attribute a client's change in value between two days to asset classes, and compare with the index.

Allocation and selection effects need a benchmark by asset class (DAKEHU_CLASS_BENCHMARK); without one the result states
so instead of inventing values (docs/decisions/0040 and 0046).
"""

from datetime import date, timedelta
from typing import Any

import numpy as np
from django.conf import settings

from dakehu.analytics import attribution as brinson
from dakehu.analytics.figures import CLASSES
from dakehu.domains.ledger import rules
from dakehu.domains.ledger.close import firm_book
from dakehu.domains.ledger.performance import portfolio
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CLIENT = parameters_of("ledger.Investment", "client")
PERIOD = (
    Parameter("since", required=False, kind="date", spec=FieldSpec("从", "From")),
    Parameter("until", required=False, kind="date", spec=FieldSpec("到", "To")),
)
PARTS = ("opening", "net_inflow", "market", "fees", "closing")
# In the numbering of analytics.figures.
EFFECT_NAMES = (
    ("股票", "Stocks"),
    ("基金", "Funds"),
    ("债券", "Bonds"),
    ("回购与现金", "Repo and cash"),
    ("私募、资管与收益凭证", "Private and structured"),
    ("其他", "Other"),
)


@query(
    "ledger.attribution",
    needs=Permission.LEDGER_READ,
    zh="资产变动与归因",
    en="Change in value and its attribution",
    parameters=(*CLIENT, *PERIOD),
)
def attribution(*, client: Any, since: date | None = None, until: date | None = None) -> dict[str, Any]:
    """Return a client's change in value and its causes.

    From the end of `since` (None: before the first trade) to the end of `until` (None, and at most: the day last
    closed). Returns {since, until, hidden, total: {opening, net_inflow, market, fees, closing}, classes: [{name, the
    same}], own, index, excess, index_name, effects, why}.

    closing = opening + net_inflow + market − fees, exactly; market is before fees. own is the time-weighted return of
    the securities, index that of the benchmark index over the same days, excess their difference. Sums are None where a
    price is missing and for readers not cleared for personal values (`hidden`).

    effects: {own, benchmark, excess, classes: [{name, measure, weight, market_weight, market, allocation, selection}],
    allocation, selection}, linked over the days (Brinson, Cariño), weights as the mean of the days; allocation and
    selection sum to excess = own − benchmark. None, with the reason in `why`, without a benchmark by asset class or its
    prices.

    Raises Refused if `until` is not after `since`.
    """
    closed = portfolio.valuation_date()
    last = min(until or closed, closed)
    if since is not None and since >= last:
        raise Refused(
            {
                "since": [
                    bilingual(
                        "开始日期须早于结束日期 {day}。",
                        "The first day must be before the last, {day}.",
                        day=last.isoformat(),
                    )
                ]
            }
        )
    hidden = current_actor().clearance < PERSONAL
    result: dict[str, Any] = {
        "since": since.isoformat() if since else None,
        "until": last.isoformat(),
        "hidden": hidden,
        "total": None,
        "classes": [],
        "own": None,
        "index": None,
        "excess": None,
        "index_name": "",
        "effects": None,
        "why": "",
    }
    valuation = portfolio.value(client, last)
    if valuation is None:
        return result
    day = (since - portfolio.EPOCH).days if since else int(valuation.book.ordinals[0]) - 1
    first = int(np.searchsorted(valuation.book.ordinals, day, side="right")) - 1
    change = brinson.change(valuation.book, 0, first, len(valuation.book.ordinals) - 1)
    parts = {name: getattr(change, name) for name in PARTS}
    if not hidden:
        result["total"] = {name: _number(float(values.sum())) for name, values in parts.items()}
        result["classes"] = [
            {
                "name": str(bilingual(*EFFECT_NAMES[kind])),
                **{name: _number(float(values[kind])) for name, values in parts.items()},
            }
            for kind in range(CLASSES)
            if any(values[kind] for values in parts.values())
        ]
    return result | _compare_with_index(valuation, day) | _effects(valuation, first)


def _compare_with_index(valuation: portfolio.Valuation, day: int) -> dict[str, Any]:
    """Return {own, index, excess, index_name} from the end of `day`.

    The index starts no earlier than the client.
    """
    days = valuation.days
    own = _number(float(np.prod(1.0 + days.returns[days.ordinals > day]) - 1.0))
    begin = max(day, int(days.ordinals[0]))
    within = valuation.book.market[
        (valuation.book.ordinals >= begin) & (valuation.book.ordinals <= int(days.ordinals[-1]))
    ]
    before = valuation.book.market[valuation.book.ordinals <= begin]
    start = float(before[-1]) if len(before) else float("nan")
    index = _number(float(within[-1]) / start - 1.0) if len(within) else None
    excess = None if own is None or index is None else own - index
    return {
        "own": own,
        "index": index,
        "excess": excess,
        "index_name": firm_book.benchmark_name() if index is not None else "",
    }


def _effects(valuation: portfolio.Valuation, first: int) -> dict[str, Any]:
    """Return {effects, why} from the end of column `first`."""
    book, days = valuation.book, valuation.days
    try:
        benchmark = rules.class_benchmark(settings.CLASS_BENCHMARK)
    except ValueError as error:
        return {
            "why": str(
                bilingual(
                    "按资产类别的基准看不懂：“{part}”。请管理员改正 DAKEHU_CLASS_BENCHMARK。",
                    "The benchmark by asset class is not understood: “{part}”. An administrator sets DAKEHU_CLASS_BENCHMARK right.",
                    part=error,
                )
            )
        }
    if not benchmark:
        return {
            "why": str(
                bilingual(
                    "没有按资产类别设定的基准，因此不拆分配置与选择效应。",
                    "No benchmark by asset class is recorded, so allocation and selection cannot be separated.",
                )
            )
        }
    last = int(np.searchsorted(book.ordinals, days.ordinals[-1]))
    shares, market, missing = np.zeros(CLASSES), np.zeros((last - first, CLASSES)), []
    for kind, (share, measure) in benchmark.items():
        shares[kind] = share
        returns = _measure_returns(measure, book.ordinals)[first + 1 : last + 1]
        if not np.isfinite(returns).all():
            missing.append(measure)
        market[:, kind] = returns
    if missing:
        return {
            "why": str(
                bilingual(
                    "基准指数在这段时间缺少行情：{names}，因此不拆分配置与选择效应。",
                    "No prices of the benchmark over these days: {names}, so allocation and selection cannot be separated.",
                    names=missing,
                )
            )
        }
    weights, contributions = brinson.days_by_class(book, 0, first, last)
    own, benchmark_returns = contributions.sum(axis=1), market @ shares
    if not len(own) or not (np.isfinite(own).all() and (own > -1).all() and (benchmark_returns > -1).all()):
        return {
            "why": str(
                bilingual(
                    "这段时间有证券缺少行情，因此不拆分配置与选择效应。",
                    "Something held has no price over these days, so allocation and selection cannot be separated.",
                )
            )
        }
    daily = [
        brinson.contribution_effects(w, c, shares, m) for w, c, m in zip(weights, contributions, market, strict=True)
    ]
    linked = brinson.link_effects(daily, own, benchmark_returns)
    classes = [
        {
            "name": str(bilingual(*EFFECT_NAMES[kind])),
            "measure": _measure_label(benchmark[kind][1]) if kind in benchmark else "",
            "weight": float(weights[:, kind].mean()),
            "market_weight": float(shares[kind]),
            "market": float(np.prod(1 + market[:, kind]) - 1) if kind in benchmark else None,
            "allocation": float(linked.allocation[kind]),
            "selection": float(linked.selection[kind]),
        }
        for kind in range(CLASSES)
        if kind in benchmark or weights[:, kind].any()
    ]
    total, benchmark_total = float(np.prod(1 + own) - 1), float(np.prod(1 + benchmark_returns) - 1)
    return {
        "why": "",
        "effects": {
            "own": total,
            "benchmark": benchmark_total,
            "excess": total - benchmark_total,
            "classes": classes,
            "allocation": float(linked.allocation.sum()),
            "selection": float(linked.selection.sum()),
        },
    }


def _measure_returns(measure: str, ordinals: np.ndarray) -> np.ndarray:
    """Return the daily returns of a measure on the book's days: float64 [D].

    0 on the first day, NaN where the index has no price.
    """
    rate = rules.rate_of(measure)
    if rate is not None:
        return np.append(0.0, (1 + rate) ** (np.diff(ordinals) / 365) - 1)
    level = firm_book.index_levels(measure, ordinals)
    return np.append(0.0, level[1:] / level[:-1] - 1)


def _measure_label(measure: str) -> str:
    """Return the index name of a measure, or the measure itself."""
    return firm_book.index_name(measure) or measure


def _number(value: float) -> float | None:
    """Return a number, None if it is not finite."""
    return value if np.isfinite(value) else None


def period_choices(until: date) -> dict[str, date | None]:
    """Return {name: since} of common periods ending on `until`: month, year, twelve months, all."""
    month, year = until.replace(day=1), until.replace(month=1, day=1)
    one_day = timedelta(days=1)
    return {"month": month - one_day, "year": year - one_day, "twelve": until - timedelta(days=365), "all": None}
