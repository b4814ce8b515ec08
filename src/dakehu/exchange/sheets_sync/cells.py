"""The cells of an online sheet and of the desk in a common text form for comparison. Pure.

Days are `2026-11-29`, moments `2026-11-29 09:30:00` in Shanghai time, rates end in `%`, numbers have no grouping,
empty is "". A sheet counts days from 1899-12-30, as Google's serial numbers do.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from dakehu.exchange.mapping.conversion import text_of

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  dates of a sheet have no zone
LAST_SERIAL = 2_958_465  # 9999-12-31; a larger number in a date column is not a date
LONGEST = 50_000  # characters limit of a Google Sheets cell
YES, NO = "是", "否"
FORMATS = {
    "date": {"type": "DATE", "pattern": "yyyy-mm-dd"},
    "datetime": {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"},
    "money": {"type": "NUMBER", "pattern": "#,##0.00##"},
    "rate": {"type": "PERCENT", "pattern": "0.00##%"},
    "integer": {"type": "NUMBER", "pattern": "0"},
    "text": {"type": "TEXT"},
    "choice": {"type": "TEXT"},
}


def text_of_value(kind: str, value: Any) -> str:
    """Return the text of a value of the desk, as in the frames of exports."""
    if isinstance(value, bool):
        return YES if value else NO
    if kind == "rate" and isinstance(value, (float, int)):
        return _percent(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return text_of(value)


def text_of_cell(kind: str, cell: dict[str, Any]) -> str | None:
    """Return the text of a cell of the sheet ({"numberValue": 1.5}, …); None for a cell with an error."""
    if "errorValue" in cell:
        return None
    if "boolValue" in cell:
        return YES if cell["boolValue"] else NO
    if "numberValue" not in cell:
        return text_of(cell.get("stringValue", ""))
    number = float(cell["numberValue"])
    if kind in ("date", "datetime") and 0 < number <= LAST_SERIAL:
        moment = EPOCH + timedelta(seconds=round(number * 86_400))
        return moment.date().isoformat() if kind == "date" else f"{moment:%Y-%m-%d %H:%M:%S}"
    return _percent(number) if kind == "rate" else text_of(number)


def cell_of_text(kind: str, text: str) -> dict[str, Any]:
    """Return the cell for a text; {} empties it. A text that is not a value of its kind stays text, never a formula."""
    if not text:
        return {}
    try:
        if kind == "date":
            return {"numberValue": (date.fromisoformat(text) - EPOCH.date()).days}
        if kind == "datetime":
            return {"numberValue": (datetime.fromisoformat(text) - EPOCH) / timedelta(days=1)}
        if kind in ("money", "integer") or (kind == "rate" and text.endswith("%")):
            number = Decimal(text.removesuffix("%"))
            return {"numberValue": float(number / 100 if kind == "rate" else number)}
    except (ValueError, InvalidOperation):
        pass
    if kind == "bool" and text in (YES, NO):
        return {"boolValue": text == YES}
    return {"stringValue": text}


def _percent(number: float) -> str:
    """Return a fraction as text with the percent sign."""
    return f"{(Decimal(repr(float(number))) * 100).normalize():f}%"
