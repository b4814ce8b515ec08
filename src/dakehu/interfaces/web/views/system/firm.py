"""The settings of the firm: a form for those that may be set here, a list of those that the environment sets."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dakehu.domains.firm import queries as firm
from dakehu.domains.team.custom_fields import ROLES
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.errors import Conflict, NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import perform, render_row
from dakehu.interfaces.web import forms

TITLE = bilingual("机构设置", "Firm settings")
SOURCES = {
    "environment": bilingual("环境变量", "Environment"),
    "firm": bilingual("本页设定", "Set here"),
    "default": bilingual("默认", "Default"),
}


def shown_settings() -> list[dict[str, Any]]:
    """Return the settings as text: the value in force, and its source."""
    rows = []
    for row in firm.firm_settings_rows():
        value = row["value"]
        if isinstance(value, bool):
            value = str(bilingual("是", "Yes") if value else bilingual("否", "No"))
        elif isinstance(value, (tuple, list)):
            value = ROLES.text_of(",".join(role for role in value if role))
        rows.append({**row, "shown": value, "source_text": SOURCES[row["source"]]})
    return rows


def settings(request: HttpRequest) -> HttpResponse:
    """Show or save the settings of the firm."""
    action = ACTIONS["firm.change_settings"]
    if not current_actor().may(action.needs):
        raise NotAllowed(action.label, action.needs)
    rows = shown_settings()
    fixed = {row["name"] for row in rows if row["source"] == "environment"} - {"second_factor_roles"}
    stored = firm.settings_row()
    values: dict[str, Any] = render_row(stored) if stored else {}
    if values.get("rise_is_red") is None:
        values["rise_is_red"] = next(row["value"] for row in rows if row["name"] == "rise_is_red")
    if stored:
        values["second_factor_roles"] = stored.second_factor_roles
    faults: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        raw = forms.answers(action, request.POST, changing=True)
        try:
            perform(action.name, {name: value for name, value in raw.items() if name not in fixed})
            messages.success(
                request,
                str(bilingual("机构设置已保存，一分钟内各处生效。", "Saved; it counts everywhere within a minute.")),
            )
            return redirect("system-firm")
        except (NotAllowed, NotFound):
            raise
        except Conflict as conflict:
            faults, status = conflict.as_plain(), 409
        except Refused as refused:
            faults, status, values = refused.as_plain(), 422, {**values, **raw}
    asked = forms.questions(action, values, faults, leave_out=("version", *fixed))
    for question in asked:
        question.wide = question.name == "second_factor_roles"
        question.placeholder = question.placeholder or _default_of(rows, question.name)
    page = {
        "page_title": TITLE,
        "crumbs": [{"label": bilingual("系统", "System"), "url": "/system/"}],
        "questions": asked,
        "whole": faults.get("", []),
        "fixed": [row for row in rows if row["name"] in fixed],
        "version": values.get("row_version", ""),
    }
    return render(request, "system/firm.html", page, status=status)


def _default_of(rows: list[dict[str, Any]], name: str) -> str:
    default = next((row["default"] for row in rows if row["name"] == name), "")
    return str(bilingual("默认 {value}", "Default {value}", value=default)) if default else ""
