"""Styles of a workbook: one font, one accent, light tints, readable numbers."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from dakehu.exchange.workbook.writing.spec import ColumnSpec, Style

FONT = "Microsoft YaHei"
ACCENT = "#1F5EFF"
TINT = "#E9EFFF"
BAND = "#F7F9FD"
LINE = "#E1E6EF"
INK = "#1F2937"
QUIET = "#6B7280"
COMPUTED = "#F3F4F6"
INPUT = "#FFF9E5"
RED, RED_TINT = "#C81E1E", "#FDE8E8"
GREEN, GREEN_TINT = "#0B7A4B", "#DEF7EC"
AMBER, AMBER_TINT = "#92400E", "#FEF3C7"
SERIES = ("#1F5EFF", "#F2A33A", "#17A2A2", "#8B5CF6", "#E0567A", "#5BA85B", "#7C8DB5", "#C9A227", "#94A3B8")

NUMBER_FORMATS = {
    "text": "@",
    "choice": "@",
    "bool": "@",
    "integer": "#,##0",
    "money": "¥#,##0.00",
    "rate": "0.00%",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm",
}
CENTRED = {"date", "datetime", "bool"}

_HEAD = {"bold": True, "font_color": INK, "bg_color": TINT, "bottom": 2, "bottom_color": ACCENT, "text_wrap": True}
_TOTAL = {"bold": True, "top": 1, "top_color": ACCENT, "bg_color": BAND}
_MONEY, _RATE, _NUMBER = {"num_format": "#,##0.00"}, {"num_format": "0.00%"}, {"num_format": "0.00"}
_INTEGER = {"num_format": "#,##0"}
STYLES: dict[Style, dict[str, Any]] = {
    "plain": {},
    "title": {"bold": True, "font_size": 18, "font_color": ACCENT},
    "section": {"bold": True, "font_size": 12, "font_color": INK, "bottom": 1, "bottom_color": LINE},
    "note": {"font_color": QUIET},
    "head": _HEAD,
    "head_number": {**_HEAD, "align": "right"},
    "label": {"font_color": INK, "bottom": 1, "bottom_color": LINE},
    "money": {**_MONEY, "bottom": 1, "bottom_color": LINE},
    "rate": {**_RATE, "bottom": 1, "bottom_color": LINE},
    "number": {**_NUMBER, "bottom": 1, "bottom_color": LINE},
    "integer": {**_INTEGER, "bottom": 1, "bottom_color": LINE},
    "date": {"num_format": "yyyy-mm-dd", "align": "left"},
    "month": {"num_format": "yyyy-mm", "align": "left", "bottom": 1, "bottom_color": LINE},
    "total": _TOTAL,
    "total_money": {**_TOTAL, **_MONEY},
    "total_rate": {**_TOTAL, **_RATE},
    "total_number": {**_TOTAL, **_NUMBER},
    "total_integer": {**_TOTAL, **_INTEGER},
    "input_rate": {**_RATE, "bg_color": INPUT, "border": 1, "border_color": "#EAD9A0", "locked": False},
    "input_date": {
        "num_format": "yyyy-mm-dd",
        "align": "right",
        "bg_color": INPUT,
        "border": 1,
        "border_color": "#EAD9A0",
        "locked": False,
    },
    "link": {"font_color": ACCENT, "underline": 1, "bottom": 1, "bottom_color": LINE},
    "required": {"bold": True, "font_color": "#FFFFFF", "bg_color": ACCENT, "align": "center"},
    "optional": {"bold": True, "font_color": INK, "bg_color": TINT, "align": "center"},
    "computed": {"italic": True, "font_color": QUIET, "bg_color": COMPUTED, "align": "center"},
}


class Look:
    """The formats of one workbook, each created once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}

    def of(self, **properties: Any) -> Format:
        """Return a format with these properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]

    def style(self, name: Style) -> Format:
        """Return a named format."""
        return self.of(**{"font_name": FONT, "font_size": 10, "valign": "vcenter", **STYLES[name]})

    def header(self, column: ColumnSpec) -> Format:
        """Return the format of a heading: accent for required, tint for optional, grey for read only."""
        look: dict[str, Any] = {"font_name": FONT, "font_size": 10, "valign": "vcenter", "align": "center", **_HEAD}
        if column.formula is not None or column.locked:
            look.update(font_color=QUIET, bg_color=COMPUTED, italic=True, bottom_color=LINE)
        elif column.required:
            look.update(font_color="#FFFFFF", bg_color=ACCENT)
        return self.of(**{**look, "align": "center", "left": 1, "left_color": "#FFFFFF"})

    def cell(self, column: ColumnSpec, quoted: bool = False) -> Format:
        """Return the format of a data cell; `quoted` keeps text that looks like a formula as text."""
        look: dict[str, Any] = {"font_name": FONT, "font_size": 10, "valign": "vcenter", "font_color": INK}
        look["num_format"] = column.number_format or NUMBER_FORMATS[column.kind]
        if column.kind in CENTRED:
            look["align"] = "center"
        else:
            look.update(align="right" if column.kind in ("integer", "money", "rate") else "left", indent=1)
        if column.formula is not None or column.locked:
            look.update(font_color=QUIET)
        else:
            look["locked"] = False
        if column.formula is not None:
            look["bg_color"] = COMPUTED
        if quoted:
            look["quote_prefix"] = True
        return self.of(**look)
