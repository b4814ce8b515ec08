"""Prepare the timeline of a client: each moment with its day, icon and custom fields."""

from typing import Any

from dakehu.domains.service import queries as service
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import columns_of
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.fields import model_of

KINDS = (
    ("", bilingual("全部", "All")),
    ("interaction", bilingual("服务", "Service")),
    ("request", bilingual("需求与投诉", "Requests")),
    ("follow_up", bilingual("已完成计划", "Plans done")),
    ("attachment", bilingual("文件", "Files")),
)
ICONS = {
    "call": "phone",
    "wechat": "message-circle",
    "mail": "mail",
    "message": "message-circle",
    "meeting": "handshake",
    "event": "users-round",
    "video": "monitor",
    "request": "inbox",
    "complaint": "flag",
    "follow_up": "check",
    "attachment": "paperclip",
}
MOMENTS = {
    "interaction": "service.Interaction",
    "request": "service.Request",
    "follow_up": "service.FollowUp",
    "attachment": "service.Attachment",
}


def moments_of(client: Any, kind: str, limit: int) -> list[dict[str, Any]]:
    """The timeline, with an icon, a tone and the day of each moment."""
    made = []
    for moment in service.timeline(client=client, limit=limit if not kind else 300):
        if kind and moment["what"] != kind:
            continue
        moment |= {
            "on": moment["at"][:10],
            "time": moment["at"][11:16],
            "icon": icon_of(moment),
            "added": added_to(moment),
        }
        made.append(moment)
    return made[:limit]


def added_to(moment: dict[str, Any]) -> list[dict[str, str]]:
    """What the fields that an administrator added say of a moment: label and text."""
    label = MOMENTS[moment["what"]]
    said = [
        (column, moment.get(column.name))
        for column in columns_of(model_of(label), custom_fields.custom_field_names(label))
    ]
    return [{"label": column.label, "text": str(text)} for column, text in said if text not in ("", None)]


def icon_of(moment: dict[str, Any]) -> str:
    if moment["what"] == "interaction":
        return ICONS.get(code_of("service.Interaction", "channel", moment["channel"]), "sticky-note")
    if moment["what"] == "request":
        return ICONS.get(code_of("service.Request", "kind", moment["kind"]), "inbox")
    return ICONS[moment["what"]]


def code_of(model: str, name: str, text: str) -> str:
    """The code behind a choice as it is shown."""
    meant = model_of(model)._meta.get_field(name).choice_set.read(text)
    return meant.value if meant is not None else ""
