"""Tables in which every number is a count or a sum over clients, so that its clients can be listed and add up to it. Pure.

N clients; a grid has groups of them as rows and measures as columns. Amounts are integer cents.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

SMALLEST = 20  # minimum clients in a sum shown to a reader who may not see single amounts
DOMINANT = 0.5  # maximum share of one client in such a sum; above it the sum would reveal that client's amount
CENTS = 100


@dataclass(frozen=True)
class Groups:
    """Clients in groups that do not overlap. places: int [N], the label index of each client, -1 for none."""

    labels: Sequence[str]
    places: np.ndarray

    def mask(self, row: int) -> np.ndarray:
        return self.places == row

    def every(self) -> np.ndarray:
        return self.places >= 0


@dataclass(frozen=True)
class Selections:
    """Clients in groups that may overlap. masks: bool [N] each."""

    labels: Sequence[str]
    masks: Sequence[np.ndarray]

    def mask(self, row: int) -> np.ndarray:
        return self.masks[row]

    def every(self) -> np.ndarray:
        return np.logical_or.reduce(self.masks) if self.masks else np.zeros(0, bool)


Derived = Callable[[dict[str, list[Any]]], list[Any]]


@dataclass(frozen=True)
class Column:
    """A measure of each row.

    Counts the clients of the row that are in `where` (bool [N], or one for each row; None: all), or adds up their `values`
    ([N]: cents of unit money, else floats). `derived` computes the cells from those of other columns by name, the total
    last; its clients are those of the column `of`. `is_amount`: it shows amounts of clients. `layer`: amounts derivable from
    one another, such as flows, are in one layer, and are shown or hidden together in a row.
    """

    name: str
    label: Any
    unit: str = "count"
    values: np.ndarray | None = None
    where: np.ndarray | Sequence[np.ndarray] | None = None
    derived: Derived | None = None
    of: str = ""
    is_amount: bool = False
    layer: str = ""

    def counted(self, row: int | None, rows: np.ndarray) -> np.ndarray:
        """Return the clients of a row that are in the column: bool [N]. row: None for the total."""
        if self.where is None:
            return rows
        if isinstance(self.where, np.ndarray):
            return rows & self.where
        return rows & (np.logical_or.reduce(self.where) if row is None else self.where[row])


@dataclass(frozen=True)
class Grid:
    """A table. `has_total`: whether a last row contains the clients of all rows, each once."""

    name: str
    title: Any
    row_label: Any
    rows: Groups | Selections
    columns: Sequence[Column]
    has_total: bool = True

    def column(self, name: str) -> Column:
        """Return a column. Raises KeyError."""
        return next((one for one in self.columns if one.name == name), None) or _raise_unknown_column(name)

    def selected(self, row: int | None, column: str) -> np.ndarray:
        """Return the clients of a cell: bool [N]; those with a nonzero value if values are summed."""
        found = self.column(column)
        if found.derived is not None:
            return self.selected(row, found.of)
        mask = found.counted(row, self.rows.every() if row is None else self.rows.mask(row))
        return mask if found.values is None else mask & (found.values != 0)

    def values(self) -> dict[str, list[Any]]:
        """Return {column: its cells, the total last if there is one}."""
        made: dict[str, list[Any]] = {}
        places: list[int | None] = [*range(len(self.rows.labels)), *([None] if self.has_total else [])]
        masks: list[np.ndarray] = []
        for column in self.columns:
            if column.derived is not None:
                continue
            if isinstance(self.rows, Groups) and (column.where is None or isinstance(column.where, np.ndarray)):
                made[column.name] = _cells_of_groups(self.rows, column, self.has_total)
                continue
            masks = masks or [self.rows.every() if place is None else self.rows.mask(place) for place in places]
            made[column.name] = [
                _count_or_sum(column, column.counted(place, mask)) for place, mask in zip(places, masks, strict=True)
            ]
        for column in self.columns:
            if column.derived is not None:
                made[column.name] = column.derived(made)
        return made

    def hidden(self) -> dict[str, set[int | None]]:
        """Return {layer: rows} with amounts that would reveal a single client's: too few clients, or one dominant.

        If only one row of a layer is hidden, the smallest of the others is too: it could be derived from the total.
        """
        found: dict[str, set[int | None]] = {}
        for column in self.columns:
            if column.is_amount:
                found.setdefault(self.layer_of(column), set())
        for layer in found:
            found[layer] = self._hidden_rows([one for one in self._amounts() if one.layer == layer])
        return found

    def layer_of(self, column: Column) -> str:
        """Return the layer of a column; a derived one has the layer of its source."""
        return column.layer if column.derived is None else self.layer_of(self.column(column.of))

    def _amounts(self) -> list[Column]:
        return [one for one in self.columns if one.is_amount and one.derived is None and one.values is not None]

    def _hidden_rows(self, columns: Sequence[Column]) -> set[int | None]:
        sizes: dict[int, int] = {}
        found: set[int | None] = set()
        for row in range(len(self.rows.labels)):
            parts = [_part(one, one.counted(row, self.rows.mask(row))) for one in columns]
            sizes[row] = max((number for number, _ in parts), default=0)
            if _is_telling(parts) or 0 < np.count_nonzero(self.rows.mask(row)) < SMALLEST:
                found.add(row)
        every = self.rows.every()
        is_few = np.count_nonzero(every) < SMALLEST
        if is_few or _is_telling([_part(one, one.counted(None, every)) for one in columns]):
            return {*range(len(self.rows.labels)), None}
        left = [row for row in sizes if row not in found and sizes[row]]
        if len(found) == 1 and left and self.has_total:
            found.add(min(left, key=lambda row: sizes[row]))
        return found


def _is_telling(parts: Sequence[tuple[int, float]]) -> bool:
    """Return whether any of some sums, each as from _part, reveals a single client's amount."""
    return any(0 < number < SMALLEST or largest > DOMINANT for number, largest in parts)


