"""The invented market: fourteen fictitious securities, their closing prices, and the clients' trades in them.

Prices are a seeded random walk of one market factor and each security's own; no real price is used. Codes are
in ranges that no exchange has assigned, except that of the index, which is the desk's benchmark code.
"""

import csv
from dataclasses import dataclass, field
from datetime import date
from math import exp
from pathlib import Path
from random import Random
from typing import Any

from dakehu.interfaces.cli.example.people import Person, make_clients

STATEMENT = "演示交割单.csv"
PRICES = "演示行情.csv"
SEED = 20250709
# (code, name, first price, least risk level, share of the market's move, its own daily spread, yearly drift)
SECURITIES = (
    ("605990", "演示电力", 12.4, 2, 0.7, 0.011, 0.05),
    ("605991", "演示银行", 6.8, 2, 0.6, 0.008, 0.05),
    ("605992", "演示白酒", 168.0, 3, 1.0, 0.014, -0.04),
    ("605993", "演示医药", 41.5, 3, 1.0, 0.017, -0.02),
    ("688990", "演示芯片", 77.2, 4, 1.5, 0.026, 0.15),
    ("301990", "演示电池", 53.6, 4, 1.4, 0.024, -0.08),
    ("002990", "演示家电", 29.9, 3, 0.9, 0.013, 0.06),
    ("300990", "演示软件", 36.1, 4, 1.3, 0.022, 0.02),
    ("560990", "演示宽基ETF", 1.021, 3, 1.0, 0.002, 0.05),
    ("560991", "演示红利ETF", 1.174, 2, 0.7, 0.004, 0.07),
    ("169990", "演示均衡LOF", 1.336, 3, 0.8, 0.006, 0.03),
    ("511990", "演示货币ETF", 100.0, 1, 0.0, 0.00003, 0.016),
    ("019990", "演示国债", 100.3, 1, 0.03, 0.0011, 0.024),
    ("113990", "演示转债", 112.8, 3, 0.5, 0.008, 0.04),
)
INDEX = ("000300.SH", "演示基准指数", 3850.0)
HEADINGS = (
    "成交日期",
    "客户号",
    "证券代码",
    "证券名称",
    "买卖标志",
    "成交数量",
    "成交价格",
    "成交金额",
    "佣金",
    "印花税",
    "过户费",
    "发生金额",
    "成交编号",
)
DAYS_A_YEAR = 244
# Days that the random walk would not produce. (trading days from the end, move of the market), the latest first.
SHOCKS = ((6, -0.037), (37, -0.041), (150, -0.036))
# {(code, trading days from the end): change of the day}: limits up and down, and falls and rises of several days.
JUMPS = {
    ("605992", 100): -0.10,
    ("605992", 99): -0.10,
    ("605992", 98): -0.08,
    ("605993", 60): 0.10,
    ("688990", 85): 0.12,
    ("688990", 84): 0.09,
    ("688990", 83): 0.06,
    ("301990", 37): -0.16,
    ("002990", 15): -0.10,
    ("300990", 8): -0.12,
}


@dataclass
class Dealings:
    """The rows of one client during generation: `held` {code: shares}."""

    person: Person
    rows: list[dict[str, Any]] = field(default_factory=list)
    held: dict[str, int] = field(default_factory=dict)


def closing_prices(days: list[date]) -> dict[str, list[float]]:
    """Return {code: a closing price for each day}, index included. Deterministic for a number of days."""
    random = Random(SEED)  # noqa: S311  (invented prices, not secrets)
    shocks = [random.gauss(0, 0.0095) for _ in days]
    for back, move in SHOCKS:
        shocks[max(0, len(days) - back)] = move
    made: dict[str, list[float]] = {}
    for code, _, first, _, share, own, drift in SECURITIES:
        price = first
        walk: list[float] = []
        for place, shock in enumerate(shocks):
            change = exp(drift / DAYS_A_YEAR + share * shock + random.gauss(0, own))
            jump = JUMPS.get((code, len(days) - place))
            price = price * change if jump is None or not walk else walk[-1] * (1 + jump)
            walk.append(round(price, 3 if first < 10 or code[:2] in ("51", "01", "11") else 2))
        made[code] = walk
    level, walk = INDEX[2], []
    for shock in shocks:
        level *= exp(0.04 / DAYS_A_YEAR + shock)
        walk.append(round(level, 2))
    made[INDEX[0]] = walk
    return made


