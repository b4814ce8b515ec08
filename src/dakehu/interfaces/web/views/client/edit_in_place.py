"""In-place editing of one value of the client's basic data: the same action and the same question as the form."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from dakehu.domains.clients import queries as clients
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import ACTIONS, Action
from dakehu.foundation.base.errors import Conflict, NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import perform_with_merge, render_row
from dakehu.foundation.schema import resources
from dakehu.foundation.schema.fields import spec_of as spec_of_field
from dakehu.interfaces.web import forms
from dakehu.interfaces.web.views.client.basic import tab_basic
from dakehu.interfaces.web.views.client.head import head_of


def action_behind() -> Action:
    """Return the action that changes a client."""
    return ACTIONS[next(one.update for one in resources.resources() if one.model == "clients.Client")]


@require_http_methods(["GET", "POST"])
def field(request: HttpRequest, client_id: int, name: str) -> HttpResponse:
    """Show the question for one field (GET), or save it (POST): then the basic data and the head are rendered again.

    422 with the errors, 409 with the value that another user has written since; saving again overwrites it.
    """
    client, action = clients.get_client(client_id), action_behind()
    if not current_actor().may(action.needs):
        raise NotAllowed(action.label, action.needs)
    if request.method == "GET":
        return ask(request, client, name, render_row(client))
    raw = forms.answers(action, request.POST, changing=True)
    given = {key: value for key, value in raw.items() if key == name}
    try:
        base = json.loads(request.POST.get("base") or "null")
    except ValueError:
        base = None
    try:
        perform_with_merge(action.name, {"client": client.pk, **given}, {name: base}, raw.get("version"))
    except Conflict as conflict:
        now = render_row(conflict.row)
        clash = conflict.clashes.get(name)
        there = clash["current_text"] if clash else render_row(conflict.row, (name,), shown=True)[name]
        report = bilingual(
            "他人刚改为“{there}”。再按回车以您的值为准，按 Esc 保留对方的值。",
            "Somebody has just changed it to “{there}”. Enter keeps yours, Esc keeps theirs.",
            there=there,
        )
        return ask(request, conflict.row, name, now, typed=request.POST.get(name, ""), errors=[report], status=409)
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        errors = [text for texts in refused.messages.values() for text in texts]
        now = render_row(client)
        return ask(request, client, name, now, typed=request.POST.get(name, ""), errors=errors, status=422)
    client = clients.get_client(client_id)
    answer = render(request, "client/field_saved.html", {**head_of(client), **tab_basic(request, client)})
    answer["HX-Trigger"] = json.dumps({"saved": {"field": name}})
    return answer


def ask(
    request: HttpRequest,
    client: Any,
    name: str,
    now: dict[str, Any],
    typed: str | None = None,
    errors: list[Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the question of a field with its present value, or with the input."""
    action = action_behind()
    values = {name: now.get(name)} if typed is None else {name: typed}
    fresh = forms.questions(action, {name: now.get(name)})
    found = [one for one in forms.questions(action, values, {name: errors or []}) if one.name == name]
    if not found or name in ("client", "version"):
        raise NotFound(bilingual("字段", "field"), name)
    one = found[0]
    one.hidden, one.applies_by, one.help = False, "", ""
    base = next(question.value for question in fresh if question.name == name)
    page = {
        "client": client,
        "question": one,
        "version": client.row_version,
        "base": json.dumps(base, ensure_ascii=False, default=str),
        "label": spec_of_field(type(client)._meta.get_field(name)).label,
    }
    answer = render(request, "client/field_edit.html", page, status=status)
    if errors:  # the form is rendered again in place
        answer["HX-Retarget"], answer["HX-Reswap"] = f'[data-in-place="{name}"]', "outerHTML"
    return answer
