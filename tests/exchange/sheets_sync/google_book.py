"""A spreadsheet as Google stores it: worksheets of cells, and developer metadata on rows, columns and worksheets."""

import copy
import re
from datetime import datetime
from typing import Any

EPOCH = datetime(1899, 12, 30)
META_ROOM = 30_000  # maximum characters of all developer metadata


class Refusal(Exception):
    """An error answer in Google's format."""

    def __init__(self, code: int, status: str, message: str) -> None:
        super().__init__(message)
        self.code, self.body = code, {"error": {"code": code, "message": message, "status": status}}


def column_number(letters: str) -> int:
    """Return the index of a column, from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


class Book:
    """One spreadsheet. Cells are values as entered ({"numberValue": 1}), None where empty."""

    def __init__(self) -> None:
        self.sheets: dict[int, dict[str, Any]] = {
            0: {"title": "工作表1", "rows": [], "height": 1000, "width": 26, "texts": set()}
        }
        self.marks: dict[int, dict[str, Any]] = {}
        self.next = 1

    # --- calls ---------------------------------------------------------------------------------------

    def call(self, name: str, path: dict[str, str], query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        """Execute one method of the API."""
        if name == "get":
            return {"sheets": [self._sheet(number) for number in self.sheets], "properties": {"locale": "zh_CN"}}
        if name == "getByDataFilter":
            return {"sheets": [self._grid(one["gridRange"]["sheetId"]) for one in body["dataFilters"]]}
        if name == "developerMetadata.search":
            wanted = [one["developerMetadataLookup"]["metadataKey"] for one in body["dataFilters"]]
            found = [mark for mark in self.marks.values() if mark["metadataKey"] in wanted]
            return {"matchedDeveloperMetadata": [{"developerMetadata": mark} for mark in found]} if found else {}
        if name == "batchUpdate":
            before = copy.deepcopy((self.sheets, self.marks))
            try:
                return {"spreadsheetId": "s", "replies": [self._change(one) for one in body["requests"]]}
            except (Refusal, KeyError, IndexError, TypeError):
                self.sheets, self.marks = before
                raise
        if name == "values.get":
            return self._values(path["range"], query)
        if name == "values.batchGet":
            return {"valueRanges": [self._values(query["ranges"], query)]}
        if name == "values.update":
            self._put(path["range"], body["values"], query["valueInputOption"])
            return {"updatedRange": path["range"]}
        if name == "values.batchUpdate":
            for one in body["data"]:
                self._put(one["range"], one["values"], body["valueInputOption"])
            return {"spreadsheetId": "s"}
        raise Refusal(501, "UNIMPLEMENTED", name)

    def tab(self, title: str) -> dict[str, Any]:
        """Return the worksheet with a title."""
        found = [one for one in self.sheets.values() if one["title"] == title.strip("'")]
        if not found:
            raise Refusal(400, "INVALID_ARGUMENT", f"Unable to parse range: {title}")
        return found[0]

    def _sheet(self, number: int) -> dict[str, Any]:
        one = self.sheets[number]
        grid = {"rowCount": one["height"], "columnCount": one["width"]}
        return {"properties": {"sheetId": number, "title": one["title"], "sheetType": "GRID", "gridProperties": grid}}

    def _grid(self, number: int) -> dict[str, Any]:
        tab = self.sheets[number]
        lines = []
        for row in tab["rows"]:
            values = [self._cell(tab, cell) for cell in row]
            while values and not values[-1]:
                values.pop()
            lines.append({"values": values} if values else {})
        while lines and not lines[-1]:
            lines.pop()
        return {**self._sheet(number), "data": [{"rowData": lines}] if lines else [{}]}

    def _cell(self, tab: dict[str, Any], entered: dict[str, Any] | None) -> dict[str, Any]:
        return {"userEnteredValue": entered, "effectiveValue": self._effective(tab, entered)} if entered else {}

    def _effective(self, tab: dict[str, Any], entered: dict[str, Any] | None) -> dict[str, Any]:
        """Return the effective value of a cell; of formulas, `=B2*3`, `=1+2` and `=1/0` are supported."""
        text = (entered or {}).get("formulaValue", "")
        if not text:
            return dict(entered or {})
        product = re.fullmatch(r"=([A-Z]+)(\d+)\*([\d.]+)", text)
        if product:
            row, column = int(product[2]) - 1, column_number(product[1])
            line = tab["rows"][row] if row < len(tab["rows"]) else []
            value = self._effective(tab, line[column] if column < len(line) else None)
            return {"numberValue": round(float(value.get("numberValue", 0)) * float(product[3]), 6)}
        total = re.fullmatch(r"=(\d+)\+(\d+)", text)
        if total:
            return {"numberValue": int(total[1]) + int(total[2])}
        return {"errorValue": {"type": "DIVIDE_BY_ZERO" if text == "=1/0" else "NAME", "message": "error"}}

    # --- values --------------------------------------------------------------------------------------

    def _place(self, text: str) -> tuple[dict[str, Any], int, int, int | None, int | None]:
        title, _, cells = text.rpartition("!") if "!" in text else (text, "", "")
        tab = self.tab(title)
        if not cells:
            return tab, 0, 0, None, None
        ends = [re.fullmatch(r"([A-Z]*)(\d*)", part).groups() for part in cells.split(":")]  # type: ignore[union-attr]
        (first, top), (last, bottom) = ends[0], ends[-1]
        return (
            tab,
            int(top) - 1 if top else 0,
            column_number(first) if first else 0,
            int(bottom) - 1 if bottom else None,
            column_number(last) if last else None,
        )

    def _values(self, text: str, query: dict[str, str]) -> dict[str, Any]:
        tab, top, left, bottom, right = self._place(text)
        lines = []
        for row in tab["rows"][top : None if bottom is None else bottom + 1]:
            shown = []
            for cell in row[left : None if right is None else right + 1]:
                value = self._effective(tab, cell)
                shown.append("#ERROR!" if "errorValue" in value else next(iter(value.values()), ""))
            while shown and shown[-1] == "":
                shown.pop()
            lines.append(shown)
        while lines and not lines[-1]:
            lines.pop()
        return {"range": text, "majorDimension": "ROWS", **({"values": lines} if lines else {})}

    def _put(self, text: str, values: list[list[Any]], option: str) -> None:
        tab, top, left, _, _ = self._place(text)
        for down, line in enumerate(values):
            for right, value in enumerate(line):
                if value is not None:
                    is_text = left + right in tab["texts"]
                    self._set(tab, top + down, left + right, _entered(value, option, is_text))

    def _set(self, tab: dict[str, Any], row: int, column: int, value: dict[str, Any] | None) -> None:
        if row >= tab["height"] or column >= tab["width"]:
            raise Refusal(400, "INVALID_ARGUMENT", "Range exceeds grid limits")
        while len(tab["rows"]) <= row:
            tab["rows"].append([])
        line = tab["rows"][row]
        line.extend([None] * (column + 1 - len(line)))
        line[column] = value or None

    # --- changes -------------------------------------------------------------------------------------

    def _change(self, request: dict[str, Any]) -> dict[str, Any]:
        ((kind, given),) = request.items()
        made = getattr(self, f"_{kind}", None)
        if made is None:
            raise Refusal(501, "UNIMPLEMENTED", kind)
        return {kind: found} if (found := made(given)) else {}

    def _addSheet(self, given: dict[str, Any]) -> dict[str, Any]:
        facts = given["properties"]
        number = facts.get("sheetId", max(self.sheets, default=0) + 1)
        if number in self.sheets or any(one["title"] == facts["title"] for one in self.sheets.values()):
            raise Refusal(400, "INVALID_ARGUMENT", f'A sheet with the name "{facts["title"]}" already exists.')
        grid = facts.get("gridProperties", {})
        self.sheets[number] = {
            "title": facts["title"],
            "rows": [],
            "height": grid.get("rowCount", 1000),
            "width": grid.get("columnCount", 26),
            "texts": set(),
        }
        return {"properties": {**facts, "sheetId": number}}

    def _deleteSheet(self, given: dict[str, Any]) -> None:
        number = given["sheetId"]
        del self.sheets[number]
        gone = [key for key, mark in self.marks.items() if _sheet_of(mark) == number]
        for key in gone:
            del self.marks[key]

    def _updateSheetProperties(self, given: dict[str, Any]) -> None:
        self.sheets[given["properties"]["sheetId"]]["title"] = given["properties"]["title"]

    def _nothing(self, given: dict[str, Any]) -> None:
        """Execute a request that only changes the format of cells."""

    _updateDimensionProperties = _setDataValidation = _nothing

    def _addProtectedRange(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"protectedRange": given["protectedRange"]}

    def _repeatCell(self, given: dict[str, Any]) -> None:
        span, looks = given["range"], given["cell"].get("userEnteredFormat", {}).get("numberFormat", {})
        if looks.get("type") == "TEXT":
            self.sheets[span["sheetId"]]["texts"] |= set(range(span["startColumnIndex"], span["endColumnIndex"]))

    def _updateCells(self, given: dict[str, Any]) -> None:
        start = given["start"]
        tab = self.sheets[start["sheetId"]]
        for down, line in enumerate(given["rows"]):
            for right, cell in enumerate(line.get("values", ())):
                place = start.get("rowIndex", 0) + down, start.get("columnIndex", 0) + right
                self._set(tab, *place, (cell or {}).get("userEnteredValue"))

    def _appendCells(self, given: dict[str, Any]) -> None:
        tab = self.sheets[given["sheetId"]]
        while tab["rows"] and not any(tab["rows"][-1]):
            tab["rows"].pop()
        for line in given["rows"]:
            tab["height"] = max(tab["height"], len(tab["rows"]) + 1)
            tab["rows"].append([(cell or {}).get("userEnteredValue") or None for cell in line.get("values", ())])

    def _createDeveloperMetadata(self, given: dict[str, Any]) -> dict[str, Any]:
        mark = copy.deepcopy(given["developerMetadata"])
        mark["metadataId"], self.next = self.next, self.next + 1
        size = sum(len(one["metadataKey"]) + len(one["metadataValue"]) for one in [*self.marks.values(), mark])
        if size > META_ROOM:
            raise Refusal(400, "INVALID_ARGUMENT", "Developer metadata is over its limit")
        self.marks[mark["metadataId"]] = mark
        return {"developerMetadata": mark}

    def _insertDimension(self, given: dict[str, Any]) -> None:
        span = given["range"]
        tab, count = self.sheets[span["sheetId"]], span["endIndex"] - span["startIndex"]
        if span["dimension"] == "ROWS":
            tab["height"] += count
            while len(tab["rows"]) < span["startIndex"]:
                tab["rows"].append([])
            tab["rows"][span["startIndex"] : span["startIndex"]] = [[] for _ in range(count)]
        else:
            tab["width"] += count
            tab["texts"] = {at + count if at >= span["startIndex"] else at for at in tab["texts"]}
            for line in tab["rows"]:
                line.extend([None] * (span["startIndex"] - len(line)))
                line[span["startIndex"] : span["startIndex"]] = [None] * count
        self._move_marks(span, lambda at: at + count if at >= span["startIndex"] else at)

    def _deleteDimension(self, given: dict[str, Any]) -> None:
        span = given["range"]
        tab, gone = self.sheets[span["sheetId"]], range(span["startIndex"], span["endIndex"])
        if span["dimension"] == "ROWS":
            tab["height"] -= len(gone)
            del tab["rows"][gone.start : gone.stop]
        else:
            tab["width"] -= len(gone)
            tab["texts"] = {at - len(gone) * (at >= gone.stop) for at in tab["texts"] if at not in gone}
            for line in tab["rows"]:
                del line[gone.start : gone.stop]
        self._move_marks(span, lambda at: None if at in gone else at - len(gone) * (at >= gone.stop))

    def _moveDimension(self, given: dict[str, Any]) -> None:
        span, to = given["source"], given["destinationIndex"]
        first, count = span["startIndex"], span["endIndex"] - span["startIndex"]
        tab = self.sheets[span["sheetId"]]
        size = max([tab["width"] if span["dimension"] == "COLUMNS" else len(tab["rows"]), to, first + count])
        order = [at for at in range(size) if not first <= at < first + count]
        place = to if to <= first else to - count
        order[place:place] = range(first, first + count)
        where = {old: new for new, old in enumerate(order)}
        if span["dimension"] == "COLUMNS":
            tab["texts"] = {where.get(at, at) for at in tab["texts"]}
            for line in tab["rows"]:
                line.extend([None] * (size - len(line)))
                line[:] = [line[old] for old in order]
        else:
            tab["rows"].extend([] for _ in range(size - len(tab["rows"])))
            tab["rows"][:] = [tab["rows"][old] for old in order]
        self._move_marks(span, lambda at: where.get(at, at))

    def _sortRange(self, given: dict[str, Any]) -> None:
        span = given["range"]
        tab = self.sheets[span["sheetId"]]
        left, right = span.get("startColumnIndex", 0), span.get("endColumnIndex", tab["width"])
        bottom = span.get("endRowIndex", len(tab["rows"]))
        lines = tab["rows"][span.get("startRowIndex", 0) : bottom]
        for line in lines:
            line.extend([None] * (tab["width"] - len(line)))
        pieces = [line[left:right] for line in lines]
        for rule in reversed(given["sortSpecs"]):
            at = rule["dimensionIndex"] - left
            pieces.sort(
                key=lambda p, at=at: str(next(iter((p[at] or {}).values()), "")),
                reverse=rule.get("sortOrder") == "DESCENDING",
            )  # type: ignore[misc]
        for line, piece in zip(lines, pieces, strict=True):
            line[left:right] = piece

    def _move_marks(self, span: dict[str, Any], where: Any) -> None:
        for key, mark in list(self.marks.items()):
            place = mark["location"].get("dimensionRange")
            if not place or (place["sheetId"], place["dimension"]) != (span["sheetId"], span["dimension"]):
                continue
            to = where(place["startIndex"])
            if to is None:
                del self.marks[key]
            else:
                place["startIndex"], place["endIndex"] = to, to + 1


def _sheet_of(mark: dict[str, Any]) -> int:
    place = mark["location"]
    return int(place.get("dimensionRange", place)["sheetId"])


def _entered(value: Any, option: str, is_text: bool) -> dict[str, Any] | None:
    """Return the value stored for typed input, or for input given RAW."""
    if value == "":
        return None
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, (int, float)):
        return {"numberValue": value}
    if option == "RAW" or is_text:
        return {"stringValue": value}
    if value.startswith("="):
        return {"formulaValue": value}
    if value.startswith("'"):
        return {"stringValue": value[1:]}
    if re.fullmatch(r"-?\d+(\.\d+)?%?", value):
        return {"numberValue": float(value.rstrip("%")) / (100 if value.endswith("%") else 1)}
    for pattern in ("%Y-%m-%d %H:%M", "%Y-%m-%d"):
        try:
            moment = datetime.strptime(value, pattern)
        except ValueError:
            continue
        return {"numberValue": (moment - EPOCH).total_seconds() / 86_400}
    return {"stringValue": value}
