"""Base classes of rows whose every change is recorded, and the record of the open action.

Saving outside an action raises WriteOutsideAction: an unaudited change cannot run.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import models

from dakehu.foundation.access import client_tables, scope
from dakehu.foundation.access.actor import Reach, acting_as, current_actor
from dakehu.foundation.access.encrypted_fields import BlindIndex, EncryptedValue
from dakehu.foundation.base.errors import NotAllowed, NotFound, WriteOutsideAction
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records import deletion
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.search import index


@dataclass
class Change:
    """One row created, changed, deleted or decrypted. `before`, `after`: plain values by field name."""

    model: str
    pk: Any
    kind: str  # created | changed | deleted | opened | many
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    client_id: int | None = None


@dataclass
class ActionRecord:
    """The record of the action being performed: its changes and events, stored when it succeeds."""

    name: str
    reason: str = ""
    changes: list[Change] = field(default_factory=list)
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    inner: list[str] = field(default_factory=list)
    note: dict[str, Any] = field(default_factory=dict)
    client_id: int | None = None  # the client it is about, if its changes concern several
    undo_log: Any = None  # actions.undo.UndoLog, if the action can be undone later
    undo_entry: Any = None  # its undo entry, once requested or stored
    looked_up: dict[str, Any] = field(default_factory=dict)  # cache of rules for all actions within this one


_open: ContextVar[ActionRecord | None] = ContextVar("dakehu_act", default=None)


def open_act() -> ActionRecord | None:
    """Return the record of the open action, None without one."""
    return _open.get()


def current_act() -> ActionRecord:
    """Return the record of the open action. Raises WriteOutsideAction without one."""
    act = _open.get()
    if act is None:
        raise WriteOutsideAction("nothing is written outside an action (see dakehu.foundation.actions.registry)")
    return act


@contextmanager
def recording(act: ActionRecord) -> Iterator[ActionRecord]:
    """Collect every change inside the block into `act`."""
    client_tables.forget_empty_tables()
    token = _open.set(act)
    try:
        yield act
    finally:
        _open.reset(token)


def publish_event(event: str, **payload: Any) -> None:
    """Publish an event; its reactions (`@on_event(event)`) run after the action has committed.

    The payload is plain JSON values.
    """
    current_act().events.append((event, payload))


def add_audit_note(**values: Any) -> None:
    """Add values to the audit entry of the open action (a file's hash, counts)."""
    current_act().note.update(values)


def record_decryption(place: str) -> None:
    """Record that an encrypted value was decrypted. Raises NotAllowed without permission."""
    actor = current_actor()
    act = current_act()
    if not (actor.is_system or "sealed.open" in actor.permissions):
        raise NotAllowed(bilingual("查看加密信息", "open sealed values"), "sealed.open")
    act.changes.append(Change(place, None, "opened"))


class Recorded(models.Model):
    """A row whose every change is recorded. `row_version` increases by one with each change."""

    row_version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    changed_at = models.DateTimeField(auto_now=True, editable=False)

    client_path = ""  # lookup path from this row to its client; "" for rows that are not client data
    across_only = ""  # a flag column: flagged rows are visible only to readers who see across information walls
    deduplicate_on_merge = False  # whether a merge of clients keeps only one of two equal rows
    lookup_fields: tuple[str, ...] = ()  # fields by which a person may identify a row of this model
    is_chosen_from_list = False  # whether forms offer its rows in a list: for small tables, by their `choice_label`
    former_lookup = ""  # lookup path to former names, each of which identified one row
    computed_columns: tuple[Any, ...] = ()
    list_filters: dict[str, Any] = {}  # {name: rows and a value → rows}: filters of lists in addition to the columns
    applies_by = ""  # the choice field that determines which fields apply (FieldSpec.applies_to); "" for none
    erased_when_empty = False  # whether a row is deleted with the last client row referring to it, on erasure
    is_withheld_from_client = False  # whether the law excludes its rows from the copy that a client may request
    written_by_desk: Any = (
        None  # Q of rows that no user wrote or worked on: an undo removes them with the rows they depend on
    )
    field_groups: dict[str, Any] = {"": ""}  # {group: its title}, in display order

    objects: Any = scope.Common()

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any, **options: Any) -> Any:
        """Load a row and store its original values."""
        row = super().from_db(db, field_names, values, **options)
        row._loaded = _copy_values(zip(field_names, values, strict=False))
        return row

    def save(self, *args: Any, **options: Any) -> None:
        """Save the row and record its changes in the open action; unchanged rows are not written."""
        act = current_act()
        adding = self._state.adding
        before = {} if adding else getattr(self, "_loaded", {})
        tracked = {column.attname: column for column in self._meta.concrete_fields if is_tracked(column)}
        after = {name: getattr(self, name) for name in tracked}
        changed = {
            name: value
            for name, value in after.items()
            if adding or name not in before or not _is_equal(before[name], value)
        }
        if adding:
            self._check_client_visible()
            super().save(*args, **options)
            index.update(type(self), [self], new=True)
            if act.undo_log is not None:
                act.undo_log.record_created(type(self), [self])
            changed = {name: value for name, value in after.items() if value not in (None, "", False)}
        elif changed:
            if act.undo_log is not None:
                act.undo_log.record_changes(type(self), [self], [tracked[name].name for name in changed])
            self.row_version += 1
            columns = [tracked[name].name for name in changed]
            columns += [column.name for column in self._meta.concrete_fields if isinstance(column, BlindIndex)]
            super().save(force_update=True, update_fields=[*columns, "row_version", "changed_at"])
            if index.is_affected_by(type(self), columns):
                index.update(type(self), [self], new=False)
        else:
            return
        self._loaded = {**before, **_copy_values(after.items())}
        previous = {} if adding else {name: before.get(name) for name in changed}
        custom_fields.spread_changes(previous, changed)
        act.changes.append(
            Change(
                self._meta.label,
                self.pk,
                "created" if adding else "changed",
                previous,
                changed,
                self.owning_client_id(),
            )
        )

    def delete(self, *args: Any, **options: Any) -> Any:
        """Delete the row and record it in the open action."""
        act = current_act()
        sight = replace(current_actor(), reach=Reach.SYSTEM)
        with acting_as(sight):
            deletion.release_references(self)
        if act.undo_log is not None:
            act.undo_log.record_deletion_with_dependents(self)
        self.record_deletion()
        index.remove(type(self), [self.pk])
        with acting_as(sight):
            deletion.delete_with_dependents(self)
        return None

    @property
    def choice_label(self) -> str:
        """Return the label of the row in a form's choices."""
        return str(self)

    def record_deletion(self) -> None:
        """Record in the open action that the row is deleted, with its values."""
        values = {
            column.attname: getattr(self, column.attname) for column in self._meta.concrete_fields if is_tracked(column)
        }
        custom_fields.spread_changes(values, {})
        current_act().changes.append(Change(self._meta.label, self.pk, "deleted", values, {}, self.owning_client_id()))

    def _check_client_visible(self) -> None:
        """Raise NotFound where the row's client is outside the actor's scope."""
        client = self.owning_client_id() if self.client_path not in ("", "pk") else None
        if client is not None and not scope.client_model().objects.filter(pk=client).exists():
            raise NotFound(bilingual("客户", "client"))

    def owning_client_id(self) -> int | None:
        """Return the id of the client the row belongs to, for the audit; None if it belongs to none."""
        if not self.client_path:
            return None
        if self.client_path == "pk":
            return self.pk
        head, _, rest = self.client_path.partition("__")
        if not rest:
            return getattr(self, f"{head}_id")
        value: Any = self
        for step in self.client_path.split("__"):
            value = getattr(value, step)
        return value.pk if value is not None else None


