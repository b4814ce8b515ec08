"""Queries of investments and client figures."""

from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from dakehu.domains.ledger import rules
from dakehu.domains.ledger.models import Figures, Investment, ProductKind
from dakehu.domains.ledger.performance import figure_table as client_figure_table
from dakehu.domains.ledger.performance import portfolio as client_portfolio
from dakehu.domains.ledger.performance import worth
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

RISK_FREE = 0.02  # annual rate of the risk-adjusted figure; editable in the exported workbook
CLIENT = parameters_of("ledger.Investment", "client")
FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
FIGURE = Parameter("figure", spec=FieldSpec("指标", "Figure"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))


@query("ledger.list", needs=Permission.LEDGER_READ, zh="投资记录列表", en="Investments", parameters=(FILTERS, ORDER))
def investment_rows(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the visible investments, filtered and ordered; newest first by default."""
    return filter_rows(Investment.objects.all(), filters or {}, order or "-invested_on")


@query(
    "ledger.investments", needs=Permission.LEDGER_READ, zh="投资历史", en="Investments of a client", parameters=CLIENT
)
def investments(*, client: Any) -> Any:
    """Return the investments of a client, newest first."""
    return Investment.objects.filter(client=client).order_by("-invested_on", "-pk")


@query("ledger.summary", needs=Permission.LEDGER_READ, zh="投资汇总", en="Investment summary", parameters=CLIENT)
def summary(*, client: Any) -> dict[str, Any]:
    """Return totals, return, risk-adjusted return, invested sums by month and shares by product kind.

    `valued_from` and `valued_on` are the first and last day of the values. Money is None for readers who are not cleared
    for personal values; shares and returns are shown.
    """
    cleared = current_actor().clearance >= PERSONAL
    rows = list(Investment.objects.filter(client=client).order_by("invested_on"))
    valued = [r for r in rows if r.value is not None]
    invested = sum((r.amount for r in rows), Decimal(0))
    base, total_value = sum((r.amount for r in valued), Decimal(0)), sum((r.value for r in valued), Decimal(0))
    days = [r.valued_on for r in valued if r.valued_on]
    today = clock.today()
    annual = [
        a
        for r in valued
        if (a := rules.annual_return(r.amount, r.value, r.invested_on, r.valued_on or today)) is not None
    ]
    months = rules.by_month([(row.invested_on, row.amount) for row in rows])
    kinds: dict[str, Decimal] = {}
    for row in rows:
        kinds[row.product_kind or "other"] = kinds.get(row.product_kind or "other", Decimal(0)) + row.amount
    roi, ratio = rules.simple_return(base, total_value), rules.risk_adjusted_return(annual, RISK_FREE)
    return {
        "count": len(rows),
        "invested": str(invested) if cleared else None,
        "value": str(total_value) if cleared else None,
        "valued_from": min(days).isoformat() if days else None,
        "valued_on": max(days).isoformat() if days else None,
        "return": None if roi is None else str(roi),
        "risk_adjusted": None if ratio is None else round(ratio, 4),
        "risk_free": RISK_FREE,
        "months": [
            {"month": m, "invested": str(v) if cleared else str((v / invested).quantize(Decimal("0.0001")))}
            for m, v in months.items()
        ]
        if invested
        else [],
        "kinds": [
            {
                "kind": k,
                "name": ProductKind.text_of(k),
                "share": str((v / invested).quantize(Decimal("0.0001"))),
                "amount": str(v) if cleared else None,
            }
            for k, v in sorted(kinds.items(), key=lambda p: -p[1])
        ]
        if invested
        else [],
    }


@query("ledger.figures", needs=Permission.LEDGER_READ, zh="客户指标", en="Figures of a client", parameters=CLIENT)
def figures(*, client: Any) -> Any:
    """Return the client's figures as of the last close, None before the first.

    A missing figure has its reason in `reasons`.
    """
    return Figures.objects.filter(client=client).first()


@query("ledger.figure_table", needs=Permission.LEDGER_READ, zh="客户指标表", en="Table of figures", parameters=CLIENT)
def figure_table(*, client: Any) -> dict[str, Any] | None:
    """Return the figures of the last close arranged for display, None before the first.

    Returns {as_of, leading: four rows, groups: [{name, label, rows}], peers: {label, count, capped}}. A row is {name,
    label, kind, unit, value, formula, why, is_gain, median}: the median of visible clients of the same segment.
    """
    return client_figure_table.figure_table(client)


@query("ledger.client_worth", needs=Permission.CLIENT_READ, zh="客户资产", en="Worth of a client", parameters=CLIENT)
def client_worth(*, client: Any) -> dict[str, Any]:
    """Return what a client is worth: one figure with date and source, and why the other one differs.

    Returns {value, on, source ("counter" from the end-of-day balances, "stated" as entered, "trades" as computed, ""
    without any), held, held_on, gap, why, counter, counter_on: the counter's balance, if a figure was entered later}.
    `held` is the computed market value next to a stated worth, `gap` what the trades do not show. Sums are masked or
    None for readers not cleared for personal values; without permission to read investments, only entered values.
    """
    return worth.client_worth(client)


@query("ledger.by_kind", needs=Permission.LEDGER_READ, zh="产品分布", en="Book by product kind")
def by_kind() -> list[dict[str, Any]]:
    """Return the number and sum of visible investments per product kind.

    The sum is None for readers who are not cleared for personal values.
    """
    cleared = current_actor().clearance >= PERSONAL
    counted = (
        Investment.objects.values("product_kind").annotate(count=Count("pk"), amount=Sum("amount")).order_by("-amount")
    )
    return [
        {
            "kind": r["product_kind"],
            "name": ProductKind.text_of(r["product_kind"] or "other"),
            "count": r["count"],
            "amount": str(r["amount"]) if cleared else None,
        }
        for r in counted
    ]


@query(
    "ledger.explanation",
    needs=Permission.LEDGER_READ,
    zh="指标拆解",
    en="Figure explanation",
    parameters=(*CLIENT, FIGURE),
)
def explain(*, client: Any, figure: str) -> dict[str, Any]:
    """Explain how a figure of a client is calculated, as of the last close.

    Uses current trades and prices. Returns {figure, label, formula, as_of, number (a date for days), reason, why,
    inputs, rows, hidden, index (name of the benchmark, for beta and alpha)}. `inputs` and `rows` are plain numbers, not
    rounded. `reason` and `why` explain a missing number. Readers who are not cleared for personal values get no rows
    and no sums (`hidden`).
    """
    return client_portfolio.explain(client, figure)


@query("ledger.portfolio", needs=Permission.LEDGER_READ, zh="持仓与净值", en="Portfolio of a client", parameters=CLIENT)
def portfolio(*, client: Any) -> dict[str, Any]:
    """Return a client's holdings and performance from current trades and prices, as of the last close.

    Returns {as_of, holdings: [{code, name, kind, quantity, price, price_day, cost, value, profit, return, weight, since,
    days}], flows: [{day, money_in, money_out}], line: {day, growth, drawdown, flow, worth, profit, index, index_name} or None without
    trades, hidden}. Numbers are plain and not rounded; None if a price is missing, and for money if the reader is
    not cleared for it (`hidden`).
    """
    return client_portfolio.portfolio(client)
