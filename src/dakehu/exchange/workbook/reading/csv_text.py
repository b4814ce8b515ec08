"""Text files: encoding, separator, width."""

import codecs
import csv
import io

import polars as pl
from charset_normalizer import from_bytes

from dakehu.exchange.workbook.reading import html as html_tables
from dakehu.exchange.workbook.reading.errors import TooLarge, Unopenable
from dakehu.exchange.workbook.reading.sheet import Sheet

SAMPLE = 65536
LIKELY = ["gb18030", "big5", "utf_16_le", "utf_16_be", "cp1252", "cp1253", "shift_jis"]
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
csv.field_size_limit(10_000_000)


def read(content: bytes, name: str, rows: int, columns: int) -> Sheet:
    """Return a text file as one sheet, every cell as text."""
    text = decode(content, name)
    if html_tables.is_page(text):
        return Sheet(_stem(name), html_tables.read(text, name))
    separator = separator_of(text)
    if "\0" in text[:SAMPLE]:
        raise Unopenable(name, "不是文本表格。", "it is not a table of text.")
    head = list(csv.reader(io.StringIO(text[:SAMPLE], newline=""), delimiter=separator))
    head = head[:-1] if len(text) > SAMPLE else head
    first = len(head[0]) if head else 0
    if len(content) > 4_000_000 and all(len(row) == first for row in head):
        frame, ragged = _read_rectangular(text, separator, first), 0
        if frame is None:
            frame, ragged = _read_ragged(text, separator)
    else:
        frame, ragged = _read_ragged(text, separator)
    if frame.height > rows or frame.width > columns:
        raise TooLarge(
            name,
            f"超过 {rows} 行或 {columns} 列，请拆分后上传。",
            f"more than {rows} rows or {columns} columns; split it.",
        )
    return Sheet(_stem(name), frame, ragged=ragged)


def _stem(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[0] or name or "CSV"


def decode(content: bytes, name: str) -> str:
    """Decode text by its byte order mark, as UTF-8 if valid, else by the most likely of the common encodings."""
    for mark, encoding in BOMS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    if b"\0" not in content[:SAMPLE]:
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            pass
    said = html_tables.DECLARED.search(content[:2048]) if content.lstrip()[:1] == b"<" else None
    if said:
        try:
            return content.decode(html_tables.encoding_of(said.group(1)))
        except (LookupError, UnicodeDecodeError):
            pass
    cut = content[:SAMPLE].rfind(b"\n") + 1
    sample = content[:cut] if cut > 256 and b"\0" not in content[:SAMPLE] else content[: SAMPLE - SAMPLE % 2]
    best = from_bytes(sample, cp_isolation=LIKELY).best()
    if best is None:
        raise Unopenable(name, "认不出文字编码。", "its encoding is unknown.")
    return content.decode(best.encoding, errors="replace")


def separator_of(text: str) -> str:
    """Return the separator that splits most of the first lines into the same number of fields."""
    lines = [line for line in text[:SAMPLE].splitlines()[:80] if line.strip()]
    best, score = ",", 0
    for candidate in ("\t", ",", ";", "|"):
        widths = [len(row) for row in csv.reader(lines, delimiter=candidate)]
        common = max(set(widths), key=lambda w: (widths.count(w), w)) if widths else 1
        worth = widths.count(common) * (common > 1)
        if worth > score:
            best, score = candidate, worth
    return best


def _read_rectangular(text: str, separator: str, width: int) -> pl.DataFrame | None:
    """Read a rectangular file fast; None if a later row does not fit the width of the first lines."""
    try:
        frame = pl.read_csv(io.BytesIO(text.encode()), has_header=False, infer_schema=False, separator=separator)
    except (pl.exceptions.ComputeError, pl.exceptions.SchemaError):
        return None
    if frame.width != width:
        return None
    return frame.rename({old: f"c{i}" for i, old in enumerate(frame.columns)})


def _read_ragged(text: str, separator: str) -> tuple[pl.DataFrame, int]:
    """Read rows of any length, slower. Also return how many are wider than the most common width."""
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    width = max((len(row) for row in rows), default=0)
    lengths = [len(row) for row in rows if row]
    common = max(set(lengths), key=lengths.count) if lengths else 0
    columns = {
        f"c{i}": pl.Series([row[i] if i < len(row) and row[i] != "" else None for row in rows], dtype=pl.String)
        for i in range(width)
    }
    return pl.DataFrame(columns), sum(length > common for length in lengths)
