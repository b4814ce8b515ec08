"""Convert one row of cells to a ledger line: days, times, numbers and currencies parsed by the layout."""

import re
from datetime import date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from dakehu.domains.ledger.statements.importing import Line
from dakehu.domains.ledger.statements.validation import RowRejected, StatementRow
from dakehu.domains.ledger.trades.transaction_types import normalize_term
from dakehu.exchange.mapping.cell_values import CODE, ColumnReading, cell_reader
from dakehu.exchange.mapping.merged_amounts import is_merged
from dakehu.exchange.statements.layouts import CURRENCIES, MONEY_FIELDS, NUMBER_FIELDS, Layout
from dakehu.exchange.workbook.reading import headings
from dakehu.foundation.base import clock, parsing
from dakehu.foundation.base.currencies import YUAN, split_currency

flat = lru_cache(4096)(headings.normalise_heading)  # the same few headings in every row
_MONEY = re.compile(
    r"^([+-]?)\s*(?:[A-Z]{3}|[$€£¥])?\s*([+-]?)(\d[\d.,' \u00a0]*|[.,]\d+)(E-?\d+)?\s*(?:[A-Z]{3}|[$€£¥])?$"
)
_PLAIN = re.compile(r"^-?\d+(\.\d+)?$")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_FILLED = re.compile(
    r"^(?:已成|成交|全部成交|全成|部成|部分成交|部成部撤|部撤|部分撤单|正常|有效|成功|完成|已完成|已清算|已交收|已确认|filled|否|0|n)",
    re.IGNORECASE,
)
_UNFILLED = re.compile(r"撤|废|未成|未报|未确认|拒|失败|无效|作废|待|cancel|reject|^是$|^1$|^y$", re.IGNORECASE)
_NOTHING = {"", "-", "--", "—", "none", "null", "nan"}


def to_number(text: str, decimal: str) -> Decimal | None:
    """Return a number, with or without a currency in its cell; None for an empty cell. Raises Doubt if unreadable."""
    plain = parsing.to_text(text)
    if plain.casefold() in _NOTHING:
        return None
    if decimal == "." and _PLAIN.match(plain):
        return Decimal(plain)
    found = _MONEY.match(plain)
    if not found:
        raise RowRejected("number", text)
    sign, second, digits, power = found.groups()
    digits = _normalise_digits(re.sub(r"[' \u00a0]", "", digits), decimal)
    if digits is None:
        raise RowRejected("number", text)
    try:
        return Decimal(f"{'-' if '-' in (sign + second) else ''}{digits}{power or ''}")
    except InvalidOperation:
        raise RowRejected("number", text) from None


def _normalise_digits(digits: str, decimal: str) -> str | None:
    """Return digits with a decimal point and no grouping; None if the separators are misplaced. With "?" a
    single separator is a decimal one unless exactly three digits follow, which may mean either."""
    if decimal == "?":
        marks = [sign for sign in digits if sign in ".,"]
        if len(marks) == 1 and len(digits.rpartition(marks[0])[2]) == 3:
            return None
        decimal = marks[-1] if marks else "."
    head, mark, tail = digits.partition(decimal)
    thousands = "." if decimal == "," else ","
    if thousands in head and not re.match(rf"^\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+$", head):
        return None
    plain = head.replace(thousands, "") + ("." + tail if mark else "")
    return plain if re.match(r"^\d*\.?\d*$", plain) else None


@lru_cache(4096)
def to_day(text: str, formats: tuple[str, ...], zone: tzinfo | None = None) -> date | None:
    """Return a day, for an instant the day in `zone`; None for an empty cell. Raises RowRejected if unreadable or if
    it may mean two days."""
    plain = parsing.to_text(text)
    if plain.casefold() in _NOTHING:
        return None
    for shape in formats:
        try:
            return datetime.strptime(plain, shape).date()  # noqa: DTZ007  a day in the broker's format
        except ValueError:
            continue
    try:
        return parsing.to_date(plain, zone=zone)
    except parsing.Unreadable:
        raise RowRejected("date", text) from None


def to_seconds(text: str) -> int:
    """Return seconds after midnight of the first time in a text (93105 is 9:31:05); -1 without one."""
    found = _TIME.search(text)
    if found:
        return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0)
    if re.match(r"^\d{5,6}$", text.strip()):
        whole = text.strip().zfill(6)
        return int(whole[:2]) * 3600 + int(whole[2:4]) * 60 + int(whole[4:])
    return -1


