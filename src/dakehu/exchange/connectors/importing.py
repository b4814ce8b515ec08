"""The second half of a run: pass the fetched rows to the ordinary import, and store the result for every record.

The import's own act writes rows, links and cursors together: if killed, nothing is written; if undone, all is removed.
"""

from collections import Counter
from typing import Any

import polars as pl

from dakehu.domains.growth.opportunities.actions import ensure_pipelines
from dakehu.exchange.connectors import fetching, landing_book, row_files
from dakehu.exchange.connectors.desk_records import DeskRecords
from dakehu.exchange.connectors.kinds import KINDS
from dakehu.exchange.connectors.landing_book import Rows
from dakehu.exchange.connectors.landings import CLIENTS, KEPT, OPPORTUNITIES
from dakehu.exchange.connectors.models import RecordLink, Run, SourceTable
from dakehu.exchange.connectors.source import ID, MODIFIED
from dakehu.exchange.imports import frame_files, origins
from dakehu.exchange.imports.dry_run import DryRun
from dakehu.foundation.base.i18n import Bilingual, bilingual, in_language
from dakehu.foundation.files import store as files
from dakehu.foundation.imports import batches
from dakehu.foundation.imports.row_matching import CREATED, ERROR, SKIPPED, UNCHANGED, UPDATED
from dakehu.foundation.records.bulk import record_columns

ORIGIN = "connection"
UNDO_DAYS = 90  # that replaced files are kept: the period in which an import can be undone
REASONS = 30  # kinds of reasons shown for a table
COUNTED = (CREATED, UPDATED, UNCHANGED, SKIPPED)


def open_batch(run: Run) -> Any:
    """Open a batch with all rows to import of a run; None where no table has any. Adds notes to the run."""
    kind = KINDS[str(run.connection.kind)]
    if any(kind.landings[name].part == OPPORTUNITIES for name in run.fetched if name in kind.landings):
        ensure_pipelines()
    desk = DeskRecords(run.connection, kind.code_prefix)
    stored = {row.name: row for row in SourceTable.objects.filter(connection=run.connection)}
    tables = [name for name in kind.landings if name in run.fetched]
    rows = {
        name: _rows(run, name, stored.get(name))
        for name in sorted(tables, key=lambda name: kind.landings[name].part != KEPT)
    }
    for one in rows.values():
        if one.landing.links:
            desk.learn_parents(one.landing, row_files.merge(one.before, one.now).to_dicts())
        if one.landing.part == CLIENTS:
            desk.learn_names(one.landing, one.before.to_dicts())
            desk.learn_clients(one.landing, one.now.to_dicts())
    sheets, plan = landing_book.build(run.connection, desk, [rows[name] for name in tables])
    if desk.unknown_staff:
        said = bilingual(
            "这些负责人不是本系统的人员，未对应到人：{names}。请先登记人员，或在人员资料里填写相同的邮箱。",
            "These owners are nobody on the desk: {names}. Enter them first, or give staff the same mail address.",
            names=[f"{name}（{count}）" for name, count in desk.unknown_staff.most_common(20)],
        )
        run.notes = [*run.notes, [said.in_("zh"), said.in_("en")]]
    if not sheets:
        return None
    return origins.open_batch(f"{run.connection.name} {run.pk}", sheets, plan, kind=ORIGIN, number=run.pk)


def _rows(run: Run, name: str, stored: SourceTable | None) -> Rows:
    """Return the rows of a table to import (for a table that is only stored: the fetched rows)."""
    landing = KINDS[str(run.connection.kind)].landings[name]
    before = row_files.load(stored.rows_key if stored else "")
    fetched = fetching.rows_of(run, name)
    aside = row_files.load(stored.aside_key if stored else "")
    now = landing_book.rows_to_import(fetched, before, aside) if landing.part != KEPT else fetched
    return Rows(fetching.shape_of(run, name), landing, now, before)


def outcome_of(run: Run, name: str) -> dict[str, Any]:
    """Return the counts of a table before anything is imported."""
    state = run.fetched[name]
    seen = sum(page["rows"] for page in state["pages"])
    part = KINDS[str(run.connection.kind)].landings[name].part
    counts = dict.fromkeys((*COUNTED, "aside", "kept"), 0)
    return {
        "label": state["label"],
        "part": part,
        "seen": seen,
        "deleted": len(state["deleted"]),
        "reasons": [],
        **counts,
    }


