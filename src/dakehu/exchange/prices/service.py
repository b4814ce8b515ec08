"""Import of a price file into the ledger: every price parsed exactly, every code matched or reported, written in one
act that can be undone."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from dakehu.domains.ledger.prices import importing as price_import
from dakehu.domains.ledger.prices.importing import CodeMatch, CodeQuery
from dakehu.domains.ledger.products import registry as products
from dakehu.domains.ledger.statements.validation import RowRejected
from dakehu.exchange.mapping import merged_amounts
from dakehu.exchange.prices.layouts import PriceTable
from dakehu.exchange.statements import cells
from dakehu.exchange.statements.layouts import CURRENCIES
from dakehu.foundation.actions import undo
from dakehu.foundation.actions.models import BatchState
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.imports import batches
from dakehu.foundation.schema.fields import model_of

SHOWN = 200
NOTHING = ["", "-", "--", "\u2014", "nan", "none", "null", "n/a"]
PriceReport = tuple[Bilingual, Bilingual]  # fault and remedy
INVALID: dict[str, PriceReport] = {
    "code": (
        bilingual("没有证券代码", "no security code"),
        bilingual("请补上代码，或删去这一行。", "Fill in the code, or leave the row out."),
    ),
    "price": (
        bilingual("不是大于零的数", "not a number above zero"),
        bilingual(
            "请改为收盘价，如 12.34；停牌的日子留空。",
            "Write the closing price, such as 12.34; leave days without one empty.",
        ),
    ),
    "day": (bilingual("不是日期", "not a date"), bilingual("请写成 2024-01-08。", "Write it as 2024-01-08.")),
    "future": (bilingual("日期还没有到", "a day yet to come"), bilingual("请检查年份。", "Check the year.")),
    "kind": (
        bilingual("不是产品类别", "not a product class"),
        bilingual("请写股票、基金、债券、指数、汇率等。", "Write stock, fund, bond, index, exchange rate or the like."),
    ),
    "twice": (
        bilingual("同一证券同一天有两个不同的价格", "two different prices of one security on one day"),
        bilingual("请只留一个。", "Leave only one."),
    ),
    "several": (
        bilingual("几个市场都有这个代码", "a code of several markets"),
        bilingual("请加“市场”一列，或写成 000001.SZ。", "Add a column Market, or write 000001.SZ."),
    ),
    "short": (
        bilingual(
            "代码不足6位，可能是深沪代码丢了前面的零，也可能是港股",
            "a code of fewer than six digits: zeros lost, or Hong Kong's",
        ),
        bilingual(
            "请补全代码，如 002318 或 02318，或加“市场”一列。",
            "Complete the code, such as 002318 or 02318, or add a column Market.",
        ),
    ),
    "merged": (merged_amounts.REASON, merged_amounts.REMEDY),
    "market": (
        bilingual("没有市场", "no market"),
        bilingual("请加“市场”一列，或写成 000300.SH。", "Add a column Market, or write 000300.SH."),
    ),
    "currency": (
        bilingual("币种未写明，或与已登记的产品不同", "no currency, or another than the product's"),
        bilingual("请加“币种”一列，或改为产品的币种。", "Add a column Currency, or use the product's."),
    ),
    "unknown": (
        bilingual("没有登记这个证券，已跳过", "a security not entered here; skipped"),
        bilingual(
            "请先导入含有它的对账单，或加“产品类别”一列（股票、指数、汇率等）。",
            "Import a statement that holds it first, or add a column Class (stock, index, exchange rate…).",
        ),
    ),
}


@dataclass
class Read:
    """An evaluated price file. `prices` of existing products, `fresh` of new ones (by (code, market)),
    `enter` how to create these; `faults` and `unknown` as [(row, column, field, value, reason)]; `empty` cells
    without a price, `skipped` prices of unknown securities."""

    prices: price_import.Days = field(default_factory=dict)
    fresh: list[tuple[date, tuple[str, str], float]] = field(default_factory=list)
    enter: dict[Any, tuple[str, str]] = field(default_factory=dict)
    faults: list[tuple[int, int, str, str, str]] = field(default_factory=list)
    unknown: list[tuple[int, int, str, str, str]] = field(default_factory=list)
    skipped: int = 0
    rows: int = 0

    def days(self) -> list[date]:
        return sorted({*self.prices, *(day for day, _, _ in self.fresh)})


def evaluate(table: PriceTable) -> Read:
    """Read every cell; nothing is written."""
    blank = pl.col("price").str.to_lowercase().is_in(NOTHING)
    priced = table.cells.filter(pl.col("price").is_not_null() & ~blank)
    made = Read(rows=priced.height)
    days = {text: _day(text) for text in priced["day"].unique().to_list()}
    asked: dict[tuple[Any, ...], CodeQuery | str] = {}
    about = priced.select("code", "market", "name", "currency", "kind").unique(maintain_order=True)
    for written in about.iter_rows():
        asked[written] = _code_queries(*written)
    found = price_import.resolve(one for one in asked.values() if isinstance(one, CodeQuery))
    numbers = priced["price"].cast(pl.Float64, strict=False).to_list()
    seen: dict[tuple[Any, date], float] = {}
    report: set[Any] = set()
    columns = ("row", "col", "day", "price", "code", "market", "name", "currency", "kind")
    for number, (row, col, day, text, *written) in zip(numbers, priced.select(columns).iter_rows(), strict=True):
        one, when = asked[tuple(written)], days[day]
        price = number if number is not None else _number(text)
        wrong = (
            (one, "code" if one == "code" else "kind", str(written[4] or ""))
            if isinstance(one, str)
            else (when, "day", day or "")
            if isinstance(when, str)
            else ("merged" if merged_amounts.is_merged(text) else "price", "price", text)
            if price is None or not 0 < price < 1e12
            else None
        )
        if wrong is not None:
            reason, name, value = wrong
            made.faults.append((row, col, name, value, reason))
            continue
        what = found[one]
        if what.reason:
            _warning(made, what, report, one, row, col)
            continue
        key = what.number or (what.new.code, what.new.market)
        if seen.setdefault((key, when), price) != price:
            made.faults.append((row, col, "price", text, "twice"))
        elif what.number:
            made.prices.setdefault(when, {})[what.number] = price
        else:
            made.enter.setdefault(what.new, what.named)
            made.fresh.append((when, key, price))
    return made


def _warning(made: Read, what: CodeMatch, report: set[Any], one: CodeQuery, row: int, col: int) -> None:
    """Add a warning for a code without product, once for each code."""
    made.skipped += what.reason == "unknown"
    if one not in report:
        report.add(one)
        (made.unknown if what.reason == "unknown" else made.faults).append((row, col, "code", one.code, what.reason))


def _code_queries(
    code: str | None, market: str | None, name: str | None, currency: str | None, kind: str | None
) -> CodeQuery | str:
    """Return the security of a row, or the reason why there is none."""
    if not code:
        return "code"
    chosen = model_of("ledger.Product")._meta.get_field("kind").choice_set.read(kind) if kind else None
    if kind and chosen is None:
        return "kind"
    money = (currency or "").upper()
    return CodeQuery(code, market or "", str(chosen or ""), name or "", CURRENCIES.get(money, money)[:3])


def _day(text: str | None) -> date | str:
    try:
        day = cells.to_day(text or "", ())
    except RowRejected:
        return "day"
    if day is None:
        return "day"
    return day if day <= clock.today() else "future"


def _number(text: str) -> float | None:
    try:
        found = cells.to_number(text, ".")
    except RowRejected:
        return None
    return None if found is None else float(found)


def dry_run(table: PriceTable) -> dict[str, Any]:
    """Return what an import would do; nothing is written."""
    read = evaluate(table)
    report = price_import.compare(read.prices)
    report["created"] += len(set(read.fresh))
    return {**_report(table, read), **report, "imported": False, "dry_run": True, "batch": None}


def run(table: PriceTable, number: int, sha256: str, skip_errors: bool = False) -> dict[str, Any]:
    """Import a price file as the opened batch `number`. Nothing is written on faults, unless `skip_errors`."""
    read = evaluate(table)
    if read.faults and not skip_errors:
        report = {**dry_run(table), "dry_run": False, "batch": number}
        with act("workbook.reject_import"):
            batches.save_report(batches.get_own(number), report, BatchState.REFUSED)
        return report
    if not read.prices and not read.fresh:
        raise Refused(
            {
                "file": [
                    bilingual(
                        "文件里没有已登记证券的价格。未登记的有 {n} 个，如 {codes}。",
                        "The file prices no security entered here; {n} unknown ones, such as {codes}.",
                        n=len(read.unknown),
                        codes=", ".join(one[3] for one in read.unknown[:5]),
                    )
                ]
            }
        )
    report = _report(table, read)
    numbers = products.register_products(named=read.enter) if read.enter else {}
    for day, key, price in read.fresh:
        read.prices.setdefault(day, {})[numbers[key]] = price
    with act("workbook.import"):
        batch = batches.get_own(number, lock=True)
        if batch.state == BatchState.APPLIED:
            return {**batches.report_of(batch), "again": True}
        with undo.recording_undo() as kept:
            made = price_import.import_price_file(filename=table.filename, sha256=sha256, prices=read.prices)
        report = {**report, **made, "imported": True, "dry_run": False, "batch": number}
        batches.save_report(batch, report, BatchState.APPLIED, undo=kept.store())
    return report


def _report(table: PriceTable, read: Read) -> dict[str, Any]:
    days = read.days()
    return {
        "kind": "prices",
        "shape": table.shape,
        "rows": read.rows,
        "skipped": read.skipped,
        "errors": len(read.faults),
        "days": len(days),
        "first_day": days[0].isoformat() if days else None,
        "last_day": days[-1].isoformat() if days else None,
        "securities": len({n for prices in read.prices.values() for n in prices} | {key for _, key, _ in read.fresh}),
        "entered": sorted(f"{s.code}.{s.market}".rstrip(".") for s in read.enter),
        "unknown": len(read.unknown),
        "reasons": dict(Counter(one[4] for one in read.faults)),
        "parts": {},
        "titles": {},
        "samples": {},
        "mode": "both",
        "key": "auto",
        "faults": [_render_fault(table, one) for one in read.faults[:SHOWN]],
        "faults_in_all": len(read.faults),
        "warnings": [_render_fault(table, one) for one in read.unknown[:SHOWN]],
        "warnings_in_all": len(read.unknown),
        "left_out": table.left_out,
        "ignored": table.ignored,
    }


def _render_fault(table: PriceTable, one: tuple[int, int, str, str, str]) -> dict[str, Any]:
    """Return one fault or warning: sheet, line, cell, value, what is wrong and the remedy."""
    row, col, name, value, reason = one
    wrong, remedy = INVALID[reason]
    shown = {code: f"{value[:80]}: {wrong.in_(code)}" if value else wrong.in_(code) for code in ("zh", "en")}
    return {
        "sheet": table.sheet,
        "row": row,
        "cell": f"{_letters(col)}{row}",
        "field": name,
        "value": value[:80],
        "zh": shown["zh"].replace(": ", "\uff1a", 1),
        "en": shown["en"],
        "remedy_zh": remedy.in_("zh"),
        "remedy_en": remedy.in_("en"),
    }


def _letters(column: int) -> str:
    """Return the spreadsheet letters of a column from 0."""
    text, rest = "", column + 1
    while rest:
        rest, sign = divmod(rest - 1, 26)
        text = chr(65 + sign) + text
    return text
