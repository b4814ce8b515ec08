"""Fields that an administrator adds: described like any other, stored in the JSON column `extra` of their model.

A custom field is a Django field without a column of its own. It is in `_meta.fields` and `get_field`, reads and writes
its key of `extra` on a row, and in SQL is that key, cast to its type; so every user of field facts handles it like the
others. Values are plain JSON (decimals and dates as text, booleans as 1 and 0); secret ones are encrypted for their
table and key. The definitions are rows (`CustomField`), reloaded whenever they change.
"""

# django.apps reaches the tables of allauth, which is published without types.
# mypy: disable-error-code="import-untyped"

import re
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from dakehu.foundation.access.encrypted_fields import EncryptedTextField, EncryptedValue
from dakehu.foundation.access.sensitivity import Sensitivity
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.base.renamed import Kind, current_name
from dakehu.foundation.schema.fields import Choices, FieldSpec, has_spec, may, model_of, normalize_name

STORE = "extra"
_lock = threading.Lock()
_taken_up: Any = None  # the loaded state of the definitions; None: none yet


def store_field() -> Any:
    """Declare the column of a model that stores custom fields: their values by name."""
    return models.JSONField(default=dict, blank=True, editable=False)


def host_models() -> tuple[str, ...]:
    """Return the labels of the models with custom fields: those with a `store_field` column."""
    return tuple(label for label, _ in _hosts())


@cache
def _hosts() -> tuple[tuple[str, Any], ...]:
    models_with_store: Any = (m for m in apps.get_models() if any(f.name == STORE for f in m._meta.concrete_fields))
    return tuple((model._meta.label, model.names) for model in models_with_store)


class HostChoices:
    """The tables with custom fields, by their declared names, as a choice set like `Choices`."""

    @cached_property
    def members(self) -> type[Choices]:
        listed: Any = Choices
        named = [
            (f"M{number}", (label, names.zh, names.en, (names.en_plural, *names.aliases)))
            for number, (label, names) in enumerate(_hosts())
        ]
        made: type[Choices] = listed("Host", named)
        return made

    def __iter__(self) -> Any:
        return iter(self.members)

    def read(self, text: str) -> Choices | None:
        return self.members.read(text)

    def text_of(self, value: str) -> str:
        return self.members.text_of(value)


HOSTS = HostChoices()


class CustomAttribute:
    """Descriptor of a custom field's value on a row. Only a role that may edit the field can change it."""

    def __init__(self, field: Any) -> None:
        self.field = field

    def __get__(self, row: Any, owner: Any = None) -> Any:
        return self if row is None else self.field.from_json((row.extra or {}).get(self.field.name))

    def __set__(self, row: Any, value: Any) -> None:
        name, before = self.field.name, self.__get__(row)
        given = None if value == "" else value
        if before == given:
            return
        if not may(self.field.spec.edited_by):
            raise Refused({name: [edit_refusal(self.field.spec)]})
        kept = {key: one for key, one in (row.extra or {}).items() if key != name}
        row.extra = kept if given is None else {**kept, name: self.field.to_json(given)}


def edit_refusal(spec: FieldSpec) -> Any:
    return bilingual("您的角色不能修改“{label}”。", "Your role may not change “{name}”.", label=spec.zh, name=spec.en)


class ExtraField:
    """A Django field whose value is a key of `extra`; `sql` is the type that the key is cast to."""

    sql: Any = models.TextField()
    spec: FieldSpec
    custom = True

    def get_attname_column(self) -> tuple[str, None]:
        return self.name, None  # type: ignore[attr-defined]

    def from_json(self, value: Any) -> Any:
        return value

    def to_json(self, value: Any) -> Any:
        return value

    def get_col(self, alias: str | None, output_field: Any = None) -> Any:
        store = self.model._meta.get_field(STORE).get_col(alias)  # type: ignore[attr-defined]
        return Cast(KeyTextTransform(self.name, store), self.sql)  # type: ignore[attr-defined]


class TextField(ExtraField, models.CharField):  # type: ignore[type-arg]
    pass


class LongTextField(ExtraField, models.TextField):  # type: ignore[type-arg]
    pass


class WholeNumberField(ExtraField, models.BigIntegerField):  # type: ignore[type-arg]
    sql = models.BigIntegerField()


class NumberField(ExtraField, models.DecimalField):  # type: ignore[type-arg]
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.sql = models.DecimalField(max_digits=self.max_digits, decimal_places=self.decimal_places)

    def from_json(self, value: Any) -> Any:
        return None if value is None else Decimal(value)

    def to_json(self, value: Any) -> str:
        return format(value, "f")


