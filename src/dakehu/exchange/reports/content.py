"""Assemble the contents of a client's report: every text and number as printed, and the charts.

Read through the same queries as the client's page, so that scope and clearance apply: what is masked on the page is
masked in the report.
"""

from collections.abc import Iterable
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.domains.ledger import queries as ledger
from dakehu.domains.ledger.close import rows as close_rows
from dakehu.domains.ledger.performance.figure_table import GAINS
from dakehu.domains.ledger.trades.queries import list_trades
from dakehu.exchange.reports import charts, formats
from dakehu.exchange.reports.formats import MISSING
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.gates import ask, columns_of, render_row, render_rows
from dakehu.foundation.schema.fields import grouped_fields

FIRST = ("market_value", "profit", "twr", "xirr", "max_drawdown", "volatility", "sharpe", "roi")
LEFT_OUT = ("xirr_roots", "peak_on", "trough_on", "pgr", "plr", "first_on", "days")  # for the desk only, not the client
SLICES = 8
HELD, TRADES, FLOWS, MARKS = 30, 25, 24, 8
WIDTH = 510.0


def report_content(client: Any, *, rise_is_red: bool = True) -> dict[str, Any]:
    """Return the contents of the report, ready to be printed, in the reader's language.

    Raises Refused if an exchange rate is missing, NotAllowed if the reader may not read investments.
    """
    row = ledger.figures(client=client)
    money = ask("ledger.portfolio", {"client": client.pk})
    line = money["line"]
    return {
        **header(client, money, row),
        **figures(row),
        **chart_images(money),
        "line_note": line_note(line),
        "holdings": holdings(money["holdings"]),
        "held": formats.partial_list_note(HELD, len(money["holdings"])),
        **trades(client),
        "flows": flows(money["flows"]),
        "flown": formats.partial_list_note(FLOWS, len(money["flows"])),
        "up": charts.UP if rise_is_red else charts.DOWN,
        "down": charts.DOWN if rise_is_red else charts.UP,
        "words": {name: str(text) for name, text in formats.WORDS.items()},
        "font": charts.FONT,
        "small_print": [str(text) for text in formats.SMALL_PRINT],
        "language": language(),
    }


