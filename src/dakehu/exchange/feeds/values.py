"""Convert a column of texts into values, vectorised: unreadable texts are marked with the reason.

Plain numbers are read by polars; each other distinct text is parsed once by the parsers of all imports.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from dakehu.domains.ledger.feeds.feed import FeedColumn
from dakehu.exchange.mapping.amounts import is_nothing, to_desk_unit
from dakehu.exchange.mapping.units import FoundUnit, Unit
from dakehu.exchange.workbook.reading.headings import normalise_heading
from dakehu.foundation.base import parsing
from dakehu.foundation.base.parsing import Unreadable

FEN = Decimal(100)
LARGEST = 9e15  # fen; beyond it a number is not exact
_PLAIN = r"^[+-]?\d+(?:\.\d+)?$"
_GROUPED = r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$"


@dataclass
class Values:
    """Values of a column, null where the text is empty or cannot be read, and the reason for the latter (else null).

    `rounded`: how many amounts had fractions of a fen.
    """

    values: pl.Series
    reason: pl.Series
    rounded: int = 0


def read_column(
    column: FeedColumn, texts: pl.Series, unit: FoundUnit | None, rates: dict[str, Decimal], order: str, percent: bool
) -> Values:
    """Read a column by its kind. Kinds client and product remain text: they are looked up elsewhere."""
    if unit is not None and unit.unit is None:
        return _unreadable_column(texts, "unit")
    of_unit = unit.unit if unit else None
    if column.kind == "money":
        return _money(texts, of_unit, rates)
    if column.kind == "share":
        return _share(texts, of_unit, percent)
    if column.kind in ("number", "count"):
        return _number(texts, of_unit, is_whole=column.kind == "count")
    if column.kind == "day":
        return _parse_distinct(texts, lambda text: parsing.to_date(text, order=order), pl.Date, "day")
    if column.kind == "flag":
        return _parse_distinct(texts, _flag, pl.Boolean, "flag")
    if column.kind == "choice":
        return _choice(column, texts)
    return Values(_null_empty_marks(texts), _empty_reasons(texts))


def convert_to_yuan(amounts: pl.Series, currency: pl.Series, rates: dict[str, Decimal]) -> Values:
    """Convert fen of other currencies at the stated rates; a currency without a rate is a fault."""
    codes = currency.fill_null("CNY")
    rate = codes.replace_strict(
        {**{code: float(rate) for code, rate in rates.items()}, "CNY": 1.0}, default=None, return_dtype=pl.Float64
    )
    lacks = rate.is_null() & amounts.is_not_null()
    values = (amounts.cast(pl.Float64) * rate).round(0).cast(pl.Int64)
    return Values(values, pl.select(pl.when(lacks).then(pl.lit("rate"))).to_series().alias("reason"))


def _money(texts: pl.Series, unit: Unit | None, rates: dict[str, Decimal]) -> Values:
    """Read amounts as whole fen."""
    currency = unit.currency if unit else ""
    if currency not in ("", "CNY") and currency not in rates:
        return _unreadable_column(texts, "rate")
    factor = (unit.factor if unit else Decimal(1)) * (rates[currency] if currency not in ("", "CNY") else 1)

    def parse_single(text: str) -> float:
        return float(parsing.to_decimal(to_desk_unit(text, unit, rates)))

    yuan, reason = _floats(texts, float(factor), parse_single, "money")
    fen = yuan * 100
    whole = fen.round(0)
    too_large = (whole.abs() >= LARGEST).fill_null(value=False)
    reason = pl.select(pl.when(too_large).then(pl.lit("large")).otherwise(reason)).to_series()
    values = pl.select(pl.when(~too_large).then(whole)).to_series().cast(pl.Int64)
    return Values(values, reason, int(((fen - whole).abs() > 1e-3 + fen.abs() * 1e-12).sum()))


def _number(texts: pl.Series, unit: Unit | None, *, is_whole: bool) -> Values:
    factor = float(unit.factor) if unit else 1.0

    def parse_single(text: str) -> float:
        return float(parsing.to_integer(text) if is_whole else parsing.to_decimal(text)) * factor

    values, reason = _floats(texts, factor, parse_single, "count" if is_whole else "number")
    if not is_whole:
        return Values(values, reason)
    broken = ((values != values.round(0)) | (values < 0)).fill_null(value=False)
    reason = pl.select(pl.when(broken).then(pl.lit("count")).otherwise(reason)).to_series()
    return Values(pl.select(pl.when(~broken).then(values)).to_series().cast(pl.Int64), reason)


def _share(texts: pl.Series, unit: Unit | None, percent: bool) -> Values:
    """Read ratios: 156% is 1.56. Plain numbers are fractions, or % by column unit unless cells show percent."""
    factor = 1.0 if percent or unit is None else float(unit.factor)
    values, reason = _floats(texts, factor, lambda text: float(parsing.to_rate(text, bare_is_percent=False)), "share")
    bare = texts.str.contains(_PLAIN).fill_null(value=False) & (values >= 20).fill_null(value=False)
    if unit is None and bare.any():  # 156 would be 15,600 %
        reason = pl.select(pl.when(bare).then(pl.lit("percent")).otherwise(reason)).to_series()
        values = pl.select(pl.when(~bare).then(values)).to_series()
    return Values(values, reason)


def _choice(column: FeedColumn, texts: pl.Series) -> Values:
    known = {normalise_heading(text): spelled[0] for spelled in column.choices for text in spelled}

    def read(text: str) -> str:
        if normalise_heading(text) not in known:
            raise Unreadable(text, "选项", "a choice")
        return known[normalise_heading(text)]

    return _parse_distinct(texts, read, pl.String, "choice")


def _flag(text: str) -> bool:
    """Parse yes or no, also as 已缴款 and 未缴款."""
    if text.startswith(("已", "未")) and len(text) <= 4:
        return text.startswith("已")
    return parsing.to_bool(text)


def _floats(
    texts: pl.Series, factor: float, slowly: Callable[[str], float], reason: str
) -> tuple[pl.Series, pl.Series]:
    """Return (numbers times the factor, reasons): plain numbers vectorised, others once by `parse_single`."""
    cells = _null_empty_marks(texts)
    plain = cells.str.contains(_PLAIN).fill_null(value=False)
    if not plain.all():
        grouped = cells.str.contains(_GROUPED).fill_null(value=False)
        cells = pl.select(pl.when(grouped).then(cells.str.replace_all(",", "")).otherwise(cells)).to_series()
        plain |= grouped
    fast = pl.select(pl.when(plain).then(cells)).to_series().cast(pl.Float64, strict=False) * factor
    rest = cells.filter(~plain & cells.is_not_null())
    if rest.is_empty():
        return fast, _empty_reasons(texts)
    read = _parse_distinct(pl.select(pl.when(~plain).then(cells)).to_series(), slowly, pl.Float64, reason)
    return fast.fill_null(read.values), read.reason


def _parse_distinct(texts: pl.Series, read: Callable[[str], Any], dtype: Any, reason: str) -> Values:
    """Read each distinct text once."""
    cells = _null_empty_marks(texts)
    known: dict[str, Any] = {}
    for text in cells.unique().drop_nulls().to_list():
        try:
            known[text] = read(text)
        except (Unreadable, ValueError, OverflowError):
            continue
    values = (
        cells.replace_strict(known, default=None, return_dtype=dtype)
        if known
        else pl.Series(texts.name, [None] * len(texts), dtype)
    )
    failed = cells.is_not_null() & values.is_null()
    return Values(values, pl.select(pl.when(failed).then(pl.lit(reason))).to_series().cast(pl.String))


def _null_empty_marks(texts: pl.Series) -> pl.Series:
    """Return the texts, null where a cell is marked as empty (暂无, -, N/A)."""
    short = texts.filter(texts.str.len_chars() <= 4).unique().drop_nulls().to_list()
    nothing = [text for text in short if is_nothing(text)]
    if not nothing:
        return texts
    return pl.select(pl.when(~texts.is_in(nothing)).then(texts)).to_series().alias(texts.name)


def _empty_reasons(texts: pl.Series) -> pl.Series:
    return pl.Series("reason", [None], pl.String).new_from_index(0, len(texts))


def _unreadable_column(texts: pl.Series, reason: str) -> Values:
    """Return a column with no readable value: its unit or currency is unknown."""
    failed = pl.select(pl.when(texts.is_not_null()).then(pl.lit(reason))).to_series()
    return Values(pl.Series(texts.name, [None], pl.Float64).new_from_index(0, len(texts)), failed)


def rates_of(stated: dict[str, str] | Iterable[tuple[str, str]]) -> dict[str, Decimal]:
    """Return {currency: yuan per unit} of the rates stated by a person."""
    return {currency: Decimal(text) for currency, text in dict(stated).items()}