class ClientRecorded(Recorded):
    """A row of client data: read through the scope, written in actions."""

    objects: Any = scope.Scoped()

    class Meta:
        abstract = True
        base_manager_name = "objects"


UNTRACKED = {"row_version", "created_at", "changed_at"}


def is_tracked(f: Any) -> bool:
    """Return whether changes of a field are recorded."""
    return not f.primary_key and f.name not in UNTRACKED and not isinstance(f, BlindIndex)


def _copy_values(values: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Copy values by name, so that a list or dictionary changed in place differs from them."""
    copies = dict(values)
    for name, value in copies.items():
        if type(value) is dict or type(value) is list:
            copies[name] = deepcopy(value)
    return copies


def _is_equal(before: Any, after: Any) -> bool:
    """Return whether two values are equal; compares encrypted values by their contents."""
    if isinstance(before, EncryptedValue):
        return after not in (None, "") and before == after
    return bool(before == after)


def write_columns(model: Any, pk: Any, values: dict[str, Any]) -> None:
    """Set columns of one row in the open action without loading it (key rotation, stored figures)."""
    open_act = current_act()
    if open_act.undo_log is not None and issubclass(model, Recorded):
        open_act.undo_log.record_overwrite(model, pk, values)
    open_act.changes.append(Change(model._meta.label, pk, "changed", {}, dict(values)))
    models.QuerySet(model).filter(pk=pk).update(**values)