def statement(days: list[date], day: date) -> list[dict[str, Any]]:
    """Return the trades of the workbook's clients as of `day` on `days`: rows as a counter system writes them, by day."""
    prices = closing_prices(days)
    random = Random(SEED + 1)  # noqa: S311
    from dakehu.interfaces.cli.example.book import SEED as PEOPLE

    rows: list[dict[str, Any]] = []
    for person in make_clients(Random(PEOPLE), day):  # noqa: S311
        rows += _dealt(random, person, days, prices)
    rows.sort(key=lambda row: row["成交日期"])
    return [{**row, "成交编号": f"YS{number:07d}"} for number, row in enumerate(rows, 1)]


def _dealt(random: Random, person: Person, days: list[date], prices: dict[str, list[float]]) -> list[dict[str, Any]]:
    fitting = [one for one in SECURITIES if one[3] <= person.risk]
    chosen = random.sample(fitting, min(len(fitting), random.randint(2, 6)))
    each = person.assets * random.uniform(0.3, 0.8) / len(chosen)
    made = Dealings(person)
    for code, name, *_ in chosen:
        first = next((place for place, on in enumerate(days) if on >= person.opened_on), len(days))
        times = sorted(random.sample(range(first, len(days)), min(random.randint(2, 9), max(0, len(days) - first))))
        for turn, place in enumerate(times):
            _deal(
                random,
                made,
                code,
                name,
                days[place],
                prices[code][place],
                each,
                buy=turn == 0 or random.random() < 0.55,
            )
    return made.rows


def _deal(
    random: Random, made: Dealings, code: str, name: str, day: date, close: float, each: float, *, buy: bool
) -> None:
    """Add one fill near the close: buying a part of the security's target, or selling a part of the holding."""
    bond = code[:2] in ("01", "11")
    lot, places = (10, 3) if bond else (100, 3 if close < 10 else 2)
    price = round(close * random.uniform(0.993, 1.007), places)
    held = made.held.get(code, 0)
    if buy or held == 0:
        buy, shares = True, int(each * random.uniform(0.25, 0.5) / price / lot) * lot
    else:
        shares = held if random.random() < 0.3 else max(lot, int(held * random.uniform(0.2, 0.7) / lot) * lot)
    if shares <= 0:
        return
    amount = round(shares * price, 2)
    stock = code[:2] in ("60", "68", "30", "00")
    commission = round(max(5.0 if stock else 0.1, amount * 0.00025), 2)
    stamp = 0.0 if buy or not stock else round(amount * 0.0005, 2)
    transfer = round(amount * 0.00001, 2) if stock else 0.0
    fees = commission + stamp + transfer
    made.held[code] = held + shares if buy else held - shares
    made.rows.append(
        {
            "成交日期": day.isoformat(),
            "客户号": made.person.code,
            "证券代码": code,
            "证券名称": name,
            "买卖标志": "证券买入" if buy else "证券卖出",
            "成交数量": shares,
            "成交价格": f"{price:.{places}f}",
            "成交金额": f"{amount:.2f}",
            "佣金": f"{commission:.2f}",
            "印花税": f"{stamp:.2f}",
            "过户费": f"{transfer:.2f}",
            "发生金额": f"{-(amount + fees) if buy else amount - fees:.2f}",
        }
    )


def write_statement(path: Path, days: list[date], day: date) -> Path:
    return _write(path, HEADINGS, statement(days, day))


def write_prices(path: Path, days: list[date]) -> Path:
    """Return the long format: one row for each day and security."""
    walks = closing_prices(days)
    named = {code: name for code, name, *_ in SECURITIES} | {INDEX[0]: INDEX[1]}
    rows = [
        {"日期": on.isoformat(), "证券代码": code, "证券名称": named[code], "收盘价": f"{walk[place]:.3f}"}
        for place, on in enumerate(days)
        for code, walk in walks.items()
    ]
    return _write(path, ("日期", "证券代码", "证券名称", "收盘价"), rows)


def _write(path: Path, headings: tuple[str, ...], rows: list[dict[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        table = csv.DictWriter(stream, headings)
        table.writeheader()
        table.writerows(rows)
    return path
