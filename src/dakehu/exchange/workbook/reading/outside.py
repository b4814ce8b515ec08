"""Cells of a sheet outside all tables: counted and located, so that none is lost silently. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Area:
    """Rows `first_row`–`last_row` of some columns, all from 0."""

    first_row: int
    last_row: int
    columns: frozenset[int]


@dataclass
class Block:
    """Non-empty cells in consecutive rows: their bounding range, and their number."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int
    cells: int = 0

    @property
    def range(self) -> str:
        start = f"{letters(self.first_column)}{self.first_row + 1}"
        end = f"{letters(self.last_column)}{self.last_row + 1}"
        return start if start == end else f"{start}:{end}"


def letters(index: int) -> str:
    """Return the name of a column: 0 → A, 26 → AA."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def blocks_outside(frame: pl.DataFrame, covered: Iterable[Area]) -> list[Block]:
    """Return the non-empty cells outside the covered areas, by row; consecutive rows are one block."""
    areas = list(covered)
    rows: dict[int, list[int]] = {}
    for column, name in enumerate(frame.columns):
        spans = sorted((a.first_row, a.last_row) for a in areas if column in a.columns)
        for first, last in _gaps_between(spans, frame.height):
            part = frame[name].slice(first, last - first + 1)
            for at in (part.is_not_null() & (part.str.strip_chars() != "")).fill_null(value=False).arg_true().to_list():
                rows.setdefault(first + at, []).append(column)
    blocks: list[Block] = []
    for row in sorted(rows):
        columns = rows[row]
        if blocks and blocks[-1].last_row == row - 1:
            block = blocks[-1]
            block.last_row = row
            block.first_column, block.last_column = min(block.first_column, *columns), max(block.last_column, *columns)
        else:
            block = Block(row, row, min(columns), max(columns))
            blocks.append(block)
        block.cells += len(columns)
    return blocks


def _gaps_between(spans: list[tuple[int, int]], height: int) -> list[tuple[int, int]]:
    gaps, at = [], 0
    for first, last in spans:
        if first > at:
            gaps.append((at, first - 1))
        at = max(at, last + 1)
    return [*gaps, (at, height - 1)] if at < height else gaps
