"""One declaration per field: an ordinary Django field with facts attached.

Every interface reads these facts: form, table, worksheet, import, API, audit, data dictionary. Labels are not
part of a field's deconstruction, so changing one never creates a migration.
"""

# django.apps reaches the tables of allauth, which is published without types.
# mypy: disable-error-code="import-untyped"

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from enum import Enum, StrEnum
from functools import lru_cache
from typing import Any, TypeVar

from django.apps import apps
from django.db import models

from dakehu.foundation.access.actor import actor_or_none
from dakehu.foundation.access.sensitivity import PERSONAL, PUBLIC, SECRET, Sensitivity  # noqa: F401
from dakehu.foundation.base.i18n import Bilingual, bilingual, language

DjangoField = TypeVar("DjangoField", bound=models.Field)  # type: ignore[type-arg]


@dataclass(frozen=True)
class FieldSpec:
    """Facts of a field for every interface. `mask` returns the text shown to readers without clearance."""

    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    unit: str = ""
    sensitivity: Sensitivity = PUBLIC
    mask: Callable[[str], str] | None = None
    listed: bool = False
    editable: bool = True
    help_zh: str = ""
    help_en: str = ""
    example: str = ""
    seen_by: frozenset[str] = frozenset()  # roles; none: all
    edited_by: frozenset[str] = frozenset()
    group: str = ""  # one of the model's `field_groups`; "": the last one
    applies_to: tuple[str, ...] = ()  # values of the model's `applies_by` field for which it applies; (): all
    shown_by: str = ""  # the computed column by which pages show this field

    @property
    def label(self) -> str:
        return self.en if language() == "en" else self.zh

    @property
    def help(self) -> str:
        return self.help_en if language() == "en" else self.help_zh

    @property
    def heading(self) -> str:
        """Return the heading of a worksheet column: both languages and the unit, `投资金额 Amount (CNY)`."""
        return f"{self.zh} {self.en}" + (f" ({self.unit})" if self.unit else "")

    def spellings(self) -> Iterator[str]:
        """Return every spelling by which a person or a file may name this field."""
        yield from (self.zh, self.en, f"{self.zh} {self.en}", self.heading, *self.aliases)


def field(
    django_field: DjangoField,
    *,
    zh: str,
    en: str,
    aliases: tuple[str, ...] = (),
    unit: str = "",
    sensitivity: Sensitivity = PUBLIC,
    mask: Callable[[str], str] | None = None,
    listed: bool = False,
    editable: bool = True,
    help_zh: str = "",
    help_en: str = "",
    example: str = "",
    group: str = "",
    applies_to: tuple[str, ...] = (),
    shown_by: str = "",
) -> DjangoField:
    """Attach a FieldSpec to a Django field and return the same field."""
    spec = FieldSpec(zh, en, aliases, unit, sensitivity, mask, listed, editable, help_zh, help_en, example, group=group)
    spec = replace(spec, applies_to=tuple(str(value) for value in applies_to), shown_by=shown_by)
    django_field.spec = spec  # type: ignore[attr-defined]
    return django_field


def spec_of(django_field: Any) -> FieldSpec:
    """Return the facts of a field. Raises LookupError for a field without any."""
    facts = getattr(django_field, "spec", None)
    if facts is None:
        raise LookupError(f"{django_field} has no facts: declare it with dakehu.foundation.schema.fields.field")
    return facts


def has_spec(django_field: Any) -> bool:
    return getattr(django_field, "spec", None) is not None


def model_of(label: str) -> Any:
    """Return the model of a label such as "clients.Client": gives interfaces facts without importing a domain's
    models."""
    return apps.get_model(label)


def described_fields(model: Any) -> list[tuple[str, Any, FieldSpec]]:
    """Return (name, Django field, facts) of every described field of a model visible to the reader's role, in order of
    declaration, custom ones last."""
    return [(f.name, f, f.spec) for f in model._meta.fields if has_spec(f) and may(f.spec.seen_by)]


def editable_fields(label: str) -> tuple[str, ...]:
    """Return the names of the editable fields of a model, in order of declaration, custom ones last.

    Regardless of the reader's role: permissions of a role are checked on input.
    """
    return tuple(f.name for f in model_of(label)._meta.fields if has_spec(f) and f.spec.editable)


def grouped_fields(model: Any, names: Iterable[str] = ()) -> list[tuple[str, list[str]]]:
    """Return (group, field names) in the order of the model's `field_groups`, for fields visible to the reader.

    `names` limits and adds to the fields (a computed column names its group in its spec); a field without a group is
    in the last one. A non-editable field is included only if it has a group.
    """
    groups: dict[str, list[str]] = {key: [] for key in model.field_groups}
    last = next(reversed(groups))
    specs = {name: spec for name, _, spec in described_fields(model) if spec.editable or spec.group}
    specs |= {column.name: column.spec for column in getattr(model, "computed_columns", ())}
    for name, spec in specs.items():
        if not names or name in names:
            groups[spec.group if spec.group in groups else last].append(name)
    return [(key, fields) for key, fields in groups.items() if fields]


