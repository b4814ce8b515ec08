"""The only way to write. An action authorises, opens a transaction, runs, collects every change of every
field, appends one sealed audit entry and stores what it announces, all or nothing.

Outside an act, saving raises WriteOutsideAction: an unaudited change is not forbidden by a rule, it does
not run.
"""

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from django.db import models, transaction

from dakehu.foundation.access import scope
from dakehu.foundation.access.encrypted_fields import BlindIndex, EncryptedValue
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused, WriteOutsideAction
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.base.id_ranges import IdRanges
from dakehu.foundation.database import lock_timeout
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.parameters import CustomFields, Parameter
from dakehu.foundation.schema.references import derived_models_of
from dakehu.foundation.search import index

Body = TypeVar("Body", bound=Callable[..., Any])


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
    announced: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    inner: list[str] = field(default_factory=list)
    note: dict[str, Any] = field(default_factory=dict)
    client_id: int | None = None  # the client it is about, where its changes concern several
    kept: Any = None  # foundation.undo.Kept, while what is written is kept to be undone


_act: ContextVar[ActionRecord | None] = ContextVar("dakehu_act", default=None)


def current_act() -> ActionRecord:
    act = _act.get()
    if act is None:
        raise WriteOutsideAction("nothing is written outside an action (see dakehu.foundation.actions.registry)")
    return act


# --- the register of verbs ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Action:
    """An entry of the register of verbs."""

    name: str
    needs: str
    zh: str
    en: str
    stated: tuple["Parameter | CustomFields", ...]
    body: Callable[..., Any]
    doc: str
    opens_doors: bool = True  # False: called by other actions only, not by name through a door

    @property
    def takes(self) -> tuple[Parameter, ...]:
        """What it takes now: the custom fields of a model among them, as far as the reader may know of them."""
        made: list[Parameter] = []
        for item in self.stated:
            made.extend([item] if isinstance(item, Parameter) else item.takes())
        return tuple(made)

    @property
    def label(self) -> Bilingual:
        return bilingual(self.zh, self.en)


ACTIONS: dict[str, Action] = {}


def action(
    name: str,
    *,
    needs: str,
    zh: str,
    en: str,
    takes: Iterable[Any] = (),
    by_name: bool = True,
) -> Callable[[Body], Body]:
    """Register a verb. The body takes keyword arguments only and runs inside one act and one transaction.

    `needs` is a permission ("" for everybody signed in). `by_name=False` keeps it off the doors.
    """
    flat: list[Parameter | CustomFields] = []
    for item in takes:
        flat.extend([item] if isinstance(item, (Parameter, CustomFields)) else item)

    def wrap(body: Body) -> Body:
        kinds = {p.kind for p in inspect.signature(body).parameters.values()}
        if kinds - {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}:
            raise TypeError(f"{name}: verbs take keyword arguments only")

        @functools.wraps(body)
        def run(**given: Any) -> Any:
            actor = scope.current_actor()
            if not actor.may(needs):
                raise NotAllowed(bilingual(zh, en), needs)
            outer = _act.get()
            if outer is not None:
                outer.inner.append(name)
                return body(**given)
            with act(name):
                return body(**given)

        ACTIONS[name] = Action(name, str(needs), zh, en, tuple(flat), run, inspect.getdoc(body) or "", by_name)
        return run  # type: ignore[return-value]

    return wrap


@contextmanager
def act(name: str, reason: str = "") -> Iterator[ActionRecord]:
    """An act by hand, for what is not a registered verb (set-up, migrations of data, key rotation)."""
    from dakehu.foundation.audit import chain as audit
    from dakehu.foundation.jobs import queue as jobs

    made = ActionRecord(name, reason)
    token = _act.set(made)
    try:
        with lock_timeout.raise_busy(), transaction.atomic():
            yield made
            if made.changes or made.announced or made.note:
                audit.append(made)
            jobs.store_events(made.announced)
    finally:
        _act.reset(token)


def publish_event(event: str, **payload: Any) -> None:
    """Tell whoever reacts (`@reacts(event)`), after the act has been committed. Payload: plain JSON values."""
    current_act().announced.append((event, payload))


def add_audit_note(**facts: Any) -> None:
    """Add a fact to the audit entry of the present act (a file's hash, counts)."""
    current_act().note.update(facts)


def record_decryption(place: str) -> None:
    actor = scope.current_actor()
    made = current_act()
    if not (actor.is_system or "sealed.open" in actor.permissions):
        raise NotAllowed(bilingual("查看加密信息", "open sealed values"), "sealed.open")
    made.changes.append(Change(place, None, "opened"))


# --- rows that are written in acts only ----------------------------------------------------------


