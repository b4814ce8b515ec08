"""What a report tells of one client: every word and number as it will stand on the page, and the charts.

Read through the same queries as the money tab, so that the reader's scope and clearance hold: a name or sum that is masked
on the page is masked on paper.
"""

from collections.abc import Iterable
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.domains.ledger import queries as ledger
from dakehu.domains.ledger.close import rows as close_rows
from dakehu.domains.ledger.trades.queries import list_trades
from dakehu.exchange.reports import charts, formats
from dakehu.exchange.reports.formats import MISSING
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.gates import ask, columns_of, render_row, render_rows

FIRST = ("market_value", "profit", "twr", "xirr", "max_drawdown", "volatility", "sharpe", "roi")
GROUPS = (
    (bilingual("收益", "Return"), ("net_inflow", "realised", "income", "fees", "cagr", "alpha")),
    (bilingual("风险", "Risk"), ("sortino", "calmar", "var95", "cvar95", "beta", "hhi")),
    (bilingual("交易", "Dealing"), ("turnover", "cost_drag", "holding_days", "win_rate", "closed_sales", "holdings")),
)
SIGNED = ("profit", "realised", "roi", "twr", "xirr", "cagr", "alpha")
SLICES = 8
HELD, TRADES, FLOWS, MARKS = 30, 25, 24, 8
WIDTH = 510.0


def report_content(client: Any, *, rise_is_red: bool = True) -> dict[str, Any]:
    """Everything on the page, ready to be printed, in the reader's language. Refused where an exchange rate is missing;
    NotAllowed where the reader may not read investments."""
    row = ledger.figures(client=client)
    money = ask("ledger.portfolio", {"client": client.pk})
    line = money["line"]
    return {
        **header(client, money, row),
        **figures(row),
        **chart_images(money),
        "line_note": line_note(line),
        "holdings": holdings(money["holdings"]),
        "held": formats.join_list(HELD, len(money["holdings"])),
        **trades(client),
        "flows": flows(money["flows"]),
        "flown": formats.join_list(FLOWS, len(money["flows"])),
        "up": charts.UP if rise_is_red else charts.DOWN,
        "down": charts.DOWN if rise_is_red else charts.UP,
        "words": {name: str(words) for name, words in formats.WORDS.items()},
        "font": charts.FONT,
        "small_print": [str(words) for words in formats.SMALL_PRINT],
        "language": language(),
    }


def header(client: Any, money: dict[str, Any], row: Any) -> dict[str, Any]:
    """Whose report, who serves the client, over which days, from whom and when."""
    shown = render_row(client, shown=True)
    serving = render_rows(clients.coverage(client=client).filter(until=None), shown=True)
    main = [one["user"] for one in serving if one["role"] in ("主办", "Main")] or [one["user"] for one in serving]
    first = money["line"]["day"][0] if money["line"] else MISSING
    closed = row.as_of.isoformat() if row else None
    facts = (
        (bilingual("客户号", "Client code"), client.code),
        (bilingual("服务人员", "Served by"), "、".join(main[:1]) or MISSING),
        (bilingual("统计区间", "Period"), f"{first} – {money['as_of']}"),
        (bilingual("风险等级", "Risk level"), shown.get("risk_level") or MISSING),
        (bilingual("营业部", "Branch"), shown.get("branch") or MISSING),
        (bilingual("指标截至", "Figures as of"), closed or str(bilingual("尚未结算", "not closed yet"))),
    )
    return {
        "name": shown["name"],
        "facts": [[str(label), str(text)] for label, text in facts],
        "made": str(
            bilingual(
                "{who} 于 {when} 制作",
                "Made by {who} on {when}",
                who=current_actor().name,
                when=clock.local(clock.now()).strftime("%Y-%m-%d %H:%M"),
            )
        ),
        "title": str(bilingual("投资报告", "Investment report")),
        "as_of": money["as_of"],
    }


def figures(row: Any) -> dict[str, Any]:
    """The first figures, the others by group, and how each is made; what is missing says why."""
    if row is None:
        return {"first": [], "groups": [], "definitions": []}
    plain = render_row(row)
    made, definitions = {}, []
    for column in columns_of(type(row)):
        if column.name in ("client", "as_of", "reasons"):
            continue
        value, reason = plain[column.name], row.reasons.get(column.name)
        made[column.name] = {
            "label": column.label,
            "value": formats.figure(value, column.spec.unit),
            "tone": formats.tone(value) if column.name in SIGNED else "",
            "why": str(bilingual(*close_rows.REASONS[reason])) if reason else "",
        }
        if column.spec.help:
            definitions.append([column.label, column.spec.help])
    return {
        "first": [made[name] for name in FIRST],
        "definitions": definitions,
        "groups": [{"title": str(title), "rows": [made[name] for name in names]} for title, names in GROUPS],
    }


