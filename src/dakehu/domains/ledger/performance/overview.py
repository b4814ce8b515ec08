"""Sums, movers and distributions of the figures of visible clients, each with the link to its rows.

Everything is aggregated by the database from the figures of the last close. Money is for readers cleared for personal
values only; the others get counts by bands and rates, from which no amount follows.
"""

import itertools
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Avg, Count, Max, Q, Sum

from dakehu.analytics.month_ends import MONTHS
from dakehu.domains.clients import queries as clients
from dakehu.domains.clients.overview import band_counts
from dakehu.domains.ledger.models import Closing, Figures
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.database.number_list import NumberAt
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.cards import number, rows_at

LIST = "clients.list"
MOVERS = 4  # rises and falls shown
SOURCE = bilingual("由成交记录与收盘价计算", "Computed from trades and closing prices")
STATED = {"assets.filled": 1}
RETURNS = (None, Decimal("-0.2"), Decimal("-0.1"), Decimal(0), Decimal("0.1"), Decimal("0.2"), None)  # edges of bars


def _moved(column: str) -> dict[str, Any]:
    """Return the filters of rows whose column is a number other than 0."""
    return {f"{column}.filled": 1, f"{column}.ne": 0}


def _cleared() -> bool:
    """Return whether the reader may see money."""
    return current_actor().clearance >= PERSONAL


@query("ledger.book", needs=Permission.LEDGER_READ, zh="客户资产", en="Assets under care")
def book() -> dict[str, Any]:
    """Return market value, this month's net inflow, and how many clients rose and fell on the last day closed.

    Of the visible clients, as of the last close, after the sum of the assets that were entered. No figures for
    readers who are not cleared for personal values.
    """
    if not _cleared():
        return {"figures": []}
    sums = Figures.objects.aggregate(
        worth=Sum("market_value"),
        valued=Count("market_value"),
        inflow=Sum("month_inflow"),
        profit=Sum("day_profit"),
        up=Count("pk", filter=Q(day_profit__gt=0)),
        down=Count("pk", filter=Q(day_profit__lt=0)),
        as_of=Max("as_of"),
    )
    found = _registered()
    if sums["as_of"] is not None:
        found = [*found, *_closed(sums)]
    return {
        "figures": found,
        "as_of": sums["as_of"].isoformat() if sums["as_of"] else None,
        "source": str(SOURCE) if sums["as_of"] else "",
    }


