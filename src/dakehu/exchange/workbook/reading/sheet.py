"""One sheet of a workbook as read: its cells, and their positions in the file."""

from dataclasses import dataclass, field

import polars as pl


@dataclass
class Sheet:
    """One sheet. `frame` has every cell as text in columns c0, c1, …; its row i is row i+1 of the file.

    Dates are ISO text, whole numbers have no decimals, empty cells are null. `merged` lists merged ranges
    as (first row, first column, last row, last column), counted from 0; a vertically merged value is repeated in
    every row that it spans. `faults` are cells with an error value. Numbers are as displayed if the format adds
    information to the number (zeros of a code, 万, US$). Hidden rows and columns are read like others; their indexes
    are from 0. `percent_columns` have fractions displayed as percent, so that a % in their heading is not a factor.
    """

    name: str
    frame: pl.DataFrame
    visible: bool = True
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    faults: dict[tuple[int, int], str] = field(default_factory=dict)
    ragged: int = 0
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    percent_columns: frozenset[int] = frozenset()

    def head(self, count: int = 60) -> list[list[str]]:
        """Return the first rows as lists of text ("" for empty), merged cells filled in."""
        rows = [["" if v is None else v for v in row] for row in self.frame.head(count).rows()]
        for r0, c0, r1, c1 in self.merged:
            if r0 < len(rows) and c0 < self.frame.width:
                for r in range(r0, min(r1 + 1, len(rows))):
                    for c in range(c0, min(c1 + 1, self.frame.width)):
                        rows[r][c] = rows[r][c] or rows[r0][c0]
        return rows
