"""Merge rows of a returned workbook: what was exported, what the file contains, what is stored now.

Each row with a row key belongs to its stored row, wherever it is in the sheet. Only what the user changed is an edit;
changes by others in the meantime remain; cells that both changed differently are conflicts for a person to decide.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dakehu.domains.service.bulk_import import to_minute
from dakehu.exchange.mapping.conversion import CHANNELS, Stack, text_of, values_of
from dakehu.exchange.mapping.mapping import ImportMapping
from dakehu.exchange.roundtrip import row_keys
from dakehu.exchange.roundtrip.row_keys import Exports, InvalidRowKey, RowKey
from dakehu.exchange.sheets import frames
from dakehu.exchange.sheets.definitions import ROW_KEY, Worksheet
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base import three_way_merge
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.gates.input import field_behind
from dakehu.foundation.imports.row_matching import SKIPPED, UNCHANGED
from dakehu.foundation.schema.fields import model_of

FILE, DESK = "file", "desk"
NAMING = ("client_code", "client_name")
GONE = ""  # the "field" of a conflict about a row edited in the file and deleted on the desk
MINE, THEIRS, AGREED, CLASH = "mine", "theirs", "same", "clash"


@dataclass(frozen=True)
class MergedCell:
    """A cell that differs: exported, in the file, stored now, as text.

    `fate` is MINE, THEIRS, AGREED or CLASH; for a conflict `decided` is FILE, DESK or "" (undecided). `known` is False
    if it is unknown what was exported.
    """

    part: str
    row: int
    number: int
    field: str
    base: str
    mine: str
    current: str
    fate: str
    decided: str = ""
    known: bool = True

    @property
    def mark(self) -> str:
        """Return the key under which a decision about the cell is stored."""
        return f"{self.part}:{self.number}:{self.field}"


@dataclass
class RoundtripMerge:
    """The result for the keyed rows of a file.

    `keys` are the keyed rows of each worksheet, `emptied` rows whose cells were all cleared, `owners` the client of
    each row, `expired` exports that are no longer stored.
    """

    cells: list[MergedCell] = field(default_factory=list)
    keys: dict[str, dict[int, RowKey]] = field(default_factory=dict)
    emptied: dict[str, set[int]] = field(default_factory=dict)
    owners: dict[str, dict[int, int]] = field(default_factory=dict)
    expired: set[str] = field(default_factory=set)
    exports: Exports = field(default_factory=Exports)

    def open(self) -> list[MergedCell]:
        """Return the undecided conflicts."""
        return [cell for cell in self.cells if cell.fate == CLASH and not cell.decided]


def merge_rows(stacks: dict[str, Stack], plan: ImportMapping) -> RoundtripMerge:
    """Match every keyed row with its stored row, and keep in it only what the user changed."""
    result = RoundtripMerge()
    for stack in stacks.values():
        stack.columns.pop(ROW_KEY, None)
        if ROW_KEY in stack.raw:
            _SheetMerge(stack, plan, result).merge()
    return result


class _SheetMerge:
    """Merges the keyed rows of one worksheet."""

    def __init__(self, stack: Stack, plan: ImportMapping, result: RoundtripMerge) -> None:
        """Prepare the merge of a worksheet."""
        self.stack, self.plan, self.result = stack, plan, result
        self.part, self.evaluation = stack.part, stack.row_evaluation
        self.names = [n for n in stack.raw if n != ROW_KEY]
        self.keys: dict[int, RowKey] = result.keys.setdefault(self.part.name, {})

    def merge(self) -> None:
        """Match all keyed rows and merge the edited ones."""
        self._parse_keys()
        stored = _stored_versions(self.part, self.keys.values())
        changed = {row: self._changed_fields(row, key) for row, key in self.keys.items()}
        self._drop_unchanged_errors(changed)
        edited_rows: list[int] = []
        for row, key in self.keys.items():
            if row in self.result.emptied.get(self.part.name, ()):
                continue
            if key.number not in stored:
                self._merge_missing_row(row, key, changed[row])
            else:
                self.evaluation.targets[row] = key.number
                self.evaluation.anchored[row] = frozenset()
                self.result.owners.setdefault(self.part.name, {})[row] = stored[key.number][1]
                if changed[row]:
                    edited_rows.append(row)
                elif not self.evaluation.verdicts[row]:
                    self.evaluation.verdicts[row] = UNCHANGED
        if edited_rows:
            self._compare(edited_rows, changed, {row: stored[self.keys[row].number][0] for row in edited_rows})
        if self.part.name == "clients":
            for row, edits in self.evaluation.anchored.items():
                self.stack.contacts[row] = [contact for contact in self.stack.contacts[row] if contact[2] in edits]

    def _parse_keys(self) -> None:
        """Parse the row keys, and report those that are invalid or copied."""
        bearers: dict[int, list[tuple[int, RowKey]]] = {}
        for row, text in enumerate(self.stack.raw[ROW_KEY]):
            if not text or not text.strip():
                continue
            try:
                key = row_keys.parse_row_key(text)
            except InvalidRowKey:
                key = None
            if key is None or key.part != self.part.name:
                self._unknown_key(row)
            else:
                bearers.setdefault(key.number, []).append((row, key))
        for rows in bearers.values():
            self._take(*self._original(rows))

    def _original(self, rows: list[tuple[int, RowKey]]) -> tuple[int, RowKey]:
        """Return the row most like the export among rows with the same key; the others are copies.

        The first of equals.
        """
        if len(rows) == 1:
            return rows[0]
        chosen = min(rows, key=lambda bearer: len(self._changed_fields(*bearer)))
        for row, _ in rows:
            if row != chosen[0]:
                self.evaluation.warn(
                    row,
                    ROW_KEY,
                    "",
                    bilingual(
                        "这一行是从别的行复制来的（行钥相同），按新行处理。",
                        "This row is a copy of another (it has the same row key) and counts as a new one.",
                    ),
                )
        return chosen

    def _take(self, row: int, key: RowKey) -> None:
        """Accept a keyed row; a row whose cells were all cleared is skipped."""
        self.keys[row] = key
        if self._base(key) is None:
            self.result.expired.add(key.export)
        if not any(text_of(self.stack.raw[name][row]) for name in self.names):
            self.result.emptied.setdefault(self.part.name, set()).add(row)
            self.evaluation.verdicts[row] = SKIPPED

    def _unknown_key(self, row: int) -> None:
        """Report an invalid key."""
        self.evaluation.fault(
            row,
            ROW_KEY,
            "",
            bilingual(
                "这一行的行钥不是本系统为这张表开具的，或被改动过。请用原导出文件中的这一行，或清空行钥列后按新行导入。",
                "This row's key was not made by this desk for this sheet, or was changed. Take the row from the exported file "
                "again, or empty the row key to bring it in as a new row.",
            ),
        )

    def _base(self, key: RowKey) -> dict[str, list[Any]] | None:
        """Return the exported columns of a key's worksheet, None if unknown."""
        return self.result.exports.held(key.export, key.part)

    def _changed_fields(self, row: int, key: RowKey) -> set[str]:
        """Return the fields of a row whose text differs from the export; all fields if that is unknown."""
        base = self._base(key)
        if base is None:
            return set(self.names)
        return {
            name
            for name in self.names
            if name in base and text_of(self.stack.raw[name][row]) != text_of(base[name][key.place])
        }

    def _drop_unchanged_errors(self, changed: dict[int, set[str]]) -> None:
        """Drop errors of cells that came back unchanged."""
        faults = self.evaluation.faults
        remaining = [
            error
            for error in faults
            if error.row not in changed or error.field in changed[error.row] or error.field == ROW_KEY
        ]
        for row in {error.row for error in faults} - {error.row for error in remaining}:
            self.evaluation.verdicts[row] = ""
        faults[:] = remaining

    def _merge_missing_row(self, row: int, key: RowKey, changed: set[str]) -> None:
        """Handle a row that was deleted, or is outside the scope.

        It becomes a new row if the user edited it and chose to create it.
        """
        if changed and self._base(key) is not None:
            decided = self.plan.decided.get(f"{self.part.name}:{key.number}:{GONE}") or self.plan.prefer
            self.result.cells.append(MergedCell(self.part.name, row, key.number, GONE, "", "", "", CLASH, decided))
            if decided == FILE:
                return
        if not self.evaluation.verdicts[row]:
            self.evaluation.verdicts[row] = SKIPPED
            self.evaluation.warn(
                row,
                ROW_KEY,
                "",
                bilingual(
                    "这一行导出之后已从系统中删除，或已不在您的范围内，没有导入。",
                    "This row was deleted since the export, or is no longer within your scope, and was left out.",
                ),
            )

    # --- three-way comparison ------------------------------------------------------------------------------

    def _compare(self, edited_rows: list[int], changed: dict[int, set[str]], versions: dict[int, int]) -> None:
        """Compare exported, returned and stored values of the edited rows."""
        ids = [self.keys[row].number for row in edited_rows]
        current_rows = frames.frame(self.part, (), language(), rows=ids)
        index_of = {number: place for place, number in enumerate(current_rows[frames.NUMBER].to_list())}
        indexes = [index_of[number] for number in ids]
        current = {
            name: [current_rows[name][index] for index in indexes]
            for name in current_rows.columns
            if not name.startswith("#")
        }
        base = {name: [self._exported_value(row, name) for row in edited_rows] for name in current}
        mine = {
            name: [self.stack.raw[name][row] if name in self.stack.raw else None for row in edited_rows]
            for name in current
        }
        parsed = [values_of(self.part, side) for side in (base, mine, current)]
        for index, row in enumerate(edited_rows):
            key = self.keys[row]
            has_base = self._base(key) is not None
            same_version = versions[row] == key.version
            sides = [
                {name: _intended_value(values[name][index], side[name][index]) for name in current}
                for values, side in zip(parsed, (base, mine, current), strict=True)
            ]
            if not has_base:
                sides[0] = {name: value for name, value in sides[2].items() if same_version and name != "staff"}
                sides[1] = {name: value for name, value in sides[1].items() if value != "" or name in sides[0]}
            wanted = {
                name: value
                for name, value in sides[1].items()
                if name in changed[row] and not self._is_not_editable(row, name)
            }
            outcome = three_way_merge.compare(sides[0], wanted, {name: sides[2][name] for name in current})
            edits = self._record_cells(
                row, outcome, [{name: side[name][index] for name in current} for side in (base, mine, current)]
            )
            self._complete_row(row, edits, {name: parsed[2][name][index] for name in current})

    def _exported_value(self, row: int, name: str) -> Any:
        """Return the exported value of a cell."""
        base = self._base(self.keys[row])
        return base[name][self.keys[row].place] if base is not None and name in base else None

    def _is_not_editable(self, row: int, name: str) -> bool:
        """Return whether a cell of a keyed row cannot be changed here: a masked one, or the client's name."""
        if name == "client_name":
            return True
        return any(hidden_row == row and hidden_name == name for hidden_row, hidden_name, _ in self.stack.hidden)

    def _record_cells(self, row: int, outcome: three_way_merge.Outcome, texts: list[dict[str, Any]]) -> frozenset[str]:
        """Record every differing cell; return the fields that the row changes."""
        row_id, edits = self.keys[row].number, set()

        def record(name: str, outcome_kind: str, decided: str = "", known: bool = True) -> None:
            base, mine, current = (text_of(side.get(name)) for side in texts)
            self.result.cells.append(
                MergedCell(self.part.name, row, row_id, name, base, mine, current, outcome_kind, decided, known)
            )

        for name in outcome.mine:
            if self._may_take(row, name, texts):
                edits.add(name)
                record(name, MINE)
        for name in outcome.agreed:
            record(name, AGREED)
        for name in outcome.theirs:
            record(name, THEIRS)
        for name, conflict in outcome.clashes.items():
            decided = self.plan.decided.get(f"{self.part.name}:{row_id}:{name}") or self.plan.prefer
            if self._may_take(row, name, texts):
                record(name, CLASH, decided, conflict.known)
                if decided == FILE:
                    edits.add(name)
        return frozenset(edits)

    def _may_take(self, row: int, name: str, texts: list[dict[str, Any]]) -> bool:
        """Return whether a changed cell may become an edit; otherwise report an error or a warning."""
        mine, stored = text_of(texts[1].get(name)), text_of(texts[2].get(name))
        if name in CHANNELS or name == "staff":
            if not mine:
                self.evaluation.warn(
                    row,
                    name,
                    stored,
                    bilingual(
                        "表格不会删除联系方式或服务人员，原值保留；请在客户页面上处理。",
                        "A worksheet removes neither contacts nor staff; they stay. Do it on the client's page.",
                    ),
                )
            return bool(mine)
        if not mine and not can_erase(self.part, name):
            self.evaluation.fault(
                row,
                name,
                "",
                bilingual(
                    "这一格不能清空，请填写，或恢复原值“{was}”。",
                    "This cell cannot be emptied: fill it in, or put back “{was}”.",
                    was=stored,
                ),
            )
            return False
        return True

    def _complete_row(self, row: int, edits: frozenset[str], current: dict[str, Any]) -> None:
        """Fill in the stored values of unchanged fields, so that rules see the whole row."""
        columns = self.stack.columns
        for name, value in current.items():
            if name not in edits and not (name in NAMING and name in columns):
                columns.setdefault(name, [None] * self.stack.count)[row] = value
        if not edits and not self.evaluation.verdicts[row]:
            self.evaluation.verdicts[row] = UNCHANGED
        self.evaluation.anchored[row] = edits


def can_erase(part: Worksheet, name: str) -> bool:
    """Return whether a cell of a stored row may be emptied."""
    model_field = field_behind(part.parameter(name))
    required = {parameter.name for parameter in ACTIONS[part.create].parameters if parameter.required} | {"code"}
    return model_field is not None and name not in required and bool(model_field.null or model_field.blank)


def _intended_value(value: Any, raw: Any) -> Any:
    """Return the value of a cell for comparison: its text if masked, times to the minute."""
    if value in (None, ""):
        return text_of(raw)
    return to_minute(value) if isinstance(value, datetime) else value


def _stored_versions(part: Worksheet, keys: Iterable[RowKey]) -> dict[int, tuple[int, int]]:
    """Return {id: (version, client id)} of the visible stored rows; 0 for rows of a worksheet that belongs to no clients."""
    model = model_of(part.model)
    owner = "pk" if part.name == "clients" or part.clients == "none" else "client_id"
    rows: dict[int, tuple[int, int]] = {}
    for some_ids in chunks(sorted({key.number for key in keys})):
        for pk, version, client in model.objects.filter(pk__among=some_ids).values_list("pk", "row_version", owner):
            rows[pk] = version, client if part.clients != "none" else 0
    return rows
