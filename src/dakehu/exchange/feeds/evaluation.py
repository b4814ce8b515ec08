"""Evaluate a feed file: cells parsed by kind, clients and products looked up, each fault with its position."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from dakehu.domains.ledger.feeds import matching
from dakehu.domains.ledger.feeds.feed import Feed, FeedColumn
from dakehu.exchange.feeds.layouts import FeedTable
from dakehu.exchange.feeds.values import convert_to_yuan, rates_of, read_column
from dakehu.foundation.base import clock
from dakehu.foundation.base.currencies import code_of
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual

SHOWN = 200


@dataclass
class Evaluation:
    """An evaluated feed file. `days` are the rows without faults by day, with ids and fen; `faults` the first SHOWN as
    (row, column, value, reason), `fault_count` all of them, `reasons` their numbers by reason, `bad_rows` the rows that
    have any. `repeated`: duplicate rows; `rounded` {column: amounts with fractions of a fen}."""

    feed: Feed
    rows: int
    days: dict[date, pl.DataFrame] = field(default_factory=dict)
    faults: list[tuple[int, str, str, str]] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)
    bad_rows: int = 0
    repeated: int = 0
    rounded: dict[str, int] = field(default_factory=dict)

    @property
    def fault_count(self) -> int:
        return sum(self.reasons.values())


def evaluate(table: FeedTable) -> Evaluation:
    """Read every cell; nothing is written. Raises Refused if the day of the rows is unknown."""
    evaluation = Evaluation(table.feed, table.cells.height)
    reasons: dict[str, pl.Series] = {}
    read = pl.DataFrame({"row": table.cells["row"], "day": _days(table, reasons)})
    for column in table.feed.columns:
        values, reason, rounded = _column(table, column)
        read = read.with_columns(values.alias(column.name))
        if column.required:
            reason = _first_reason(reason, values.is_null(), "missing")
        reasons[column.name] = reason
        if rounded:
            evaluation.rounded[column.name] = rounded
    read = _convert_to_yuan(table, read, reasons)
    is_bad = _is_bad(reasons, read.height)
    twice = _contradicting(table.feed, read, is_bad)
    reasons[table.feed.key[-1]] = _first_reason(reasons[table.feed.key[-1]], twice, "twice")
    is_bad |= twice
    for name, reason in reasons.items():
        _note(evaluation, table, name, reason)
    evaluation.faults.sort()
    del evaluation.faults[SHOWN:]
    evaluation.bad_rows = int(is_bad.sum())
    good = read.filter(~is_bad).drop("row").unique(["day", *table.feed.key], keep="first", maintain_order=True)
    evaluation.repeated = read.height - evaluation.bad_rows - good.height
    evaluation.days = {day: rows.drop("day") for (day,), rows in good.partition_by("day", as_dict=True).items()}
    return evaluation


def _days(table: FeedTable, reasons: dict[str, pl.Series]) -> pl.Series:
    """Return the day of each row: from its column, else the day of the file."""
    if "day" not in table.cells.columns:
        if table.day is None:
            raise Refused(
                {
                    "day": [
                        bilingual(
                            "文件没有日期列，文件名里也没有日期，不知道是哪一天的数据。请指明（命令行：--day 2026-11-27）。",
                            "The file has no column of days and its name holds none, so nobody knows of which day it is. Say so (command line: --day 2026-11-27).",
                        )
                    ]
                }
            )
        days = pl.Series("day", [table.day], pl.Date).new_from_index(0, table.cells.height)
        reasons["day"] = _first_reason(
            pl.Series([None], dtype=pl.String).new_from_index(0, len(days)), days > clock.today(), "future"
        )
        return days
    column = table.feed.file_columns[0]
    read = read_column(column, table.cells["day"], None, {}, table.order, percent=False)
    reason = _first_reason(read.reason, read.values.is_null(), "missing")
    if table.day is not None and table.day_from == "hand":
        reason = _first_reason(reason, (read.values != table.day).fill_null(value=False), "other_day")
    reasons["day"] = _first_reason(reason, (read.values > clock.today()).fill_null(value=False), "future")
    return read.values


def _column(table: FeedTable, column: FeedColumn) -> tuple[pl.Series, pl.Series, int]:
    """Return (values, reasons, amounts that were rounded) of a column; missing values where the file has none."""
    cells, none = table.cells, pl.Series([None], dtype=pl.String).new_from_index(0, table.cells.height)
    if column.kind == "product":
        source = column.name if column.name in cells.columns else "code" if column.lenient else ""
        codes = cells[source] if source in cells.columns else none
        ids, reason = matching.match_products(codes, cells["market"] if "market" in cells.columns else none)
        return ids, none if column.lenient else _product_reason(reason), 0
    if column.name not in cells.columns:
        return none, none, 0
    texts = cells[column.name]
    if column.kind == "client":
        ids = matching.match_clients(texts)
        return ids, _first_reason(none, ids.is_null() & texts.is_not_null(), "client"), 0
    unit = table.units.get(column.name)
    percent = column.name in table.percents
    read = read_column(column, texts, unit, rates_of(table.rates), table.order, percent)
    return read.values, read.reason, read.rounded


def _product_reason(reason: pl.Series) -> pl.Series:
    return reason.replace({"unknown": "product"})


def _convert_to_yuan(table: FeedTable, read: pl.DataFrame, reasons: dict[str, pl.Series]) -> pl.DataFrame:
    """Convert amounts of rows in other currencies."""
    if "currency" not in table.cells.columns:
        return read
    texts = table.cells["currency"]
    named = {text: code_of(text) or text.upper() for text in texts.unique().drop_nulls().to_list()}
    currency = texts.replace(named)
    if set(named.values()) <= {"CNY"}:
        return read
    for column in table.feed.columns:
        if column.kind == "money" and column.name in table.cells.columns:
            made = convert_to_yuan(read[column.name].cast(pl.Int64), currency, rates_of(table.rates))
            read = read.with_columns(made.values.alias(column.name))
            reasons[column.name] = _first_reason(reasons[column.name], made.reason.is_not_null(), "rate")
    return read


def _is_bad(reasons: dict[str, pl.Series], rows: int) -> pl.Series:
    """Return which rows have any fault."""
    is_bad = pl.Series([False]).new_from_index(0, rows)
    for reason in reasons.values():
        is_bad |= reason.is_not_null()
    return is_bad


def _contradicting(feed: Feed, read: pl.DataFrame, is_bad: pl.Series) -> pl.Series:
    """Return which of the rows without fault share their key with another row of the day but differ in values."""
    key = ["day", *feed.key]
    good = read.with_columns(pl.when(is_bad).then("row").alias("bad"))  # rows at fault match no other
    several = good.select([*key, "bad"]).is_duplicated() & ~is_bad
    if not several.any():
        return several
    kinds = read.filter(several).drop("row").group_by(key).agg(pl.struct(pl.exclude(key)).n_unique().alias("kinds"))
    joined = read.select(key).join(kinds, on=key, how="left", nulls_equal=True, maintain_order="left")["kinds"]
    return several & (joined > 1).fill_null(value=False)


def _first_reason(reason: pl.Series, is_wrong: pl.Series, name: str) -> pl.Series:
    """Return the reasons with `name` added where there is none yet."""
    if not is_wrong.any():
        return reason
    return pl.select(pl.when(is_wrong & reason.is_null()).then(pl.lit(name)).otherwise(reason)).to_series()


def _note(evaluation: Evaluation, table: FeedTable, name: str, reason: pl.Series) -> None:
    """Count the faults of a column and keep the first."""
    for why, count in reason.drop_nulls().value_counts().iter_rows():
        evaluation.reasons[why] = evaluation.reasons.get(why, 0) + count
    evaluation.faults += list(_first_faults(table, name, reason))


def _first_faults(table: FeedTable, name: str, reason: pl.Series) -> Iterator[tuple[int, str, str, str]]:
    """Yield the first faults of a column."""
    source = "code" if name not in table.cells.columns and "code" in table.cells.columns else name
    texts = table.cells[source] if source in table.cells.columns else None
    for at in reason.is_not_null().arg_true().head(SHOWN).to_list():
        text = texts[at] if texts is not None else None
        yield table.cells["row"][at], name, text or "", reason[at]