def _closed(sums: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the numbers derived from the last close."""
    before = trading_days.trading_days_between(sums["as_of"] - timedelta(days=30), sums["as_of"] - timedelta(days=1))
    return [
        number(
            bilingual("持仓市值", "Market value"),
            sums["worth"] or 0,
            unit="money",
            rows=rows_at(LIST, {"figures__market_value.filled": 1}, "figures__market_value", "-figures__market_value"),
            note=bilingual("{n} 位客户", "{n} clients", n=sums["valued"]),
        ),
        number(
            bilingual("本月净转入", "Net inflow this month"),
            sums["inflow"] or 0,
            unit="money",
            rows=rows_at(LIST, _moved("figures__month_inflow"), "figures__month_inflow", "-figures__month_inflow"),
            note=bilingual(
                "证券买卖资金，{month} 月", "Securities bought less sold, {month}", month=sums["as_of"].month
            ),
        ),
        number(
            bilingual("当日盈亏", "Profit of the day"),
            sums["profit"] or 0,
            unit="money",
            rows=rows_at(LIST, _moved("figures__day_profit"), "figures__day_profit", "-figures__day_profit"),
            note=bilingual("较 {day} 收盘", "Since the close of {day}", day=before[-1].isoformat() if before else "–"),
            tone="signed",
        ),
        number(
            bilingual("上涨客户", "Clients up"),
            sums["up"],
            rows=rows_at(LIST, {"figures__day_profit.gt": 0}, order="-figures__day_profit"),
        ),
        number(
            bilingual("下跌客户", "Clients down"),
            sums["down"],
            rows=rows_at(LIST, {"figures__day_profit.lt": 0}, order="figures__day_profit"),
        ),
    ]


def _registered() -> list[dict[str, Any]]:
    """Return the sum of the entered assets, which take precedence if both are known; nothing if none were entered."""
    found = clients.clients(filters=STATED).order_by().aggregate(sum=Sum("assets"), count=Count("pk"))
    if not found["count"]:
        return []
    return [
        number(
            bilingual("资产规模", "Assets"),
            found["sum"],
            unit="money",
            rows=rows_at(LIST, STATED, "assets", "-assets"),
            note=bilingual(
                "登记值（不按成交计算），{n} 位客户", "As entered, not from trades, {n} clients", n=found["count"]
            ),
        )
    ]


@query("ledger.movers", needs=Permission.LEDGER_READ, zh="当日涨跌最大的客户", en="Biggest movers")
def movers() -> dict[str, Any]:
    """Return the visible clients whose worth rose and fell most on the last day closed, the largest first."""
    rows: list[Any] = []
    if _cleared():
        moved = Figures.objects.select_related("client")
        rising = moved.filter(day_profit__gt=0).order_by("-day_profit", "client")[:MOVERS]
        falling = moved.filter(day_profit__lt=0).order_by("day_profit", "client")[:MOVERS]
        rows = sorted([*rising, *falling], key=lambda row: -abs(row.day_profit))
    clearance = current_actor().clearance
    return {
        "columns": [
            {"name": "client", "label": str(bilingual("客户", "Client")), "kind": "client"},
            {"name": "profit", "label": str(bilingual("当日盈亏", "Profit of the day")), "kind": "number"},
            {"name": "worth", "label": str(bilingual("持仓市值", "Market value")), "kind": "number"},
        ],
        "rows": [
            {
                "client": {"id": row.client_id, "name": name_of(row.client, clearance)},
                "profit": _of_client(row, "day_profit", "signed"),
                "worth": _of_client(row, "market_value"),
            }
            for row in rows
        ],
        "rows_at": rows_at(LIST, _moved("figures__day_profit"), "figures__day_profit", "-figures__day_profit"),
        "as_of": rows[0].as_of.isoformat() if rows else None,
        "source": str(SOURCE),
    }


def _of_client(row: Figures, name: str, tone: str = "") -> dict[str, Any]:
    """Return a figure of one client as a number."""
    at = rows_at(LIST, {"code": row.client.code}, f"figures__{name}")
    return number("", getattr(row, name), unit="money", rows=at, tone=tone)


@query(
    "ledger.months",
    needs=Permission.LEDGER_READ,
    zh="近 12 个月持仓市值与净转入",
    en="Market value and net inflow, 12 months",
)
def months() -> dict[str, Any]:
    """Return market value at the ends of twelve months and on the last day closed, and the net inflow of each month.

    Sums over the visible clients, in whole yuan; nothing for readers who are not cleared for personal values.
    """
    if not _cleared():
        return {"months": [], "line": [], "bars": []}
    sums = {f"value_{n}": Sum(NumberAt("month_values", n)) for n in range(MONTHS)}
    sums |= {f"flow_{n}": Sum(NumberAt("month_inflows", n)) for n in range(MONTHS)}
    found = Figures.objects.aggregate(as_of=Max("as_of"), **sums)
    if found["as_of"] is None:
        return {"months": [], "line": [], "bars": []}
    return {
        "months": month_names(found["as_of"]),
        "line": [found[f"value_{n}"] for n in range(MONTHS)],
        "bars": [found[f"flow_{n}"] for n in range(MONTHS)],
        "line_name": str(bilingual("持仓市值", "Market value")),
        "bars_name": str(bilingual("净转入", "Net inflow")),
        "as_of": found["as_of"].isoformat(),
        "source": str(SOURCE),
        "rows_at": rows_at(
            LIST, {"figures__market_value.filled": 1}, "figures__market_value", "-figures__market_value"
        ),
    }


def month_names(as_of: date) -> list[str]:
    """Return the months of a series, the last one that of the day."""
    return [f"{as_of - relativedelta(months=MONTHS - 1 - n):%Y-%m}" for n in range(MONTHS)]


@query("ledger.worth_bands", needs=Permission.LEDGER_READ, zh="持仓市值分布", en="Clients by market value")
def worth_bands() -> dict[str, Any]:
    """Return the number of visible clients in each band of market value, as of the last close."""
    as_of = _last_close()
    bars = band_counts(Figures.objects.all(), "market_value", "figures__market_value") if as_of else []
    return {"bars": bars, "as_of": as_of, "source": str(SOURCE)}


@query("ledger.return_distribution", needs=Permission.LEDGER_READ, zh="收益率分布", en="Clients by return")
def return_distribution() -> dict[str, Any]:
    """Return the number of visible clients by their return on investment, and the mean, as of the last close."""
    as_of = _last_close()
    if as_of is None:
        return {"bars": [], "as_of": None}
    steps = list(itertools.pairwise(RETURNS))
    counts = {f"bar_{place}": Count("pk", filter=_between(low, high)) for place, (low, high) in enumerate(steps)}
    found = Figures.objects.aggregate(mean=Avg("roi"), known=Count("roi"), **counts)
    bars = [
        number(_range_text(low, high), found[f"bar_{place}"], rows=rows_at(LIST, _range_filters(low, high)))
        for place, (low, high) in enumerate(steps)
    ]
    mean = number(
        bilingual("平均累计收益率", "Mean return on money put in"),
        found["mean"],
        unit="share",
        rows=rows_at(LIST, {"figures__roi.filled": 1}, "figures__roi", "-figures__roi", of="mean"),
        note=bilingual("{n} 位客户", "{n} clients", n=found["known"]),
        tone="signed",
    )
    return {"bars": bars, "figures": [mean], "as_of": as_of, "source": str(SOURCE)}


def _between(low: Decimal | None, high: Decimal | None) -> Q:
    """Return the condition of a return from `low` to below `high`."""
    found = Q(roi__isnull=False)
    if low is not None:
        found &= Q(roi__gte=low)
    return found if high is None else found & Q(roi__lt=high)


def _range_filters(low: Decimal | None, high: Decimal | None) -> dict[str, str]:
    """Return the same condition as filters of the list of clients."""
    bounds = {"figures__roi.ge": low, "figures__roi.lt": high}
    return {name: str(bound) for name, bound in bounds.items() if bound is not None}


def _range_text(low: Decimal | None, high: Decimal | None) -> str:
    """Return a range of returns as text."""
    if low is None:
        return f"< {high:.0%}"
    return f"≥ {low:.0%}" if high is None else f"{low:.0%} – {high:.0%}"


def _last_close() -> str | None:
    """Return the day of the visible figures, None before the first close."""
    as_of = Figures.objects.aggregate(as_of=Max("as_of"))["as_of"]
    return as_of.isoformat() if as_of else None


@query("ledger.closes", needs=Permission.SYSTEM_READ, zh="日终计算记录", en="Closes")
def closes() -> Any:
    """Return the closes that were published, the latest first."""
    return Closing.objects.order_by("-day")


@query("ledger.last_close", needs=Permission.SYSTEM_READ, zh="最近一次日终计算", en="The last close")
def last_close() -> dict[str, Any]:
    """Return the day last closed, how many trading days ago that was, and how many clients it had."""
    last = Closing.objects.order_by("-day").first()
    if last is None:
        return {"figures": []}
    missed = len(trading_days.trading_days_between(last.day, clock.today())) - 1
    return {
        "figures": [
            number(
                bilingual("最近日终计算", "Last close"),
                last.day.isoformat(),
                unit="text",
                rows=rows_at("ledger.closes"),
                note=bilingual("此后 {n} 个交易日", "{n} trading days since", n=max(missed, 0)),
                tone="bad" if missed > 2 else "",
            ),
            number(
                bilingual("参与计算的客户", "Clients closed"),
                last.clients,
                rows=rows_at("ledger.closes", {"day": last.day.isoformat()}, "clients"),
            ),
        ],
        "as_of": last.day.isoformat(),
    }


def worth_of(users: list[int]) -> dict[int, dict[str, Any]]:
    """Return {user id: {worth, inflow}} of the clients each serves as main manager; empty without clearance."""
    if not _cleared():
        return {}
    served = Figures.objects.filter(
        client__coverage__until=None, client__coverage__role="main", client__coverage__user_id__in=users
    )
    sums = {"worth": Sum("market_value"), "inflow": Sum("month_inflow")}
    found = served.order_by().values("client__coverage__user_id").annotate(**sums)
    return {row["client__coverage__user_id"]: {"worth": row["worth"], "inflow": row["inflow"]} for row in found}


@query(
    "ledger.client_months",
    needs=Permission.LEDGER_READ,
    zh="客户资产走势",
    en="A client's worth in 12 months",
    parameters=clients.CLIENT,
)
def client_months(*, client: Any) -> dict[str, Any]:
    """Return a client's market value at the ends of twelve months and on the last day closed.

    {months, values, as_of, source}, from the first month with a value on; no values without figures or clearance.
    """
    row = Figures.objects.filter(client=client).first()
    if row is None or not _cleared() or not row.month_values:
        return {"months": [], "values": [], "as_of": None, "source": ""}
    first = next((n for n, value in enumerate(row.month_values) if value), len(row.month_values))
    return {
        "months": month_names(row.as_of)[first:],
        "values": row.month_values[first:],
        "as_of": row.as_of.isoformat(),
        "source": str(SOURCE),
    }