def chart_images(money: dict[str, Any]) -> dict[str, Any]:
    """The charts as SVG ("" where there is nothing to draw), and what the ring's colours mean."""
    line, rows = money["line"], money["holdings"]
    sized = [(row["name"], row["weight"]) for row in rows if row["weight"] and row["weight"] > 0]
    parts = sized[:SLICES]
    if sized[SLICES:]:
        parts.append((str(bilingual("其他", "Others")), sum(weight for _, weight in sized[SLICES:])))
    made: dict[str, Any] = {"growth": "", "falls": "", "ring": "", "legend": []}
    if parts:
        made["ring"] = charts.ring([weight for _, weight in parts], size=120.0)
        made["legend"] = [
            [charts.PALETTE[place % len(charts.PALETTE)], name, f"{weight:.1%}"]
            for place, (name, weight) in enumerate(parts)
        ]
    if line:
        curves = [charts.Curve(line["growth"], marks=marks(line["flow"]))]
        if line["index"]:
            curves.insert(0, charts.Curve(line["index"], colour="#8c98aa", dashed=True))
        made["growth"] = charts.lines(line["day"], curves, width=WIDTH, height=150.0, written="{:.2f}".format)
        fall = charts.Curve(line["drawdown"], colour=charts.MUTED, filled=True)
        made["falls"] = charts.lines(line["day"], [fall], width=WIDTH, height=80.0, written="{:.1%}".format)
    return made


def line_note(line: dict[str, Any] | None) -> dict[str, str]:
    return {
        "own": str(bilingual("净值（起点为 1）", "Growth of 1")),
        "index": line["index_name"] if line else "",
        "marks": str(bilingual("▲ 投入　▽ 取回，只标最大的 {n} 笔", "▲ in  ▽ out, the {n} largest", n=MARKS)),
    }


def marks(flow: list[float | None]) -> tuple[tuple[int, int], ...]:
    """Places of the largest payments, and whether money came in (1) or went out (−1)."""
    paid = [(place, value) for place, value in enumerate(flow) if value]
    largest = sorted(paid, key=lambda one: -abs(one[1]))[:MARKS]
    return tuple((place, 1 if value > 0 else -1) for place, value in sorted(largest))


def holdings(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The largest, as text; `tone` colours the profit."""
    return [
        {
            "name": row["name"],
            "code": row["code"],
            "cells": [
                formats.quantity(row["quantity"]),
                formats.money(row["cost"]),
                formats.price(row["price"]) if row["price"] is not None else str(bilingual("缺行情", "no price")),
                formats.money(row["value"]),
                formats.money(row["profit"]),
                formats.rate(row["return"]),
                MISSING if row["weight"] is None else f"{row['weight']:.1%}",
                f"{row['days']:,}",
            ],
            "tone": formats.tone(row["return"]),
        }
        for row in list(rows)[:HELD]
    ]


def trades(client: Any) -> dict[str, Any]:
    """What was done in all, by kind, and the latest trades."""
    sums: dict[str, list[float]] = {}
    latest: list[dict[str, Any]] = []
    seen, count = 0, 1
    while seen < count:
        page = list_trades(client=client, offset=seen)
        count, rows = page["count"], page["rows"]
        if not rows:
            break
        latest = latest or rows[:TRADES]
        seen += len(rows)
        for row in rows:
            sum_ = sums.setdefault(row["side"], [0, 0.0, 0.0, 0.0])
            sum_[0] += 1
            for place, name in ((1, "amount"), (2, "fee"), (3, "net")):
                sum_[place] = None if row[name] is None else sum_[place] + row[name]
    return {
        "traded": seen,
        "listed": formats.join_list(len(latest), seen),
        "kinds": [
            [formats.side(kind), f"{n:,}", *(formats.money(value) for value in rest)]
            for kind, (n, *rest) in sorted(sums.items(), key=lambda one: -one[1][0])
        ],
        "trades": [
            [
                row["day"],
                row["name"] or MISSING,
                row["code"],
                formats.side(row["side"]),
                formats.quantity(row["quantity"]),
                formats.price(row["price"]),
                formats.money(row["amount"]),
                formats.money(row["fee"]),
                formats.money(row["net"]),
            ]
            for row in latest
        ],
    }


def flows(rows: list[dict[str, Any]]) -> list[list[str]]:
    return [
        [row["day"], formats.money(row["money_in"] or None), formats.money(row["money_out"] or None)]
        for row in rows[:FLOWS]
    ]