class DateField(ExtraField, models.DateField):  # type: ignore[type-arg]
    sql = models.DateField()

    def from_json(self, value: Any) -> Any:
        return None if value is None else date.fromisoformat(value)

    def to_json(self, value: Any) -> str:
        return str(value.isoformat())


class YesNoField(ExtraField, models.BooleanField):  # type: ignore[type-arg]
    sql = models.BooleanField()

    def from_json(self, value: Any) -> Any:
        return None if value is None else bool(value)

    def to_json(self, value: Any) -> int:
        return int(value)


class SecretField(ExtraField, EncryptedTextField):
    """A text encrypted inside the JSON, bound to its table and key."""

    @property
    def place(self) -> str:
        return f"{self.model._meta.db_table}.{STORE}.{self.name}"

    def from_json(self, value: Any) -> Any:
        return None if value is None else EncryptedValue(self.place, b64decode(value), None)

    def to_json(self, value: Any) -> str:
        return b64encode(self.get_prep_value(value)).decode()

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return self.from_json(value)

    def get_col(self, alias: str | None, output_field: Any = None) -> Any:
        store: Any = self.model._meta.get_field(STORE)
        return KeyTextTransform(self.name, store.get_col(alias), output_field=self)


def split_options(text: str) -> list[tuple[int, int]]:
    """Return the start and end of the pieces of a text between separators of names."""
    return [piece.span() for piece in re.finditer(r"[^,，、;；|/\n]+", text) if piece[0].strip()]


class MultipleChoice:
    """A choice set with multiple selection: stored as comma-separated codes, used like `Choices`."""

    many = True

    def __init__(self, words: type[Choices]) -> None:
        self.choice_set = words
        names = [name for member in words for name in (member.zh, member.en, *member._aliases)]
        self.longest = max((len(split_options(name)) for name in names), default=1)

    def __iter__(self) -> Any:
        return iter(self.choice_set)

    def read(self, text: str) -> "_Chosen | None":
        """Return all values named in the text, in the order of the list; None if a part matches none. A name may
        itself contain a separator: the longest known name with valid names after it is used."""
        pieces = split_options(text)
        named: list[set[Any] | None] = [None] * len(pieces) + [set()]  # values named in the text from each piece on
        for at in reversed(range(len(pieces))):
            for end in range(min(at + self.longest, len(pieces)), at, -1):
                one, after = self.choice_set.read(text[pieces[at][0] : pieces[end - 1][1]]), named[end]
                if one is not None and after is not None:
                    named[at] = {one, *after}
                    break
        return _Chosen([one for one in self.choice_set if one in named[0]]) if named[0] else None

    def text_of(self, value: str) -> str:
        return ("、" if language() == "zh" else ", ").join(self.choice_set.text_of(one) for one in value.split(","))

    def label_of(self, value: str, code: str) -> str:
        named = {member.value: member.label_in(code) for member in self.choice_set}
        return ("、" if code == "zh" else ", ").join(named.get(one, one) for one in value.split(","))


class _Chosen:
    def __init__(self, members: list[Any]) -> None:
        self.value = ",".join(member.value for member in members)


MOST_TEXT, MOST_LONG = 200, 4000


def build_field(definition: Any) -> Any:
    """Return the field of a definition."""
    from django.core.validators import MaxLengthValidator

    kind = str(definition.kind)
    common: dict[str, Any] = {"null": True, "blank": True}
    secret = definition.sensitivity == Sensitivity.SECRET.name.lower()
    if secret:
        field: Any = SecretField(**common)
    elif kind == "long":
        field = LongTextField(**common, validators=[MaxLengthValidator(MOST_LONG)])
    elif kind == "whole":
        field = WholeNumberField(**common)
    elif kind == "amount":
        field = NumberField(**common, max_digits=18, decimal_places=2)
    elif kind == "percent":
        field = NumberField(**common, max_digits=12, decimal_places=6)
    elif kind == "date":
        field = DateField(**common)
    elif kind == "yesno":
        field = YesNoField(**common)
    else:
        field = TextField(**common, max_length=MOST_LONG if kind == "several" else MOST_TEXT)
    if kind in ("one", "several"):
        listed: Any = Choices
        words: Any = listed("Listed", [(f"M{n}", tuple(one)) for n, one in enumerate(definition.options)])
        field.choice_set = MultipleChoice(words) if kind == "several" else words
    field.required = definition.required
    field.spec = FieldSpec(
        definition.zh,
        definition.en,
        tuple(definition.aliases),
        {"amount": "CNY", "percent": "%"}.get(kind, ""),
        Sensitivity[str(definition.sensitivity).upper()],
        listed=definition.listed,
        help_zh=definition.help_zh,
        help_en=definition.help_en,
        seen_by=frozenset(filter(None, definition.seen_by.split(","))),
        edited_by=frozenset(filter(None, definition.edited_by.split(","))),
    )
    return field


