"""Context of a client's timeline: each moment with its day, icon and custom fields."""

from typing import Any

from dakehu.domains.service import queries as service
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates import columns_of
from dakehu.foundation.schema import custom_fields, resources
from dakehu.foundation.schema.fields import model_of


def kinds() -> list[tuple[str, Bilingual]]:
    """Return (kind, label) of every kind of moment, "" for all of them first."""
    return [
        ("", bilingual("全部", "All")),
        *((kind, shown.label) for kind, (_, shown) in resources.timelines().items()),
    ]


def moments_of(client: Any, kind: str, limit: int) -> list[dict[str, Any]]:
    """Return the timeline, with an icon, a tone and the day of each moment."""
    found = service.timeline(client=client, limit=limit if not kind else 300)
    return add_icons([moment for moment in found if not kind or moment["what"] == kind][:limit])


def add_icons(moments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return moments of a timeline with their day, time, icon and custom fields."""
    return [
        {
            **moment,
            "on": moment["at"][:10],
            "time": moment["at"][11:16],
            "icon": icon_of(moment),
            "added": custom_values_of(moment),
        }
        for moment in moments
    ]


def custom_values_of(moment: dict[str, Any]) -> list[dict[str, str]]:
    """Return label and text of a moment's custom fields."""
    label = resources.timelines()[moment["what"]][0].model
    said = [
        (column, moment.get(column.name))
        for column in columns_of(model_of(label), custom_fields.custom_field_names(label))
    ]
    return [{"label": column.label, "text": str(text)} for column, text in said if text not in ("", None)]


def icon_of(moment: dict[str, Any]) -> str:
    """Return the icon of a moment, by the value of the field that its resource names."""
    resource, shown = resources.timelines()[moment["what"]]
    if not shown.icon_field:
        return shown.icon
    return shown.icons.get(code_of(resource.model, shown.icon_field, moment[shown.icon_field]), shown.icon)


def code_of(model: str, name: str, text: str) -> str:
    """Return the code of a choice from its shown text."""
    meant = model_of(model)._meta.get_field(name).choice_set.read(text)
    return meant.value if meant is not None else ""
