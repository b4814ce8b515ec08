"""What a client's change of worth between two days is made of, by asset class, and how the client did beside the index.

The effects of allocation and selection need a benchmark by asset class (DAKEHU_CLASS_BENCHMARK): without one the answer says so
instead of inventing it (docs/decisions/0040 and 0046).
"""

from datetime import date, timedelta
from typing import Any

import numpy as np
from django.conf import settings

from dakehu.analytics import attribution as brinson
from dakehu.analytics.figures import CLASSES
from dakehu.domains.ledger import rules
from dakehu.domains.ledger.close import run as close_run
from dakehu.domains.ledger.performance import portfolio
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access.actor import current_actor
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
    en="Change of worth and its causes",
    parameters=(*CLIENT, *PERIOD),
)
def attribution(*, client: Any, since: date | None = None, until: date | None = None) -> dict[str, Any]:
    """From the evening of `since` (None: from before the first trade) to the evening of `until` (None, and no later than: the day last closed):
    {since, until, hidden, total: {opening, net_inflow, market, fees, closing}, classes: [{name, the same}], own, index,
    excess, index_name, effects, why}. closing = opening + net_inflow + market − fees, exactly; market is before fees. own is
    the time-weighted return of the securities, index the one compared with over the same days, excess their difference.
    Sums are None where a price is missing and for readers not cleared for them (`hidden`). effects: {own, benchmark, excess,
    classes: [{name, measure, weight, market_weight, market, allocation, selection}], allocation, selection}, linked over the days
    (Brinson, Cariño), weights as the mean of the days; allocation and selection sum to excess = own − benchmark. None, with the
    reason in `why`, without a benchmark by asset class or its prices. Refused where `until` is not after `since`."""
    closed = portfolio.day_of()
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
    told: dict[str, Any] = {
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
    made = portfolio.value(client, last)
    if made is None:
        return told
    day = (since - portfolio.EPOCH).days if since else int(made.book.ordinals[0]) - 1
    first = int(np.searchsorted(made.book.ordinals, day, side="right")) - 1
    found = brinson.change(made.book, 0, first, len(made.book.ordinals) - 1)
    parts = {name: getattr(found, name) for name in PARTS}
    if not hidden:
        told["total"] = {name: _number(float(values.sum())) for name, values in parts.items()}
        told["classes"] = [
            {
                "name": str(bilingual(*EFFECT_NAMES[kind])),
                **{name: _number(float(values[kind])) for name, values in parts.items()},
            }
            for kind in range(CLASSES)
            if any(values[kind] for values in parts.values())
        ]
    return told | _benchmark_effects(made, day) | _effects(made, first)


def _benchmark_effects(made: portfolio.Valuation, day: int) -> dict[str, Any]:
    """{own, index, excess, index_name} from the evening of `day` on; the index begins no earlier than the client."""
    days = made.days
    own = _number(float(np.prod(1.0 + days.returns[days.ordinals > day]) - 1.0))
    begin = max(day, int(days.ordinals[0]))
    within = made.book.market[(made.book.ordinals >= begin) & (made.book.ordinals <= int(days.ordinals[-1]))]
    before = made.book.market[made.book.ordinals <= begin]
    start = float(before[-1]) if len(before) else float("nan")
    index = _number(float(within[-1]) / start - 1.0) if len(within) else None
    excess = None if own is None or index is None else own - index
    return {
        "own": own,
        "index": index,
        "excess": excess,
        "index_name": close_run.benchmark_name() if index is not None else "",
    }


def _effects(made: portfolio.Valuation, first: int) -> dict[str, Any]:
    """{effects, why} from the evening of column `first` on."""
    book, days = made.book, made.days
    try:
        wanted = rules.class_benchmark(settings.CLASS_BENCHMARK)
    except ValueError as wrong:
        return {
            "why": str(
                bilingual(
                    "按资产类别的基准看不懂：“{part}”。请管理员改正 DAKEHU_CLASS_BENCHMARK。",
                    "The benchmark by asset class is not understood: “{part}”. An administrator sets DAKEHU_CLASS_BENCHMARK right.",
                    part=wrong,
                )
            )
        }
    if not wanted:
        return {
            "why": str(
                bilingual(
                    "没有按资产类别设定的基准，因此不拆分配置与选择效应。",
                    "No benchmark by asset class is recorded, so allocation and selection are not told apart.",
                )
            )
        }
    last = int(np.searchsorted(book.ordinals, days.ordinals[-1]))
    shares, market, missing = np.zeros(CLASSES), np.zeros((last - first, CLASSES)), []
    for kind, (share, measure) in wanted.items():
        shares[kind] = share
        moved = _moves(measure, book.ordinals)[first + 1 : last + 1]
        if not np.isfinite(moved).all():
            missing.append(measure)
        market[:, kind] = moved
    if missing:
        return {
            "why": str(
                bilingual(
                    "基准指数在这段时间缺少行情：{names}，因此不拆分配置与选择效应。",
                    "No prices of the benchmark over these days: {names}, so allocation and selection are not told apart.",
                    names="、".join(missing),
                )
            )
        }
    weights, brought = brinson.days_by_class(book, 0, first, last)
    own, theirs = brought.sum(axis=1), market @ shares
    if not len(own) or not (np.isfinite(own).all() and (own > -1).all() and (theirs > -1).all()):
        return {
            "why": str(
                bilingual(
                    "这段时间有证券缺少行情，因此不拆分配置与选择效应。",
                    "Something held has no price over these days, so allocation and selection are not told apart.",
                )
            )
        }
    each = [brinson.contributed(w, c, shares, m) for w, c, m in zip(weights, brought, market, strict=True)]
    linked = brinson.linked(each, own, theirs)
    classes = [
        {
            "name": str(bilingual(*EFFECT_NAMES[kind])),
            "measure": _effect_labels(wanted[kind][1]) if kind in wanted else "",
            "weight": float(weights[:, kind].mean()),
            "market_weight": float(shares[kind]),
            "market": float(np.prod(1 + market[:, kind]) - 1) if kind in wanted else None,
            "allocation": float(linked.allocation[kind]),
            "selection": float(linked.selection[kind]),
        }
        for kind in range(CLASSES)
        if kind in wanted or weights[:, kind].any()
    ]
    total, beside = float(np.prod(1 + own) - 1), float(np.prod(1 + theirs) - 1)
    return {
        "why": "",
        "effects": {
            "own": total,
            "benchmark": beside,
            "excess": total - beside,
            "classes": classes,
            "allocation": float(linked.allocation.sum()),
            "selection": float(linked.selection.sum()),
        },
    }


def _moves(measure: str, ordinals: np.ndarray) -> np.ndarray:
    """Daily returns of a measure on the days of the book, float64 [D]; 0 on the first, NaN where the index has no price."""
    rate = rules.rate_of(measure)
    if rate is not None:
        return np.append(0.0, (1 + rate) ** (np.diff(ordinals) / 365) - 1)
    level = close_run.index_levels(measure, ordinals)
    return np.append(0.0, level[1:] / level[:-1] - 1)


def _effect_labels(measure: str) -> str:
    return close_run.index_name(measure) or measure


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None


def period_choices(until: date) -> dict[str, date | None]:
    """{name: since} of the periods people ask for, each ending on `until`: month, year, twelve months, everything."""
    month, year = until.replace(day=1), until.replace(month=1, day=1)
    one = timedelta(days=1)
    return {"month": month - one, "year": year - one, "twelve": until - timedelta(days=365), "all": None}
