"""HTML tables that other systems save as .xls: the cells of every row, tables concatenated."""

import re
from html.parser import HTMLParser

import polars as pl

from dakehu.exchange.workbook.reading.errors import TooLarge, Unopenable

DECLARED = re.compile(rb"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
WIDEST = 2000
LONGEST = 1_100_000


def encoding_of(declared: bytes) -> str:
    """Return the encoding for a declared name; declared GB2312 is nearly always a superset of it."""
    name = declared.decode("ascii", errors="replace").lower()
    return "gb18030" if name in ("gb2312", "gbk", "gb18030") else name


def is_page(text: str) -> bool:
    """Return whether a text is HTML containing a table."""
    head = text[:4096].lstrip("\ufeff \t\r\n").lower()
    return head.startswith(("<html", "<!doctype html", "<table", "<meta", "<style", "<head")) and "<t" in head


def read(text: str, name: str) -> pl.DataFrame:
    """Return every cell as text in columns c0, c1, …; text outside tables is omitted."""
    cells = _Cells()
    try:
        cells.feed(text)
        cells.close()
    except (AssertionError, ValueError) as fault:  # raised by html.parser for invalid markup
        raise Unopenable(name, "网页表格已损坏。", "its web page is damaged.") from fault
    rows = [row for row in cells.rows if row]
    width = max(map(len, rows), default=0)
    if not width:
        raise Unopenable(name, "网页里没有表格。", "the web page holds no table.")
    if width > WIDEST or len(rows) > LONGEST:
        raise TooLarge(
            name,
            f"超过 {LONGEST} 行或 {WIDEST} 列，请拆分后上传。",
            f"more than {LONGEST} rows or {WIDEST} columns; split it.",
        )
    return pl.DataFrame(
        {
            f"c{i}": pl.Series([(row[i] or None) if i < len(row) else None for row in rows], dtype=pl.String)
            for i in range(width)
        }
    )


class _Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
            self.open = False
        elif tag in ("td", "th") and self.rows:
            span = next((value or "" for key, value in attrs if key == "colspan"), "")
            beside = min(int(span), WIDEST) - 1 if span.isdecimal() and span else 0
            self.rows[-1] += ["", *[""] * beside]
            self.place, self.open = len(self.rows[-1]) - 1 - max(beside, 0), True
        elif tag == "br" and self.open:
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self.open = False

    def handle_data(self, data: str) -> None:
        if self.open:
            self.rows[-1][self.place] = (
                (self.rows[-1][self.place] + data.replace("\xa0", " ")).strip(" \t\r\n")
                if self.rows[-1][self.place]
                else data.replace("\xa0", " ").lstrip()
            )
