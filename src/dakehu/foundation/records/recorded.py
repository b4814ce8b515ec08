"""Rows whose every change is recorded, and the record of the act that is open.

Saving outside an open act raises WriteOutsideAction: an unaudited change is not forbidden by a rule, it does not run.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import models

from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import Reach, acting_as, current_actor
from dakehu.foundation.access.encrypted_fields import BlindIndex, EncryptedValue
from dakehu.foundation.base.errors import NotAllowed, NotFound, WriteOutsideAction
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.search import index


@dataclass
class Change:
    """One row made, changed, deleted or opened. `before` and `after` hold plain values by field name."""

    model: str
    pk: Any
    kind: str  # created | changed | deleted | opened | many
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    client_id: int | None = None


@dataclass
class ActionRecord:
    """What is being done now: its changes and announcements, written down when it ends well."""

    name: str
    reason: str = ""
    changes: list[Change] = field(default_factory=list)
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    inner: list[str] = field(default_factory=list)
    note: dict[str, Any] = field(default_factory=dict)
    client_id: int | None = None  # the client it is about, where its changes concern several
    undo_log: Any = None  # actions.undo.UndoLog while what is written may be undone later


_open: ContextVar[ActionRecord | None] = ContextVar("dakehu_act", default=None)


def open_act() -> ActionRecord | None:
    """Return the record of the act that is open, or None."""
    return _open.get()


def current_act() -> ActionRecord:
    """Return the record of the open act. Raises WriteOutsideAction where none is open."""
    act = _open.get()
    if act is None:
        raise WriteOutsideAction("nothing is written outside an action (see dakehu.foundation.actions.registry)")
    return act


@contextmanager
def recording(act: ActionRecord) -> Iterator[ActionRecord]:
    """Collect every change inside into `act`."""
    token = _open.set(act)
    try:
        yield act
    finally:
        _open.reset(token)


def publish_event(event: str, **payload: Any) -> None:
    """Tell whoever reacts (`@reacts(event)`), after the act has been committed. Payload: plain JSON values."""
    current_act().events.append((event, payload))


def add_audit_note(**facts: Any) -> None:
    """Add a fact to the audit entry of the present act (a file's hash, counts)."""
    current_act().note.update(facts)


def record_decryption(place: str) -> None:
    actor = current_actor()
    made = current_act()
    if not (actor.is_system or "sealed.open" in actor.permissions):
        raise NotAllowed(bilingual("查看加密信息", "open sealed values"), "sealed.open")
    made.changes.append(Change(place, None, "opened"))


class Recorded(models.Model):
    """A row whose every change is on the record. `row_version` grows by one at each change."""

    row_version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    changed_at = models.DateTimeField(auto_now=True, editable=False)

    client_path = ""  # the way from this row to its client; "" for rows that are not client data
    deduplicate_on_merge = (
        False  # whether one row says enough where a client would have two that say the same, word for word
    )
    lookup_fields: tuple[str, ...] = ()  # fields by which a person may name a row of this model
    former_lookup = ""  # the way to names that it bore before, of which each meant one row
    computed_columns: tuple[Any, ...] = ()
    field_groups: dict[str, Any] = {"": ""}  # {group: its title}, in the order in which a page shows them

    objects: Any = scope.Common()

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any, **options: Any) -> Any:
        made = super().from_db(db, field_names, values, **options)
        made._loaded = _detached(zip(field_names, values, strict=False))
        return made

    def save(self, *args: Any, **options: Any) -> None:
        made = current_act()
        adding = self._state.adding
        before = {} if adding else getattr(self, "_loaded", {})
        tracked = {f.attname: f for f in self._meta.concrete_fields if _is_tracked(f)}
        after = {name: getattr(self, name) for name in tracked}
        changed = {n: v for n, v in after.items() if adding or n not in before or not _same(before[n], v)}
        if adding:
            self._check_client_visible()
            super().save(*args, **options)
            index.update(type(self), [self], new=True)
            if made.undo_log is not None:
                made.undo_log.record_created(type(self), [self])
            changed = {n: v for n, v in after.items() if v not in (None, "", False)}
        elif changed:
            if made.undo_log is not None:
                made.undo_log.record_changes(type(self), [self], [tracked[n].name for n in changed])
            self.row_version += 1
            columns = [tracked[n].name for n in changed]
            columns += [f.name for f in self._meta.concrete_fields if isinstance(f, BlindIndex)]
            super().save(force_update=True, update_fields=[*columns, "row_version", "changed_at"])
            if index.is_affected_by(type(self), columns):
                index.update(type(self), [self], new=False)
        else:
            return
        self._loaded = {**before, **_detached(after.items())}
        was = {} if adding else {n: before.get(n) for n in changed}
        custom_fields.spread_changes(was, changed)
        made.changes.append(
            Change(self._meta.label, self.pk, "created" if adding else "changed", was, changed, self.owning_client_id())
        )

    def delete(self, *args: Any, **options: Any) -> Any:
        made = current_act()
        if made.undo_log is not None:
            made.undo_log.record_deletion_with_dependents(self)
        gone = {f.attname: getattr(self, f.attname) for f in self._meta.concrete_fields if _is_tracked(f)}
        custom_fields.spread_changes(gone, {})
        made.changes.append(Change(self._meta.label, self.pk, "deleted", gone, {}, self.owning_client_id()))
        index.remove(type(self), [self.pk])
        with acting_as(replace(current_actor(), reach=Reach.SYSTEM)):
            models.QuerySet.delete(models.QuerySet(type(self)).filter(pk=self.pk))
        return None

    def _check_client_visible(self) -> None:
        """A row hangs only on a client whom the actor sees."""
        client = self.owning_client_id() if self.client_path not in ("", "pk") else None
        if client is not None and not scope.client_model().objects.filter(pk=client).exists():
            raise NotFound(bilingual("客户", "client"))

    def owning_client_id(self) -> int | None:
        """The id of the client this row belongs to, for the audit; None for rows that belong to none."""
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
    """A row of client data: seen through the scope, written in acts."""

    objects: Any = scope.Scoped()

    class Meta:
        abstract = True
        base_manager_name = "objects"


UNTRACKED = {"row_version", "created_at", "changed_at"}


def _is_tracked(f: Any) -> bool:
    return not f.primary_key and f.name not in UNTRACKED and not isinstance(f, BlindIndex)


def _detached(values: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Values by name, apart from the row's own: a list or dictionary that is changed in place must differ from them."""
    made = dict(values)
    for name, one in made.items():
        if type(one) is dict or type(one) is list:
            made[name] = deepcopy(one)
    return made


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, EncryptedValue):
        return after not in (None, "") and before == after
    return bool(before == after)


def write_columns(model: Any, pk: Any, values: dict[str, Any]) -> None:
    """Set columns of one row in the present act without loading it (key rotation, stored figures)."""
    open_act = current_act()
    if open_act.undo_log is not None and issubclass(model, Recorded):
        open_act.undo_log.record_overwrite(model, pk, values)
    open_act.changes.append(Change(model._meta.label, pk, "changed", {}, dict(values)))
    models.QuerySet(model).filter(pk=pk).update(**values)