def header(client: Any, money: dict[str, Any], row: Any) -> dict[str, Any]:
    """Return client, manager, period, author and time of the report."""
    rendered = render_row(client, shown=True)
    coverage = render_rows(clients.coverage(client=client).filter(until=None), shown=True)
    managers = [row_of_duty["user"] for row_of_duty in coverage]  # the primary manager first
    first = money["line"]["day"][0] if money["line"] else MISSING
    closed = row.as_of.isoformat() if row else None
    details = (
        (bilingual("客户号", "Client code"), client.code),
        (bilingual("服务人员", "Served by"), "、".join(managers[:1]) or MISSING),
        (bilingual("统计区间", "Period"), f"{first} – {money['as_of']}"),
        (bilingual("风险等级", "Risk level"), rendered.get("risk_level") or MISSING),
        (bilingual("营业部", "Branch"), rendered.get("branch") or MISSING),
        (bilingual("指标截至", "Figures as of"), closed or str(bilingual("尚未结算", "not closed yet"))),
    )
    return {
        "name": rendered["name"],
        "facts": [[str(label), str(text)] for label, text in details],
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
    """Return the main figures, the others by group, and their definitions; a missing one has a reason."""
    if row is None:
        return {"first": [], "groups": [], "definitions": []}
    raw = render_row(row)
    values, definitions = {}, []
    for column in columns_of(type(row)):
        if column.name in ("client", "as_of", "reasons"):
            continue
        value, reason = raw[column.name], row.reasons.get(column.name)
        values[column.name] = {
            "label": column.label,
            "value": formats.figure(value, column.spec.unit),
            "tone": formats.tone(value) if column.name in GAINS else "",
            "why": str(bilingual(*close_rows.REASONS[reason])) if reason else "",
        }
        if column.spec.help:
            definitions.append([column.label, column.spec.help])
    return {
        "first": [values[name] for name in FIRST],
        "definitions": definitions,
        "groups": [
            {"title": str(row.field_groups[group]), "rows": [values[n] for n in names if n not in (*FIRST, *LEFT_OUT)]}
            for group, names in grouped_fields(type(row))
        ],
    }


def chart_images(money: dict[str, Any]) -> dict[str, Any]:
    """Return the charts as SVG ("" without data), and the legend of the ring."""
    line, rows = money["line"], money["holdings"]
    weights = [(row["name"], row["weight"]) for row in rows if row["weight"] and row["weight"] > 0]
    parts = weights[:SLICES]
    if weights[SLICES:]:
        parts.append((str(bilingual("其他", "Others")), sum(weight for _, weight in weights[SLICES:])))
    images: dict[str, Any] = {"growth": "", "falls": "", "ring": "", "legend": []}
    if parts:
        images["ring"] = charts.ring([weight for _, weight in parts], size=120.0)
        images["legend"] = [
            [charts.PALETTE[index % len(charts.PALETTE)], name, f"{weight:.1%}"]
            for index, (name, weight) in enumerate(parts)
        ]
    if line:
        curves = [charts.Curve(line["growth"], marks=flow_marks(line["flow"]))]
        if line["index"]:
            curves.insert(0, charts.Curve(line["index"], colour="#8c98aa", dashed=True))
        images["growth"] = charts.lines(line["day"], curves, width=WIDTH, height=150.0, format_value="{:.2f}".format)
        drawdown = charts.Curve(line["drawdown"], colour=charts.MUTED, filled=True)
        images["falls"] = charts.lines(line["day"], [drawdown], width=WIDTH, height=80.0, format_value="{:.1%}".format)
    return images


def line_note(line: dict[str, Any] | None) -> dict[str, str]:
    """Return the legend of the growth chart."""
    return {
        "own": str(bilingual("单位净值（期初=1）", "Growth of 1")),
        "index": line["index_name"] if line else "",
        "marks": str(bilingual("▲ 转入　▽ 转出，只标最大的 {n} 笔", "▲ in  ▽ out, the {n} largest", n=MARKS)),
    }


def flow_marks(flow: list[float | None]) -> tuple[tuple[int, int], ...]:
    """Return (index, 1 for money in or −1 for money out) of the largest payments."""
    payments = [(index, value) for index, value in enumerate(flow) if value]
    largest = sorted(payments, key=lambda payment: -abs(payment[1]))[:MARKS]
    return tuple((index, 1 if value > 0 else -1) for index, value in sorted(largest))


def holdings(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the largest holdings as text; `tone` colours the profit."""
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
    """Return totals of all trades by kind, and the latest trades."""
    sums: dict[str, list[float]] = {}
    latest: list[dict[str, Any]] = []
    read_count, count = 0, 1
    while read_count < count:
        page = list_trades(client=client, offset=read_count)
        count, rows = page["count"], page["rows"]
        if not rows:
            break
        latest = latest or rows[:TRADES]
        read_count += len(rows)
        for row in rows:
            totals = sums.setdefault(row["side"], [0, 0.0, 0.0, 0.0])
            totals[0] += 1
            for index, name in ((1, "amount"), (2, "fee"), (3, "net")):
                totals[index] = None if row[name] is None else totals[index] + row[name]
    return {
        "traded": read_count,
        "listed": formats.partial_list_note(len(latest), read_count),
        "kinds": [
            [formats.transaction_type_label(kind), f"{count_of_kind:,}", *(formats.money(value) for value in rest)]
            for kind, (count_of_kind, *rest) in sorted(sums.items(), key=lambda item: -item[1][0])
        ],
        "trades": [
            [
                row["day"],
                row["name"] or MISSING,
                row["code"],
                formats.transaction_type_label(row["side"]),
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
    """Return the latest flows as text."""
    return [
        [row["day"], formats.money(row["money_in"] or None), formats.money(row["money_out"] or None)]
        for row in rows[:FLOWS]
    ]
