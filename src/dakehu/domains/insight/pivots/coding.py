"""Columns as codes: groups of a million clients are counted by integer codes, each value stored once. Pure."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

CODE_TYPES = (np.uint8, np.uint16, np.uint32)


@dataclass(frozen=True)
class Coded:
    """The code of each row and the values: code 0 is a missing value, n the n-th of the values."""

    codes: np.ndarray
    values: list[Any]

    def taken(self, rows: np.ndarray | None) -> "Coded":
        """Return given rows in their order, all for None."""
        return self if rows is None else Coded(self.codes[rows], self.values)

    def matches(self, is_meant: Any, missing: bool = False) -> np.ndarray:
        """Return for each row whether its value matches, by a function of values; `missing` for rows without one."""
        table = np.fromiter((missing, *(bool(is_meant(value)) for value in self.values)), bool, len(self.values) + 1)
        return table[self.codes]


def encode(column: pl.Series) -> Coded:
    """Return a column as codes, its values in their own order; an empty text is a missing value."""
    if column.dtype == pl.String:
        column = column.to_frame("v").select(pl.when(pl.col("v") != "").then(pl.col("v"))).to_series()
    values = column.drop_nulls().unique().sort()
    known = pl.DataFrame({"v": values, "code": np.arange(1, values.len() + 1, dtype=np.uint32)})
    found = column.rename("v").to_frame().join(known, on="v", how="left", maintain_order="left")
    codes = found.get_column("code").fill_null(0).to_numpy()
    kind = next(one for one in CODE_TYPES if values.len() <= np.iinfo(one).max)
    return Coded(codes.astype(kind), values.to_list())