class Recorded(models.Model):
    """A row whose every change is on the record. `row_version` grows by one at each change."""

    row_version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    changed_at = models.DateTimeField(auto_now=True, editable=False)

    client_path = ""  # the way from this row to its client; "" for rows that are not client data
    said_once = False  # whether one row says enough where a client would have two that say the same, word for word
    found_by: tuple[str, ...] = ()  # fields by which a person may name a row of this model
    once_found_by = ""  # the way to names that it bore before, of which each meant one row
    computed_columns: tuple[Any, ...] = ()

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
            self._must_be_in_sight()
            super().save(*args, **options)
            index.update(type(self), [self], new=True)
            if made.kept is not None:
                made.kept.made(type(self), [self])
            changed = {n: v for n, v in after.items() if v not in (None, "", False)}
        elif changed:
            if made.kept is not None:
                made.kept.changing(type(self), [self], [tracked[n].name for n in changed])
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
            Change(self._meta.label, self.pk, "created" if adding else "changed", was, changed, self.client_number())
        )

    def delete(self, *args: Any, **options: Any) -> Any:
        made = current_act()
        if made.kept is not None:
            made.kept.deleting_with_dependents(self)
        gone = {f.attname: getattr(self, f.attname) for f in self._meta.concrete_fields if _is_tracked(f)}
        custom_fields.spread_changes(gone, {})
        made.changes.append(Change(self._meta.label, self.pk, "deleted", gone, {}, self.client_number()))
        index.remove(type(self), [self.pk])
        with scope.acting_as(replace(scope.current_actor(), reach=scope.Reach.SYSTEM)):
            models.QuerySet.delete(models.QuerySet(type(self)).filter(pk=self.pk))
        return None

    def _must_be_in_sight(self) -> None:
        """A row hangs only on a client whom the actor sees."""
        client = self.client_number() if self.client_path not in ("", "pk") else None
        if client is not None and not scope.client_model().objects.filter(pk=client).exists():
            raise NotFound(bilingual("客户", "client"))

    def client_number(self) -> int | None:
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


# --- many rows at once ---------------------------------------------------------------------------


def record_rows(
    model: Any, made: list[Any], changed: list[Any], columns: list[str], *, client_ids: Iterable[int] = ()
) -> None:
    """Write many rows in the present act: insert `made`, update `columns` of `changed`.

    The audit entry holds counts and row ids, not every value (row by row would not be sensible for 50,000
    trades); the act's note should name the source file and its hash.
    """
    from dakehu.foundation.records import bulk_sql as rows
    from dakehu.foundation.records import tally

    open_act = current_act()
    if made:
        rows.insert(model, made)
        index.update(model, made, new=True)
        if open_act.kept is not None:
            open_act.kept.made(model, made)
    if changed:
        told, columns = sorted(columns), custom_fields.columns_in_store(model, columns)
        if open_act.kept is not None:
            open_act.kept.changing(model, changed, columns)
        indexes = [f.name for f in model._meta.concrete_fields if isinstance(f, BlindIndex) and f.of in columns]
        for row in changed:
            row.row_version += 1
        rows.update(model, changed, [*columns, *indexes, "row_version", "changed_at"])
        if index.is_affected_by(model, columns):
            index.update(model, changed, new=False)
    numbers = {"created": IdRanges(row.pk for row in made), "changed": IdRanges(row.pk for row in changed)}
    tally.add_row_counts(model, {**numbers, "clients": IdRanges(client_ids)}, told if changed else sorted(columns))


def record_columns(model: Any, count: int, columns: dict[str, list[Any]]) -> list[int]:
    """Write `count` new rows in the present act from whole columns (by column name, such as `branch_id`; None and ""
    leave a field to its default); returns their numbers, in order. For the audit see record_many."""
    from dakehu.foundation.records import bulk_columns as whole
    from dakehu.foundation.records import tally

    open_act, told = current_act(), sorted(columns)
    columns = custom_fields.fold_columns(model, count, columns)
    numbers = whole.insert(model, count, columns)
    index.update_columns(model, numbers, columns)
    if open_act.kept is not None:
        open_act.kept.made_numbers(model, numbers)
    clients = numbers if model.client_path == "pk" else columns.get(f"{model.client_path}_id", ())
    tally.add_row_counts(model, {"created": IdRanges(numbers), "clients": IdRanges(clients)}, told)
    return numbers


def remove_rows(model: Any, numbers: Iterable[int]) -> None:
    """Delete rows on which nothing hangs, in the present act. The audit entry holds their numbers."""
    from dakehu.foundation.records import bulk_sql, tally

    gone = numbers if isinstance(numbers, IdRanges) else IdRanges(numbers)
    kept = current_act().kept
    if kept is not None:
        held: Any = models.QuerySet(model).filter(pk__among=gone).order_by("-pk")
        for row in held:
            kept.deleting(row)
    index.remove(model, gone)
    for derived, key in derived_models_of(model):
        bulk_sql.delete(derived, gone, by=key)
    bulk_sql.delete(model, gone)
    tally.add_row_counts(model, {"removed": gone})


def write_columns(model: Any, pk: Any, values: dict[str, Any]) -> None:
    """Set columns of one row in the present act without loading it (key rotation, stored figures)."""
    open_act = current_act()
    if open_act.kept is not None and issubclass(model, Recorded):
        open_act.kept.overwriting(model, pk, values)
    open_act.changes.append(Change(model._meta.label, pk, "changed", {}, dict(values)))
    models.QuerySet(model).filter(pk=pk).update(**values)


def refusal(field_name: str, zh: str, en: str, **values: Any) -> Refused:
    """A refusal about one field, ready to raise."""
    return Refused({field_name: [bilingual(zh, en, **values)]})


__all__ = [
    "ACTIONS",
    "Action",
    "ActionRecord",
    "Change",
    "ClientRecorded",
    "CustomFields",
    "EncryptedTextField",
    "Parameter",
    "Recorded",
    "act",
    "action",
    "check_version",
    "current_act",
    "note",
    "parameters_of",
    "publish_event",
    "record_columns",
    "record_decryption",
    "record_rows",
    "refusal",
    "remove_rows",
    "write_columns",
]
