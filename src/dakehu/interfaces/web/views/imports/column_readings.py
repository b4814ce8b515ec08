"""Units, orders of days and rates of the columns page: the choices offered, and the changes of the form."""

import re
from typing import Any

from django.http import QueryDict

from dakehu.domains.ledger.feeds.declarations import FEEDS
from dakehu.exchange.feeds import layouts as feed_layouts
from dakehu.exchange.mapping.cell_values import NUMBERS
from dakehu.exchange.mapping.mapping import PRICES, STATEMENT
from dakehu.exchange.mapping.units import COUNT, MONEY, RATE
from dakehu.exchange.prices import layouts as price_layouts
from dakehu.exchange.statements import layouts as statement_layouts
from dakehu.foundation.base.i18n import Bilingual, bilingual, language

KINDS = {
    STATEMENT: (bilingual("对账单、成交流水", "Statement of trades"), statement_layouts.LABELS),
    PRICES: (bilingual("行情、净值", "Prices"), price_layouts.LABELS),
}
KINDS |= {
    feed_layouts.part_of(feed.name): (
        bilingual(f"每日数据：{feed.zh}", f"Daily data: {feed.en}"),
        feed_layouts.labels_of(feed),
    )
    for feed in FEEDS.values()
}
UNITS: dict[str, tuple[tuple[str, Bilingual], ...]] = {
    MONEY: (
        ("元", bilingual("元", "yuan")),
        ("千元", bilingual("千元", "thousands of yuan")),
        ("万元", bilingual("万元", "ten thousands of yuan")),
        ("百万元", bilingual("百万元", "millions of yuan")),
        ("亿元", bilingual("亿元", "hundred millions of yuan")),
        ("USD", bilingual("美元", "US dollars")),
        ("USD 万", bilingual("万美元", "ten thousands of US dollars")),
        ("HKD", bilingual("港币", "Hong Kong dollars")),
        ("HKD 万", bilingual("万港币", "ten thousands of Hong Kong dollars")),
    ),
    RATE: (
        ("%", bilingual("百分数（%）", "percent (%)")),
        ("‰", bilingual("千分数（‰）", "per mille (‰)")),
        ("bp", bilingual("基点", "basis points")),
        ("小数", bilingual("小数（0.05 即 5%）", "fractions (0.05 is 5%)")),
    ),
    COUNT: (
        ("股", bilingual("股、份、个", "pieces")),
        ("手", bilingual("手（100 股）", "lots of 100")),
        ("万股", bilingual("万股", "ten thousands of pieces")),
    ),
}
UNIT_HOW = {
    "heading": bilingual("表头写明", "As the heading says"),
    "above": bilingual("表上方写明", "As a line above says"),
    "hand": bilingual("手工指定", "By hand"),
    "unknown": bilingual("看不懂，请选择", "Not known; choose one"),
}
ORDERS = (
    ("", bilingual("请选择日月顺序", "Choose the order")),
    ("dmy", bilingual("日/月/年", "day/month/year")),
    ("mdy", bilingual("月/日/年", "month/day/year")),
)


def ledger_fields(kind: str) -> list[tuple[str, str]]:
    """Return [(field, label)] of a statement or of prices; [] for a sheet of a client table."""
    at = 1 if language() == "en" else 0
    return [(name, both[at]) for name, both in KINDS[kind][1].items()] if kind in KINDS else []


def readings(number: int, column: dict[str, Any], kinds: dict[str, str]) -> dict[str, Any]:
    """Return the unit of a column of numbers and the date order of a column that needs one, with their choices."""
    kind = next((kinds.get(feed["field"], "") for feed in column["feeds"]), "")
    unit, how = column.get("unit", ""), column.get("unit_how", "")
    units: list[tuple[str, Any]] = [("", bilingual("没有写明", "Not said")), *UNITS[kind]] if kind in NUMBERS else []
    if unit and units and how != "unknown" and unit not in dict(units):
        units.append((unit, unit))
    return {
        "unit_name": f"t{number}.u{column['index']}",
        "units": units,
        "unit": unit if how != "unknown" else "",
        "unit_words": unit if how == "unknown" else "",
        "unit_how": UNIT_HOW.get(how, ""),
        "order_name": f"t{number}.o{column['index']}",
        "orders": ORDERS if column.get("ambiguous") else (),
        "order": column.get("order", ""),
    }


def posted_readings(number: int, table: dict[str, Any], posted: QueryDict) -> dict[str, dict[str, str]]:
    """Return {"units": {index: unit}, "orders": {index: order}} where the form differs from the plan."""
    said: dict[str, dict[str, str]] = {"units": {}, "orders": {}}
    for column in table["columns"]:
        index, known = str(column["index"]), "" if column.get("unit_how") == "unknown" else column.get("unit", "")
        unit, order = posted.get(f"t{number}.u{index}"), posted.get(f"t{number}.o{index}")
        if unit is not None and unit != known:
            said["units"][index] = unit
        if order is not None and order != column.get("order", ""):
            said["orders"][index] = order
    return said


def posted_rates(text: str) -> dict[str, str]:
    """Return USD=7.1, HKD=0.91 as {currency: rate}; other text is left for the mapping to refuse."""
    pairs = (part.partition("=") for part in re.split(r"[,;，；\s]+", text.replace("＝", "=")) if part)
    return {name.strip(): rate.strip() for name, _, rate in pairs}


def shown_rates(plan: dict[str, Any]) -> str:
    return ", ".join(f"{code}={rate}" for code, rate in plan.get("rates", {}).items())