def load() -> None:
    """Reload the definitions if they have changed: once per actor set, so that additions by one process are available
    in the next request of every other."""
    global _taken_up
    definitions = model_of("foundation.CustomField")
    with connection.cursor() as cursor:  # raw SQL, because every page runs it
        cursor.execute(f"SELECT count(*), sum(row_version), max(changed_at) FROM {definitions._meta.db_table}")  # noqa: S608  name from the model
        state = cursor.fetchone()
    if state == _taken_up:
        return
    rows = definitions.objects
    with _lock:
        stored = list(rows.filter(archived=False).order_by("position", "pk")) if state[0] else []
        for label in host_models():
            _install(
                model_of(label),
                [(one.name, build_field(one)) for one in stored if current_name(Kind.MODEL, one.model) == label],
            )
        _taken_up = state


def unload() -> None:
    """Unload all custom fields until the next refresh."""
    global _taken_up
    with _lock:
        for label in host_models():
            if custom_fields_of(label):
                _install(model_of(label), [])
        _taken_up = None


def definitions_state() -> Any:
    """Return a value that changes whenever the loaded definitions do: a key for per-process caches."""
    return _taken_up


def _install(model: Any, named: list[tuple[str, Any]]) -> None:
    kept = [f for f in model._meta.private_fields if not getattr(f, "custom", False)]
    for name, field in named:
        field.set_attributes_from_name(name)
        field.model = model
        setattr(model, name, CustomAttribute(field))
        kept.append(field)
    model._meta.private_fields = kept
    model._meta._expire_cache()


def custom_fields_of(label: str) -> list[Any]:
    """Return the custom fields of a model, in their order."""
    return [f for f in model_of(label)._meta.private_fields if getattr(f, "custom", False)]


def custom_field_names(label: str) -> tuple[str, ...]:
    return tuple(field.name for field in custom_fields_of(label))


def find_secret_field(label: str, said: str) -> Any:
    """Return the encrypted custom field of this name, among those the role may see; None without one."""
    seen = (f for f in custom_fields_of(label) if isinstance(f, SecretField) and may(f.spec.seen_by))
    return next(
        (f for f in seen if normalize_name(said) in {normalize_name(s) for s in (f.name, *f.spec.spellings())}), None
    )


def columns_in_store(model: Any, named: Iterable[str]) -> list[str]:
    """Return names of fields as columns to write: custom ones are in `extra`."""
    own = set(custom_field_names(model._meta.label))
    made = [name for name in named if name not in own]
    return made if len(made) == len(list(named)) or STORE in made else [*made, STORE]


def fold_columns(model: Any, count: int, columns: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Return whole columns with the custom ones merged into `extra`. Raises Refused for a field the role may not
    edit."""
    fields = [f for f in custom_fields_of(model._meta.label) if f.name in columns]
    if not fields:
        return columns
    store: list[dict[str, Any]] = [{} for _ in range(count)]
    for field in fields:
        for row, value in enumerate(columns[field.name]):
            if value not in (None, ""):
                if not may(field.spec.edited_by):
                    raise Refused({field.name: [edit_refusal(field.spec)]})
                store[row][field.name] = field.to_json(value)
    ordinary = {name: values for name, values in columns.items() if name not in {f.name for f in fields}}
    return {**ordinary, STORE: store}


def spread_changes(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Add the changed keys of `extra` to the other fields, for the audit."""
    if STORE in after or STORE in before:
        old, new = before.pop(STORE, None) or {}, after.pop(STORE, None) or {}
        changed = [key for key in {**old, **new} if old.get(key) != new.get(key)]
        before.update({key: old.get(key) for key in changed if old})
        after.update({key: new.get(key) for key in changed})


def free_name(english: str, taken: Iterable[str]) -> str:
    """Return the API name of a new field: `x_` and the English name, with a number if taken."""
    stem = "x_" + (re.sub(r"[^a-z0-9]+", "_", english.casefold()).strip("_")[:40] or "field")
    used, made, number = set(taken), stem, 2
    while made in used:
        made, number = f"{stem}_{number}", number + 1
    return made


def find_name_conflict(label: str, *said: str, own: str = "") -> str:
    """Return the first of these names already used by another field of the model; "" if none is."""
    model = model_of(label)
    used = {
        normalize_name(s)
        for f in model._meta.fields
        if has_spec(f) and f.name != own
        for s in (f.name, *f.spec.spellings())
    }
    return next((text for text in said if normalize_name(text) in used), "")
