"""The name of a table in both languages, declared once on its model and read wherever rows are spoken of."""

from dataclasses import dataclass

from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.schema.fields import model_of


@dataclass(frozen=True)
class Names:
    """What one row of a model is called, and several of them. Chinese has one form for both.

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
    """Return the declared names of a model such as "clients.Client", or None for a label that no model has."""
    try:
        return getattr(model_of(label), "names", None)
    except (LookupError, ValueError):
        return None


def name_of_table(label: str) -> Bilingual:
    """What a row of a model is called; the bare class name where the label is no longer that of a model."""
    names = find_names(label)
    bare = label.rpartition(".")[2]
    return names.singular if names is not None else bilingual(bare, bare)
