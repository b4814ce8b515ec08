"""How the moments of a client's timeline are marked: kinds to choose from, and icons, as resources declare them."""

from typing import Any

from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.schema import resources
from dakehu.foundation.schema.fields import model_of


def kinds() -> list[tuple[str, Bilingual]]:
    """(kind, label) of every kind of moment, "" for all of them first."""
    return [
        ("", bilingual("全部", "All")),
        *((kind, shown.label) for kind, (_, shown) in resources.timelines().items()),
    ]


def icon_of(moment: dict[str, Any]) -> str:
    """The icon of a moment, by the value that its resource names."""
    resource, shown = resources.timelines()[moment["what"]]
    if not shown.icon_field:
        return shown.icon
    return shown.icons.get(code_of(resource.model, shown.icon_field, moment[shown.icon_field]), shown.icon)


def code_of(model: str, name: str, text: str) -> str:
    """The code behind a choice as it is shown."""
    choice = model_of(model)._meta.get_field(name).choice_set.read(text)
    return choice.value if choice is not None else ""