def _raise_unknown_column(name: str) -> Column:
    raise KeyError(name)


def _cells_of_groups(rows: Groups, column: Column, has_total: bool) -> list[Any]:
    """Return the cells of a column over groups that do not overlap, in one pass.

    Sums of cents are floats, which represent integers exactly up to 2^53: 90 trillion yuan.
    """
    where = column.where if isinstance(column.where, np.ndarray) else slice(None)
    places, size = rows.places[where] + 1, len(rows.labels) + 1
    if column.values is None:
        cells: list[Any] = np.bincount(places, minlength=size)[1:].tolist()
    else:
        values = column.values[where]
        cells = np.bincount(places, values, minlength=size)[1:].tolist()
        if values.dtype.kind == "i":
            cells = [int(cell) for cell in cells]
    return [*cells, sum(cells)] if has_total else cells


def _count_or_sum(column: Column, mask: np.ndarray) -> Any:
    """Return the count, or the sum: exact for integers."""
    if column.values is None:
        return int(np.count_nonzero(mask))
    chosen = column.values[mask]
    return int(chosen.sum()) if chosen.dtype.kind == "i" else float(chosen.sum())


def _part(column: Column, mask: np.ndarray) -> tuple[int, float]:
    """Return (number of clients with a value, share of the largest of them)."""
    values = np.abs(column.values[mask]) if column.values is not None else np.zeros(0)
    number, total = int(np.count_nonzero(values)), float(values.sum())
    return number, float(values.max()) / total if number and total else 0.0


@dataclass(frozen=True)
class Figure:
    """A number above the tables: a cell of a grid. row: None for its total."""

    label: Any
    grid: str
    column: str
    row: int | None = None
    note: Any = ""


@dataclass(frozen=True)
class View:
    """A view computed for a reader. chart: {kind, grid, columns} or {kind, x, series}; notes: sentences."""

    grids: Sequence[Grid]
    figures: Sequence[Figure] = ()
    chart: dict[str, Any] = field(default_factory=dict)
    notes: Sequence[Any] = ()

    def grid(self, name: str) -> Grid:
        """Return a grid. Raises KeyError."""
        for one in self.grids:
            if one.name == name:
                return one
        raise KeyError(name)


def ratio(part: str, whole: str) -> Derived:
    """Return a function that divides one column by another, cell by cell; None for division by zero."""
    return lambda cells: [a / b if b else None for a, b in zip(cells[part], cells[whole], strict=True)]


def share_of_total(part: str) -> Derived:
    """Return a function that divides a column by its total, which is its last cell."""
    return lambda cells: [value / cells[part][-1] if cells[part][-1] else None for value in cells[part]]


def answer_value(unit: str, value: Any) -> Any:
    """Return a value as in answers: cents as yuan."""
    return round(value / CENTS, 2) if unit == "money" and value is not None else value