class ConnectionWriter:
    """Records what an import does with the rows of a run (imports.origins.OriginWriter)."""

    def __init__(self, batch: Any) -> None:
        self.run = Run.objects.select_related("connection").get(pk=origins.origin_of(batch)[1])  # type: ignore[index]
        self.sheets = frame_files.records_of(batches.content_of(batch)[0])
        self.landed: dict[str, set[str]] = {}
        self.aside: dict[str, set[str]] = {}
        self.rows_of_desk: dict[tuple[str, str], dict[str, int]] = {}  # {(table, part): {record: row}}
        self.outcomes = {name: outcome_of(self.run, name) for name in self.run.fetched}
        self.reasons: dict[str, Counter[tuple[str, str]]] = {}

    def add(self, made: DryRun) -> None:
        """Record verdict, row and reasons of every record in a part that was written."""
        for part, stack in made.stacks.items():
            verdicts = stack.row_evaluation.verdicts
            targets = made.clients.people if part == CLIENTS and made.clients else stack.row_evaluation.targets
            places: dict[int, tuple[str, str]] = {}
            for row, (number, line) in enumerate(stack.origin):
                grid = made.grids[number]
                if grid.of is not None:
                    continue
                table, records = self.sheets[grid.plan.sheet]
                record = records[grid.lines[line] - 1]
                places[row] = table, record
                self._note(table, part, record, verdicts[row], targets[row])
            for fault in stack.row_evaluation.faults:
                if fault.row in places:
                    self._reason(places[fault.row][0], made.stacks[part].part.spec(fault.field), fault.message)

    def _note(self, table: str, part: str, record: str, verdict: str, row: int | None) -> None:
        outcome = self.outcomes[table]
        if verdict == ERROR:
            self.aside.setdefault(table, set()).add(record)
            outcome["aside"] += 1
            return
        self.landed.setdefault(table, set()).add(record)
        outcome[verdict if verdict in COUNTED else SKIPPED] += 1
        if row is not None and row > 0:
            self.rows_of_desk.setdefault((table, part), {})[record] = row

    def _reason(self, table: str, spec: Any, message: Bilingual) -> None:
        """Count a reason by its text. Inserted values belong to clients and are omitted, except the field's name."""
        texts = {}
        for code, template, label in (("zh", message.zh, spec.zh), ("en", message.en, spec.en)):
            filled = {
                name: label if str(value) in (spec.zh, spec.en) else "…" for name, value in message.values.items()
            }
            texts[code] = template.format(**filled) if filled else template
        zh, en = f"{spec.zh}：{texts['zh']}", f"{spec.en}: {texts['en']}"
        self.reasons.setdefault(table, Counter())[zh, en] += 1

    def finish(self) -> dict[str, Any]:
        """Write links, rows and cursors; return the outcome of each table for the report."""
        for (table, part), rows in self.rows_of_desk.items():
            self._link(table, part, rows)
        for name in self.run.fetched:
            self.outcomes[name]["reasons"] = [
                [zh, en, n] for (zh, en), n in self.reasons.get(name, Counter()).most_common(REASONS)
            ]
            store_table(self.run, name, self.outcomes[name], self.landed.get(name, set()), self.aside.get(name, set()))
        return {"connection": self.outcomes}

    def _link(self, table: str, part: str, rows: dict[str, int]) -> None:
        """Store new links between records and rows."""
        known = set(
            RecordLink.objects.filter(connection=self.run.connection, part=part).values_list("record", flat=True)
        )
        new = {record: row for record, row in rows.items() if record not in known}
        if new:
            count = len(new)
            columns = {
                "connection_id": [self.run.connection_id] * count,
                "table": [table] * count,
                "part": [part] * count,
            }
            record_columns(RecordLink, count, {**columns, "record": list(new), "row_ref": list(new.values())})


def store_table(run: Run, name: str, outcome: dict[str, Any], landed: set[str], aside: set[str]) -> None:
    """Store which rows of a table were imported and set aside, and up to when it was read. Call inside an act."""
    shape = fetching.shape_of(run, name)
    stored = SourceTable.objects.filter(connection=run.connection, name=name).first()
    row = stored or SourceTable(connection=run.connection, name=name)
    before, waiting = row_files.load(row.rows_key), row_files.load(row.aside_key)
    fetched = fetching.rows_of(run, name)
    row.label, row.columns = shape.label[:80], run.fetched[name]["columns"]
    row.cursor = fetching.cursor_of(run, fetched, row.cursor)
    if outcome["part"] == KEPT:
        gone = set(run.fetched[name]["deleted"])
        differing = row_files.changed_rows(fetched, before)
        rows = row_files.merge(before, fetched).filter(~pl.col(ID).is_in(list(gone)))
        if differing.height or rows.height != before.height:
            row.rows_key, row.rows = replace_rows(row.rows_key, name, rows), rows.height
        outcome["kept"] = row.rows
    else:
        tried = row_files.merge(waiting, fetched).drop(MODIFIED, strict=False)
        outcome[UNCHANGED] += max(fetched.height - len(landed | aside), 0)
        if landed:
            rows = row_files.merge(before, tried.filter(pl.col(ID).is_in(list(landed))))
            row.rows_key, row.rows = replace_rows(row.rows_key, name, rows), rows.height
        if aside or row.aside:
            rest = tried.filter(pl.col(ID).is_in(list(aside)))
            row.aside_key = (
                replace_rows(row.aside_key, f"{name} aside", rest) if rest.height else _release_file(row.aside_key)
            )
            row.aside = rest.height
    if stored is not None or row.rows or row.aside:
        row.save()


def has_news(run: Run, name: str, stored: SourceTable) -> bool:
    """Return whether a table of a run differs from its stored state."""
    fetched = fetching.rows_of(run, name)
    return bool(
        row_files.changed_rows(fetched, row_files.load(stored.rows_key)).height
        or run.fetched[name]["deleted"]
        or run.fetched[name]["columns"] != stored.columns
    )


def replace_rows(key: str, name: str, rows: pl.DataFrame) -> str:
    """Save rows to replace those under a key, which are kept while the import can be undone; return the new key."""
    _release_file(key)
    return row_files.save(name, rows)


def _release_file(key: str) -> str:
    """Let the file under a key expire once no undo needs it; return an empty key."""
    if key:
        files.expire(key, UNDO_DAYS)
    return ""


def failure_texts(message: Any) -> dict[str, str]:
    """Return a text in both languages, from a message of any type."""
    texts = {}
    for code in ("zh", "en"):
        with in_language(code):
            texts[code] = str(message)
    return texts


origins.register(ORIGIN, ConnectionWriter)
