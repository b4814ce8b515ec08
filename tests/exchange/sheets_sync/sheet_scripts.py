"""Random edit scripts on a linked sheet, executed with Google's client. The model of the expected result is that
of the workbook (tests.exchange.editscripts): a linked sheet is handled like a workbook."""

import random
from datetime import date, datetime
from typing import Any

from tests.exchange.editscripts import KEY, SHEETS, Script, rows_of
from tests.exchange.sheets_sync.google_person import NUMBER, Person, letters

EPOCH = datetime(1899, 12, 30)


class SheetScript(Script):
    """One script on the spreadsheet of `person`."""

    def __init__(self, seed: int, person: Person) -> None:
        self.chance, self.person = random.Random(seed), person
        self.base = {part: rows_of(part) for part in SHEETS}
        self.desk = {part: dict(rows) for part, rows in self.base.items()}
        self.edits: dict[tuple[str, int], dict[str, Any]] = {}
        self.taken_out: set[tuple[str, int]] = set()
        self.fresh: dict[str, list[dict[str, Any]]] = {part: [] for part in SHEETS}
        self.copied: list[dict[str, Any]] = []
        self.prefer = self.chance.choice(["file", "desk"])
        self.delete_missing = self.chance.random() < 0.6
        self.count = 0

    def edit(self) -> None:
        """Edit every worksheet: cells, rows, order, columns; then add a column, and lines above."""
        for part, title in SHEETS.items():
            lines = self.person.rows(title)
            head = [str(text) for text in lines[0]]
            rows = list(zip(self._in_order(part), lines[1:], strict=True))
            rows = self._rows(part, head, self._cells(part, head, rows))
            if self.chance.random() < 0.7:
                self.chance.shuffle(rows)
            self._replace(title, len(head), len(lines) - 1, [row for _, row in rows])
            self._columns(title, head)

    def _replace(self, title: str, width: int, height: int, rows: list[list[Any]]) -> None:
        """Replace the present rows by `rows`, with occasional empty rows in between."""
        spread = [row for row in rows for row in ([row] if self.chance.random() > 0.1 else [row, [None] * width])]
        count = max(height, len(spread))
        body = [*spread, *[[None] * width] * (count - len(spread))]
        values = [[_shown(value) for value in row] for row in body]
        cells = f"'{title}'!A2:{letters(width - 1)}{count + 1}"
        call = self.person.api.values().update(
            spreadsheetId=NUMBER, range=cells, body={"values": values}, valueInputOption="RAW"
        )
        call.execute()
        if height > len(spread):  # users delete whole rows, too
            number = self.person.sheet_id(title)
            span = {"sheetId": number, "dimension": "ROWS", "startIndex": len(spread) + 1, "endIndex": height + 1}
            self.person.change({"deleteDimension": {"range": span}})

    def _columns(self, title: str, head: list[str]) -> None:
        """Move a column, insert one, insert lines above the headings, all at random."""
        number = self.person.sheet_id(title)
        made: list[dict[str, Any]] = []
        if self.chance.random() < 0.5:
            first, to = self.chance.randrange(1, len(head)), self.chance.randrange(len(head))
            span = {"sheetId": number, "dimension": "COLUMNS", "startIndex": first, "endIndex": first + 1}
            made.append({"moveDimension": {"source": span, "destinationIndex": to}})
        for dimension, likely in (("COLUMNS", 0.5), ("ROWS", 0.3)):
            if self.chance.random() < likely:
                at = 0 if dimension == "ROWS" else self.chance.randrange(len(head))
                span = {"sheetId": number, "dimension": dimension, "startIndex": at, "endIndex": at + 1}
                made.append({"insertDimension": {"range": span}})
        if made:
            self.person.change(*made)


def _shown(value: Any) -> Any:
    """Return a value as Google's client sends it; None empties the cell."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (value - EPOCH).total_seconds() / 86_400
    if isinstance(value, date):
        return (value - EPOCH.date()).days
    return value


__all__ = ["KEY", "SHEETS", "SheetScript"]
