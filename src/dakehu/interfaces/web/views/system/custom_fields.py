"""Fields that the administrator adds: a list, one form to add and one to change, archive and restore."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from dakehu.domains.team import custom_fields
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.errors import Conflict, NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates import perform, render_rows
from dakehu.foundation.schema.fields import described_fields, model_of
from dakehu.interfaces.web import forms

CRUMBS = [{"label": bilingual("系统", "System"), "url": "/system/"}]
TITLE = bilingual("自定义字段", "Fields added")


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    known = custom_fields.custom_field_list()
    shown = render_rows([_row(row["id"]) for row in known], shown=True)
    for row, plain in zip(shown, known, strict=True):
        row |= {
            "gone": plain["archived"],
            "sealed": plain["sensitivity"] == "secret",
            "values": [f"{zh} {en}" for _, zh, en in plain["options"]],
            "seers": custom_fields.ROLES.text_of(plain["seen_by"]) if plain["seen_by"] else "",
        }
    labels = {name: facts.label for name, _, facts in described_fields(model_of("foundation.CustomField"))}
    page = {
        "page_title": TITLE,
        "crumbs": CRUMBS,
        "rows": shown,
        "labels": labels,
        "may_write": current_actor().may(ACTIONS["fields.add"].needs),
    }
    return render(request, "system/custom_fields.html", page)


def add(request: HttpRequest) -> HttpResponse:
    """Show or save the form of a new field; an import passes the unknown heading and its table."""
    values = {name: request.GET[name] for name in ("zh", "model") if name in request.GET}
    return _form(request, "fields.add", values, bilingual("新增自定义字段", "Add a field"))


def change(request: HttpRequest, pk: int) -> HttpResponse:
    values = next((row for row in custom_fields.custom_field_list() if row["id"] == pk), None)
    if values is None:
        raise NotFound(bilingual("字段", "field"), pk)
    values["options"] = "\n".join(f"{zh} | {en}" for _, zh, en in values["options"])
    values["aliases"] = "，".join(values["aliases"])
    return _form(request, "fields.change", values, bilingual("修改自定义字段", "Change a field"), pk)


@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    row = _row(pk)
    try:
        perform("fields.archive", {"field": pk, "archived": not row.archived})
        messages.success(
            request,
            str(
                bilingual("已停用“{name}”，其内容保留。", "Archived “{name}”; its values stay.", name=row.zh)
                if not row.archived
                else bilingual("已恢复“{name}”。", "Restored “{name}”.", name=row.zh)
            ),
        )
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("system-fields")


def _row(pk: int) -> Any:
    row = model_of("foundation.CustomField").objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("字段", "field"), pk)
    return row


def _form(
    request: HttpRequest, name: str, values: dict[str, Any], title: Bilingual, pk: int | None = None
) -> HttpResponse:
    action = ACTIONS[name]
    if not current_actor().may(action.needs):
        raise NotAllowed(action.label, action.needs)
    faults: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        raw = forms.answers(action, request.POST, changing=pk is not None)
        try:
            made = perform(name, {**raw, **({"field": pk} if pk else {})})
            messages.success(
                request,
                str(
                    bilingual(
                        "已保存“{name}”，各处即可使用。", "Saved “{name}”; it is in use everywhere.", name=made.zh
                    )
                ),
            )
            return redirect("system-fields")
        except (NotAllowed, NotFound):
            raise
        except Conflict as conflict:
            faults, status = conflict.as_plain(), 409
        except Refused as refused:
            faults, status, values = refused.as_plain(), 422, {**values, **raw}
    asked = forms.questions(action, values, faults, leave_out=("field", "version"))
    for question in asked:
        question.kind = "textarea" if question.name == "options" else question.kind
        question.wide = question.wide or question.name in ("options", "seen_by", "edited_by")
    page = {
        "page_title": title,
        "crumbs": [*CRUMBS, {"label": TITLE, "url": "/system/fields/"}],
        "action": action,
        "questions": asked,
        "whole": faults.get("", []),
        "version": values.get("row_version", ""),
    }
    return render(request, "system/custom_field.html", page, status=status)
