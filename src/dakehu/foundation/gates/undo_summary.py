"""Summary of the changes of acts for a reader: clients by name, old and new values, masked by the reader's
clearance."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model

from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.actions.models import Batch
from dakehu.foundation.actions.undo import UndoLog
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual, join_items, language
from dakehu.foundation.gates.output import Column, columns_of, name_of, render_values
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.custom_fields import STORE
from dakehu.foundation.schema.fields import Computed, model_of
from dakehu.foundation.schema.names import name_of_table

MOST_CHANGES = 5  # of one act
MOST_FIELDS = 8  # of one row
LONGEST = 80  # characters of a value
LARGE = 2_000  # rows of an act beyond which single values are not listed


@dataclass
class Summary:
    """One entry as text. `about` names the clients, `changes` are [{record, kind, fields}] as returned by
    `workbook.undoable`, `more` the number left out. `client` is the only client it is about, if visible to the reader.
    `is_visible` is False where its client is outside the reader's scope."""

    about: str = ""
    who: str = ""
    clients: int = 0
    client: int | None = None
    is_visible: bool = True
    changes: list[dict[str, Any]] = field(default_factory=list)
    more: int = 0


@dataclass
class _Change:
    """One row before and after: values by column, {} where there was or is none."""

    entry: int
    label: str
    pk: int
    was: dict[str, Any]
    becomes: dict[str, Any]

    @property
    def kind(self) -> str:
        return "changed" if self.was and self.becomes else "created" if self.becomes else "deleted"

    @property
    def values(self) -> dict[str, Any]:
        return self.becomes or self.was


def summarize(rows: list[Batch]) -> list[Summary]:
    """Return the changes of each entry, in the order of the rows."""
    named = {number for row in rows for number in (row.client_ref, *row.report.get("named", ())) if number}
    clients = scope.client_model().objects.in_bulk(named)
    users = dict(get_user_model().objects.filter(pk__in={row.owner_ref for row in rows}).values_list("pk", "name"))
    summaries = {row.pk: _heading(row, clients, users) for row in rows}
    changes = [change for row in rows for change in _changes_of(row, summaries[row.pk], clients)]
    for change, texts in zip(changes, _texts(changes), strict=True):
        summaries[change.entry].changes.append(texts)
    for summary in summaries.values():
        saying = [texts for texts in summary.changes if texts["fields"]]
        summary.changes = saying or [texts for texts in summary.changes if texts["kind"] != "changed"]
    return [summaries[row.pk] for row in rows]


def _heading(row: Batch, clients: dict[int, Any], users: dict[int, str]) -> Summary:
    refs = row.report.get("named") or ([row.client_ref] if row.client_ref else [])
    count = row.report.get("clients") or len(refs)
    seen = [name_of(clients[ref], current_actor().clearance) for ref in refs if ref in clients]
    if not refs:
        about = row.filename
    elif not seen:
        about = str(bilingual("不在您范围内的客户", "A client outside your scope"))
    elif count > len(seen):
        about = str(bilingual("{named} 等 {n} 位客户", "{named} and others, {n} clients", named=seen[:2], n=count))
    else:
        about = join_items(seen, language())
    who = users.get(row.owner_ref or 0) or str(bilingual("系统", "System"))
    client = refs[0] if len(refs) == 1 and refs[0] in clients else None
    return Summary(about=about, who=who, clients=count, client=client, is_visible=bool(seen or not refs))


def _changes_of(row: Batch, summary: Summary, clients: dict[int, Any]) -> list[_Change]:
    """Return the changed rows of an entry that are visible to the reader and relevant to a person."""
    if not summary.is_visible or not row.undo_log:
        return []
    try:
        log = undo_entries.log_of(row)
    except Refused:
        return []
    if not log.keeps_after or log.count() > LARGE:
        return []
    found = [change for change in _rows_of(row.pk, log) if _is_visible_change(change, row, clients)]
    summary.more = max(len(found) - MOST_CHANGES, 0)
    return found[:MOST_CHANGES]


def _rows_of(entry: int, log: UndoLog) -> Iterable[_Change]:
    for label, born in log.created.items():
        yield from (_Change(entry, label, pk, {}, values) for pk, values in born.values.items())
    for label, rows in log.changed.items():
        yield from (_Change(entry, label, pk, row.before, row.after) for pk, row in rows.items() if row.after)
    for label, gone in log.deleted.items():
        yield from (_Change(entry, label, pk, values, {}) for pk, values in gone.items())


def _is_visible_change(change: _Change, row: Batch, clients: dict[int, Any]) -> bool:
    """Return whether the reader may see a row: of a client in scope, or of no client. Rows of unnamed tables are
    internal."""
    model = model_of(change.label)
    if getattr(model, "names", None) is None or not issubclass(model, Recorded):
        return False
    if not model.client_path:
        return True
    if model.client_path == "pk":
        return change.pk in clients
    owner = change.values.get(f"{model.client_path}_id", row.client_ref)
    return owner in clients


def _texts(changes: list[_Change]) -> list[dict[str, Any]]:
    """Return [{record, kind, fields: [{label, was, becomes}]}] for each change, rendered once per table."""
    made: dict[int, dict[str, Any]] = {}
    by_model: dict[str, list[int]] = {}
    for place, change in enumerate(changes):
        by_model.setdefault(change.label, []).append(place)
    for label, places in by_model.items():
        model, count = model_of(label), len(places)
        columns = {column.name: column for column in columns_of(model) if not isinstance(column.field, Computed)}
        shown = render_values(model, [changes[at].was for at in places] + [changes[at].becomes for at in places])
        for at, was, becomes in zip(places, shown[:count], shown[count:], strict=True):
            names = _names_worth_saying(changes[at], columns, was, becomes)
            made[at] = {
                "record": str(name_of_table(label)),
                "kind": changes[at].kind,
                "fields": [
                    {
                        "label": columns[name].label,
                        "was": _shorten_text(was.get(name, "")),
                        "becomes": _shorten_text(becomes.get(name, "")),
                    }
                    for name in names[:MOST_FIELDS]
                ],
            }
    return [made[at] for at in range(len(changes))]


def _names_worth_saying(
    change: _Change, columns: dict[str, Column], was: dict[str, str], becomes: dict[str, str]
) -> list[str]:
    """Return the changed fields, or of a whole row the listed non-empty ones; never the client, shown separately, nor
    internal fields."""
    client = model_of(change.label).client_path
    names = [
        name
        for name, column in columns.items()
        if name != client and column.kind != "json" and (name in was or name in becomes)
    ]
    if change.kind == "changed":
        changed = _changed_custom_fields(change) if STORE in change.was else set()
        return [name for name in names if not getattr(columns[name].field, "custom", False) or name in changed]
    shown = becomes or was
    said = [name for name in names if shown.get(name)]
    return [name for name in said if columns[name].spec.listed] or said


def _changed_custom_fields(change: _Change) -> set[str]:
    """Return the custom fields whose stored values differ."""
    was, becomes = change.was.get(STORE) or {}, change.becomes.get(STORE) or {}
    return {name for name in {**was, **becomes} if was.get(name) != becomes.get(name)}


def _shorten_text(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
