"""Rows of an exported workbook that come back: what was exported, what the file says now, what stands on the desk now.

Each row with a row key is tied to the row it stands for, wherever it stands in the sheet by now. Only what the user
changed is an edit; what others changed meanwhile stays; what both changed differently is a clash that a person decides.
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
GONE = ""  # the "field" of a clash about a row that was edited here and deleted on the desk
MINE, THEIRS, AGREED, CLASH = "mine", "theirs", "same", "clash"


@dataclass(frozen=True)
class MergedCell:
    """One cell that differs: exported, yours, on the desk now, as text. `fate` is MINE, THEIRS, AGREED or CLASH; of a
    clash `decided` says FILE, DESK or "" for not yet. `known` is False where nobody knows what was exported."""

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
        """The name under which a decision about the cell is kept."""
        return f"{self.part}:{self.number}:{self.field}"


@dataclass
class RoundtripMerge:
    """What came of the keyed rows of a file. `keys` gives each sheet its keyed rows, `placed` the rows of the exports
    that were found again or set aside, `expired` exports of which no copy is kept any more."""

    cells: list[MergedCell] = field(default_factory=list)
    keys: dict[str, dict[int, RowKey]] = field(default_factory=dict)
    emptied: dict[str, set[int]] = field(default_factory=dict)
    owners: dict[str, dict[int, int]] = field(default_factory=dict)
    expired: set[str] = field(default_factory=set)
    exports: Exports = field(default_factory=Exports)

    def open(self) -> list[MergedCell]:
        return [cell for cell in self.cells if cell.fate == CLASH and not cell.decided]


def merge_rows(stacks: dict[str, Stack], plan: ImportMapping) -> RoundtripMerge:
    """Tie every keyed row to its stored row, and leave in it only what the user changed."""
    made = RoundtripMerge()
    for stack in stacks.values():
        stack.columns.pop(ROW_KEY, None)
        if ROW_KEY in stack.raw:
            _SheetMerge(stack, plan, made).meet()
    return made


class _SheetMerge:
    """The keyed rows of one part."""

    def __init__(self, stack: Stack, plan: ImportMapping, meeting: RoundtripMerge) -> None:
        self.stack, self.plan, self.meeting = stack, plan, meeting
        self.part, self.weighed = stack.part, stack.weighed
        self.names = [n for n in stack.raw if n != ROW_KEY]
        self.keys: dict[int, RowKey] = meeting.keys.setdefault(self.part.name, {})

    def meet(self) -> None:
        self._open_keys()
        held = _stored(self.part, self.keys.values())
        changed = {row: self._changed(row, key) for row, key in self.keys.items()}
        self._forgive(changed)
        dirty: list[int] = []
        for row, key in self.keys.items():
            if row in self.meeting.emptied.get(self.part.name, ()):
                continue
            if key.number not in held:
                self._gone(row, key, changed[row])
            else:
                self.weighed.targets[row] = key.number
                self.weighed.anchored[row] = frozenset()
                self.meeting.owners.setdefault(self.part.name, {})[row] = held[key.number][1]
                if changed[row]:
                    dirty.append(row)
                elif not self.weighed.verdicts[row]:
                    self.weighed.verdicts[row] = UNCHANGED
        if dirty:
            self._compare(dirty, changed, {row: held[self.keys[row].number][0] for row in dirty})
        if self.part.name == "clients":
            for row, edits in self.weighed.anchored.items():
                self.stack.contacts[row] = [c for c in self.stack.contacts[row] if c[2] in edits]

    def _open_keys(self) -> None:
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
            self._take(*self._truest(rows))

    def _truest(self, rows: list[tuple[int, RowKey]]) -> tuple[int, RowKey]:
        """Of rows that bear one key, the one most like what was exported (the first of equals); the others are copies."""
        if len(rows) == 1:
            return rows[0]
        chosen = min(rows, key=lambda bearer: len(self._changed(*bearer)))
        for row, _ in rows:
            if row != chosen[0]:
                self.weighed.warn(
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
        self.keys[row] = key
        if self._base(key) is None:
            self.meeting.expired.add(key.export)
        if not any(text_of(self.stack.raw[n][row]) for n in self.names):
            self.meeting.emptied.setdefault(self.part.name, set()).add(row)
            self.weighed.verdicts[row] = SKIPPED

    def _unknown_key(self, row: int) -> None:
        self.weighed.fault(
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
        return self.meeting.exports.held(key.export, key.part)

    def _changed(self, row: int, key: RowKey) -> set[str]:
        """The fields of a row whose text is not what was exported; all of them where nobody knows."""
        base = self._base(key)
        if base is None:
            return set(self.names)
        return {n for n in self.names if n in base and text_of(self.stack.raw[n][row]) != text_of(base[n][key.place])}

    def _forgive(self, changed: dict[int, set[str]]) -> None:
        """A cell that came back as it went out is not at fault."""
        faults = self.weighed.faults
        kept = [f for f in faults if f.row not in changed or f.field in changed[f.row] or f.field == ROW_KEY]
        for row in {f.row for f in faults} - {f.row for f in kept}:
            self.weighed.verdicts[row] = ""
        faults[:] = kept

    def _gone(self, row: int, key: RowKey, changed: set[str]) -> None:
        """A row that is no longer on the desk, or not in sight: as new where the user edited it and wants it."""
        if changed and self._base(key) is not None:
            decided = self.plan.decided.get(f"{self.part.name}:{key.number}:{GONE}") or self.plan.prefer
            self.meeting.cells.append(MergedCell(self.part.name, row, key.number, GONE, "", "", "", CLASH, decided))
            if decided == FILE:
                return
        if not self.weighed.verdicts[row]:
            self.weighed.verdicts[row] = SKIPPED
            self.weighed.warn(
                row,
                ROW_KEY,
                "",
                bilingual(
                    "这一行导出之后已从系统中删除，或已不在您的范围内，没有导入。",
                    "This row was deleted since the export, or is no longer within your sight, and was left out.",
                ),
            )

    # --- three ways ------------------------------------------------------------------------------

    def _compare(self, dirty: list[int], changed: dict[int, set[str]], versions: dict[int, int]) -> None:
        numbers = [self.keys[row].number for row in dirty]
        now = frames.frame(self.part, (), language(), rows=numbers)
        places = {number: place for place, number in enumerate(now[frames.NUMBER].to_list())}
        taken = [places[number] for number in numbers]
        current = {n: [now[n][p] for p in taken] for n in now.columns if not n.startswith("#")}
        base = {n: [self._of_base(row, n) for row in dirty] for n in current}
        mine = {n: [self.stack.raw[n][row] if n in self.stack.raw else None for row in dirty] for n in current}
        read = [values_of(self.part, side) for side in (base, mine, current)]
        for at, row in enumerate(dirty):
            key = self.keys[row]
            told = self._base(key) is not None
            same_version = versions[row] == key.version
            sides = [
                {n: _intended_value(values[n][at], side[n][at]) for n in current}
                for values, side in zip(read, (base, mine, current), strict=True)
            ]
            if not told:
                sides[0] = {n: v for n, v in sides[2].items() if same_version and n != "staff"}
                sides[1] = {n: v for n, v in sides[1].items() if v != "" or n in sides[0]}
            wanted = {n: v for n, v in sides[1].items() if n in changed[row] and not self._says_nothing(row, n)}
            outcome = three_way_merge.compare(sides[0], wanted, {n: sides[2][n] for n in current})
            edits = self._settle(row, outcome, [{n: side[n][at] for n in current} for side in (base, mine, current)])
            self._merge(row, edits, {n: read[2][n][at] for n in current})

    def _of_base(self, row: int, name: str) -> Any:
        base = self._base(self.keys[row])
        return base[name][self.keys[row].place] if base is not None and name in base else None

    def _says_nothing(self, row: int, name: str) -> bool:
        """Cells of a keyed row that are not the user's to change here: a masked one, and by whom a row is named."""
        if name == "client_name":
            return True
        return any(r == row and n == name for r, n, _ in self.stack.hidden)

    def _settle(self, row: int, outcome: three_way_merge.Outcome, texts: list[dict[str, Any]]) -> frozenset[str]:
        """The fields that the row changes; every differing cell is told."""
        number, edits = self.keys[row].number, set()

        def tell(name: str, fate: str, decided: str = "", known: bool = True) -> None:
            base, mine, current = (text_of(side.get(name)) for side in texts)
            self.meeting.cells.append(
                MergedCell(self.part.name, row, number, name, base, mine, current, fate, decided, known)
            )

        for name in outcome.mine:
            if self._may_take(row, name, texts):
                edits.add(name)
                tell(name, MINE)
        for name in outcome.agreed:
            tell(name, AGREED)
        for name in outcome.theirs:
            tell(name, THEIRS)
        for name, clash in outcome.clashes.items():
            decided = self.plan.decided.get(f"{self.part.name}:{number}:{name}") or self.plan.prefer
            if self._may_take(row, name, texts):
                tell(name, CLASH, decided, clash.known)
                if decided == FILE:
                    edits.add(name)
        return frozenset(edits)

    def _may_take(self, row: int, name: str, texts: list[dict[str, Any]]) -> bool:
        """Whether a changed cell may become an edit; otherwise it is at fault, or says what it cannot do."""
        mine, was = text_of(texts[1].get(name)), text_of(texts[2].get(name))
        if name in CHANNELS or name == "staff":
            if not mine:
                self.weighed.warn(
                    row,
                    name,
                    was,
                    bilingual(
                        "表格不会删除联系方式或服务人员，原值保留；请在客户页面上处理。",
                        "A worksheet removes neither contacts nor staff; they stay. Do it on the client's page.",
                    ),
                )
            return bool(mine)
        if not mine and not can_erase(self.part, name):
            self.weighed.fault(
                row,
                name,
                "",
                bilingual(
                    "这一格不能清空，请填写，或恢复原值“{was}”。",
                    "This cell cannot be emptied: fill it in, or put back “{was}”.",
                    was=was,
                ),
            )
            return False
        return True

    def _merge(self, row: int, edits: frozenset[str], current: dict[str, Any]) -> None:
        """The row as it will be: what is no edit stands as it does on the desk, so that rules see it whole."""
        columns = self.stack.columns
        for name, value in current.items():
            if name not in edits and not (name in NAMING and name in columns):
                columns.setdefault(name, [None] * self.stack.count)[row] = value
        if not edits and not self.weighed.verdicts[row]:
            self.weighed.verdicts[row] = UNCHANGED
        self.weighed.anchored[row] = edits


def can_erase(part: Worksheet, name: str) -> bool:
    """Whether a cell of a stored row may be emptied."""
    behind = field_behind(part.parameter(name))
    required = {t.name for t in ACTIONS[part.create].parameters if t.required} | {"code"}
    return behind is not None and name not in required and bool(behind.null or behind.blank)


def _intended_value(value: Any, raw: Any) -> Any:
    """What a cell means, for comparison: its value, or its text where that is masked; times to the minute."""
    if value in (None, ""):
        return text_of(raw)
    return to_minute(value) if isinstance(value, datetime) else value


def _stored(part: Worksheet, keys: Iterable[RowKey]) -> dict[int, tuple[int, int]]:
    """{number: (version, client)} of the rows that are there and in sight."""
    model = model_of(part.model)
    owner = "pk" if part.name == "clients" else "client_id"
    found: dict[int, tuple[int, int]] = {}
    for some in chunks(sorted({key.number for key in keys})):
        for pk, version, client in model.objects.filter(pk__among=some).values_list("pk", "row_version", owner):
            found[pk] = version, client
    return found
