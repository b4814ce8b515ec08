"""Convert the text cells of a mapped column to the form that a field reads. Pure.

Spreadsheet artefacts are removed (an apostrophe before digits, a `.0` after them), units and exchange rates are
applied, and dates are written year first if the column's order is known. An unreadable cell is left unchanged,
so that the field's parser reports it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from dakehu.exchange.mapping.amounts import Rates, is_nothing, to_desk_unit
from dakehu.exchange.mapping.units import COUNT, MONEY, RATE, Unit
from dakehu.foundation.base.date_parsing import is_ambiguous, to_date
from dakehu.foundation.base.text_parsing import Unreadable

DATE, CODE, CHOICE, TEXT = "date", "code", "choice", "text"
NUMBERS = (MONEY, RATE, COUNT)
_APOSTROPHE = re.compile(r"^['`‘’´](?=[\d+(A-Za-z]*\d)")
_POINT_ZERO = re.compile(r"^(\d+)\.0+$")


@dataclass(frozen=True)
class ColumnReading:
    """How the cells of one column are read: its field's type (`kind`), its unit, and the order of day and month."""

    kind: str = TEXT
    unit: Unit | None = None
    order: str = ""


def cell_reader(reading: ColumnReading, rates: Rates) -> Callable[[str], str]:
    """Return the function that converts one cell to the form that the field reads."""

    def read(text: str) -> str:
        plain = _APOSTROPHE.sub("", text.strip()) if text[:1] in "'`‘’´" else text
        if reading.kind == TEXT:
            return plain
        if reading.kind == CODE:
            return _POINT_ZERO.sub(r"\1", plain.strip())
        if is_nothing(plain):
            return ""
        if reading.kind == DATE:
            return _apply_date_order(plain, reading.order)
        if reading.kind in NUMBERS and (reading.unit is not None or rates):
            return to_desk_unit(plain, reading.unit, rates)
        return plain

    return read


def _apply_date_order(text: str, order: str) -> str:
    if not order or not is_ambiguous(text):
        return text
    try:
        return to_date(text, order=order).isoformat()
    except Unreadable:
        return text