def statement_line(place: int, cells: dict[str, str], layout: Layout, sheet: str = "") -> Line:
    """Return row `place` (from 1) of a sheet. `cells` by normalised heading; unreadable cells are reported."""
    given = {name: cells.get(flat(heading), "").strip() for name, heading in layout.columns.items()}
    for name, pattern in layout.patterns.items():
        found = re.search(pattern, given.get(name, ""))
        if found:
            given.update({key: value for key, value in found.groupdict().items() if value})
    # The client is not part of the identity: a trade is the same in the client's own statement and in a file of many.
    # Neither is the status: rows of files imported before it was read keep their identity.
    shown = {name: value for name, value in given.items() if value and name not in ("client_code", "status")}
    shown |= {flat(h): cells[flat(h)].strip() for h in layout.others if cells.get(flat(h), "").strip()}
    meaning = layout.sides.get(normalize_term(given.get("side", "")))
    try:
        for heading, (reason, wanted) in layout.refuse.items():
            if re.search(wanted, cells.get(flat(heading), "")):
                raise RowRejected(reason, cells.get(flat(heading), ""))
        _refuse_two_values(cells, layout)
        _check_filled(given.get("status", ""))
        return Line(place, shown, _cell_text(given, cells, layout), meaning, sheet=sheet)
    except RowRejected as doubt:
        return Line(place, shown, None, meaning, doubt, sheet)


def _cell_text(given: dict[str, str], cells: dict[str, str], layout: Layout) -> StatementRow:
    read: dict[str, Any] = {name: _number(name, given.get(name, ""), layout) for name in NUMBER_FIELDS}
    rest = [_number("other", cells.get(flat(heading), ""), layout) for heading in layout.others]
    report = [value for value in rest if value is not None]
    paid_in, paid_out = read.pop("paid_in"), read.pop("paid_out")
    if read["net"] is None and (paid_in or paid_out):
        read["net"] = abs(paid_in or Decimal(0)) - abs(paid_out or Decimal(0))
    currency = given.get("currency") or _currency(given, layout)
    if not currency:
        raise RowRejected("currency")
    if layout.signed_fees:
        read |= {name: -read[name] for name in ("commission", "stamp", "transfer") if read[name] is not None}
    return StatementRow(
        to_day(given.get("day", ""), layout.dates, None if layout.name else clock.zone()),
        given.get("side", ""),
        _code(given.get("code", "")),
        parsing.to_text(given.get("name", "")),
        other=sum(report, Decimal(0)) if report else None,
        time=to_seconds(given.get("time", "")),
        account=_code(given.get("account", "")),
        market=given.get("market", ""),
        currency=CURRENCIES.get(currency, currency)[:3].upper(),
        foreign=layout.foreign,
        ref=given.get("ref", "")[:60],
        flag=given.get("flag", ""),
        **read,
    )


def _check_filled(status: str) -> None:
    """Raise RowRejected for an order that was cancelled or not filled, or with an unknown status."""
    word = parsing.to_text(status)
    if not word or _FILLED.match(word):
        return
    raise RowRejected("cancelled" if _UNFILLED.search(word) else "status", word)


def _code(text: str) -> str:
    """Return a code without spreadsheet artefacts: a leading apostrophe, a trailing .0."""
    return cell_reader(ColumnReading(CODE), {})(parsing.to_text(text))


def _refuse_two_values(cells: dict[str, str], layout: Layout) -> None:
    """Raise Doubt if a heading occurs twice with different values in its two columns (发生金额 of two kinds)."""
    for name, heading in layout.columns.items() if not layout.name else ():
        first, second = cells.get(flat(heading), "").strip(), cells.get(f"{flat(heading)}~2", "").strip()
        if first and second and first != second and name not in ("time", "ref"):
            raise RowRejected("twice", f"{heading}: {first} / {second}")


def _number(name: str, text: str, layout: Layout) -> Decimal | None:
    """Return a number in the unit of its column. Raises Doubt for a filled cell with an unknown unit."""
    if is_merged(text):
        raise RowRejected("merged", text)
    found = layout.units.get(name)
    if found is None or not text.strip():
        return to_number(text, layout.decimal)
    if found.unit is None:
        raise RowRejected("unit", f"{text} ({found.words})")
    value = to_number(text, layout.decimal)
    return None if value is None else value * found.unit.factor


def _currency(given: dict[str, str], layout: Layout) -> str:
    """Return the currency from headings or marks by amounts, if no column states it. Raises Doubt for two."""
    stated = {found.unit.currency for found in layout.units.values() if found.unit is not None and found.unit.currency}
    marked = {code for name in MONEY_FIELDS if (code := split_currency(parsing.to_text(given.get(name, "")))[0])}
    found = (stated | marked) - ({YUAN} if layout.currency == YUAN else set())
    if layout.currency and layout.currency != YUAN:  # a source's own layout: its currency takes precedence over marks
        return layout.currency
    if len(found) > 1 or "$" in found:
        raise RowRejected("currency", " ".join(sorted(found)))
    return found.pop() if found else layout.currency
