"""The name of a table in both languages, declared once on its model and used wherever its rows are mentioned."""

# django.apps reaches the tables of allauth, which is published without types.
# mypy: disable-error-code="import-untyped"

from dataclasses import dataclass
from typing import Any

from django.apps import apps

from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.base.renamed import Kind, current_name
from dakehu.foundation.schema.fields import has_spec, model_of


@dataclass(frozen=True)
class Names:
    """The singular and plural names of a model. Chinese has one form for both.

    `aliases` are further spellings by which a person or a file may name the table.
    """

    zh: str
    en: str
    en_plural: str
    aliases: tuple[str, ...] = ()

    @property
    def singular(self) -> Bilingual:
        return bilingual(self.zh, self.en)

    @property
    def plural(self) -> Bilingual:
        return bilingual(self.zh, self.en_plural)


def find_names(label: str) -> Names | None:
    """Return the declared names of a model such as "clients.Client", or None for an unknown label."""
    try:
        return getattr(model_of(current_name(Kind.MODEL, label)), "names", None)
    except (LookupError, ValueError):
        return None


def name_of_table(label: str) -> Bilingual:
    """Return the name of a row of a model; the bare class name where the label is no longer that of a model."""
    names = find_names(label)
    bare = label.rpartition(".")[2]
    return names.singular if names is not None else bilingual(bare, bare)


def find_place(place: str) -> Bilingual | None:
    """Return a label of the place of an encrypted value, such as "clients_contact.value" or
    "clients_client.extra.x_note", by table and field. None for anything else."""
    table, _, column = place.partition(".")
    model = next((m for m in apps.get_models() if m._meta.db_table == table), None)
    names = getattr(model, "names", None)
    if model is None or names is None:
        return None
    name = column.rpartition(".")[2]
    fields: Any = model._meta.fields
    spec = next((f.spec for f in fields if f.name == name and has_spec(f)), None)
    if spec is None:
        return names.singular
    return bilingual("{table}：{field}", "{table}: {field}", table=names.singular, field=bilingual(spec.zh, spec.en))