def applies(model: Any, spec: FieldSpec, value: Any) -> bool:
    """Return whether a field applies to a row of a model whose `applies_by` field has a value ("" if unknown)."""
    return not spec.applies_to or not model.applies_by or value in ("", None) or str(value) in spec.applies_to


def applies_note(model: Any, spec: FieldSpec) -> Bilingual | None:
    """Return the rows to which a field applies, None for all."""
    if not spec.applies_to or not model.applies_by:
        return None
    choices = [choice for choice in model._meta.get_field(model.applies_by).choice_set if choice in spec.applies_to]
    return bilingual(
        "仅适用于：{listed}",
        "Only for: {named}",
        listed="、".join(one.zh for one in choices),
        named=", ".join(one.en for one in choices),
    )


def labels_of(label: str) -> dict[str, str]:
    """Return {field name: its label in the reader's language} of a model such as "ledger.Figures"."""
    return {name: facts.label for name, _, facts in described_fields(model_of(label))}


def may(roles: frozenset[str]) -> bool:
    """Return whether the actor's role is among `roles`; True without roles, without an actor, and for the system."""
    if not roles:
        return True
    actor = actor_or_none()
    return actor is None or actor.is_system or actor.role in roles


class Choices(StrEnum):
    """Values with a name in each language: `LONG = "long", "长期", "Long term", ("5年以上",)`.

    They are not passed to Django as `choices`, so that renaming one never creates a migration.
    """

    _zh: str
    _en: str
    _aliases: tuple[str, ...]

    def __new__(cls, value: str, zh: str, en: str, aliases: tuple[str, ...] = ()) -> "Choices":
        member = str.__new__(cls, value)
        member._value_ = value
        member._zh, member._en, member._aliases = zh, en, aliases
        return member

    @property
    def zh(self) -> str:
        return self._zh

    @property
    def en(self) -> str:
        return self._en

    @property
    def label(self) -> Bilingual:
        """Return the name in both languages."""
        return Bilingual(self._zh, self._en)

    def label_in(self, code: str) -> str:
        return self._en if code == "en" else self._zh

    @property
    def text(self) -> str:
        """Return the name in the reader's language."""
        return self.label_in(language())

    @classmethod
    def read(cls, text: str) -> "Choices | None":
        """Return the value matching an input: by code, by either name, or by an alias."""
        return _choice_index(cls).get(normalize_name(text))

    @classmethod
    def text_of(cls, value: str) -> str:
        """Return the name of a stored value in the reader's language; a value no longer in the list is returned as
        stored."""
        member: Any = cls._value2member_map_.get(value)
        return str(member.text) if member is not None else value


_CHOICE_INDEX: dict[type, dict[str, Any]] = {}


def _choice_index(choices: type) -> dict[str, Any]:
    if choices not in _CHOICE_INDEX:
        index: dict[str, Any] = {}
        for member in choices:  # type: ignore[attr-defined]
            for spelling in (member.value, member.zh, member.en, f"{member.zh} {member.en}", *member._aliases):
                index.setdefault(normalize_name(spelling), member)
        _CHOICE_INDEX[choices] = index
    return _CHOICE_INDEX[choices]


def choice_field(choices: Any, *, max_length: int = 24, **options: Any) -> Any:
    """Return a CharField with bilingual choices; the choices (a `Choices` class or equivalent) are available as
    `.choice_set`."""
    if isinstance(options.get("default"), Enum):
        options["default"] = options["default"].value  # so that migrations refer to no class of this project
    made: Any = models.CharField(max_length=max_length, **options)
    made.choice_set = choices
    return made


def normalize_name(text: str) -> str:
    """Return a name normalised for comparing spellings."""
    return _plain(str(text))


@lru_cache(maxsize=16_384)  # the same names of columns and values recur with every list and every cell
def _plain(text: str) -> str:
    flat = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s_\-/·::*()()\[\]【】“”\"']+", "", flat)


def spelling_index(named: dict[str, FieldSpec]) -> dict[str, str]:
    """Return {any spelling: field name}: own names take precedence over other fields' aliases."""
    index: dict[str, str] = {normalize_name(name): name for name in named}
    for name, facts in named.items():
        for spelling in (facts.zh, facts.en, facts.heading, f"{facts.zh} {facts.en}"):
            index.setdefault(normalize_name(spelling), name)
    for name, facts in named.items():
        for alias in facts.aliases:
            index.setdefault(normalize_name(alias), name)
    return index


@dataclass(frozen=True)
class Computed:
    """A column that is computed rather than stored."""

    name: str
    spec: FieldSpec
    by: Callable[[Any], Any] = attribute(compare=False)
    kind: str = "text"
    reads: tuple[str, ...] = ()


def computed(
    name: str,
    *,
    zh: str,
    en: str,
    by: Callable[[Any], Any],
    kind: str = "text",
    reads: tuple[str, ...] = (),
    **facts: Any,
) -> Computed:
    """Describe a column computed from a row by `by(row)`; list it in the model's `computed_columns`.

    `reads` are the fields that `by` uses, so that millions of rows can be read without model instances.
    """
    return Computed(name, FieldSpec(zh, en, editable=False, **facts), by, kind, reads)
