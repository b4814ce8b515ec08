"""Every action of the desk through one form: shown by GET, performed by POST, always `perform`."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from dakehu.domains.clients import queries as clients
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import ACTIONS, Action
from dakehu.foundation.base.errors import Conflict, NotAllowed, NotFound, NotQualified, Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.base.renamed import Kind, current_name
from dakehu.foundation.gates import perform, perform_with_merge, render_row
from dakehu.foundation.gates.input import field_behind
from dakehu.foundation.schema import resources
from dakehu.foundation.schema.fields import model_of
from dakehu.interfaces.web import forms
from dakehu.interfaces.web.views.client.composer import composer
from dakehu.interfaces.web.views.moved import moved_to

ENDING = ("drop", "remove", "delete", "cancel", "revoke", "unassign", "untag")  # verbs that remove something
CHANNELS = {"tel": "call", "mailto": "mail"}  # how a contact was used, by the address that uses it
CARRIED = (
    "group",
    "field",
    "work",
    "like",
    "bounds",
    "entry",
    "at",
    "which",
    "part_of",
    "watch_entry",
    "suspicion",
    "subject_kind",
    "subject_id",
    "source_kind",
    "source_ref",
    "mail",
    "question",
    "batch",
    "condition_kind",
)  # set by the page, never asked


def hidden_parameters(action: Action) -> tuple[str, ...]:
    """Return the parameters that the page provides and the form does not ask for."""
    return ("client", "version", *CARRIED, *_row_names(action))


def _row_names(action: Action) -> list[str]:
    """Return the parameters that name a row, except fields of the same name."""
    fields = {
        one.name for one in action.parameters if (behind := field_behind(one)) is not None and not behind.is_relation
    }
    return [name for name in resources.models_by_key() if name not in fields]


def is_merged(name: str) -> bool:
    """Return whether an action sets values field by field. Others with a version (finish, cancel) are one decision."""
    return any(one.update == name and one.is_merged for one in resources.resources())


@require_http_methods(["GET", "POST"])
def do(request: HttpRequest, name: str, client_id: int | None = None) -> HttpResponse:
    """Show the form of action `name` or perform it; with `client_id` it is about that client."""
    client = clients.get_client(client_id) if client_id is not None else None
    present = current_name(Kind.ACTION, name)
    if present != name:
        return moved_to(request, request.path.removesuffix(name) + present)
    action = ACTIONS.get(name)
    if action is None or not action.is_public:
        raise NotFound(bilingual("操作", "action"), name)
    if not current_actor().may(action.needs):
        raise NotAllowed(action.label, action.needs)
    if request.method == "GET":
        return ask_for(request, action, client, dict(request.GET.items()))
    raw = forms.answers(action, request.POST, changing=is_change(action))
    parameters = {parameter.name for parameter in action.parameters}
    if client is not None and "client" in parameters:
        raw["client"] = client.pk
    kept: list[str] = []
    try:
        if is_merged(name):
            saved = perform_with_merge(
                name, chosen_values(raw, request.POST), shown_before(request.POST), raw.pop("version", None)
            )
            result, kept = saved.row, saved.kept
        else:
            result = perform(name, raw)
    except Conflict as conflict:
        return ask_for(request, action, client, forms.posted_values(request.POST), conflict=conflict)
    except (NotAllowed, NotFound, NotQualified):
        raise
    except Refused as refusal:
        return ask_for(request, action, client, forms.posted_values(request.POST), dict(refusal.messages))
    return success_response(request, action, client, result, kept)


def chosen_values(raw: dict[str, Any], posted: Any) -> dict[str, Any]:
    """Return the values to write after a choice between mine and theirs: theirs are kept by not writing them."""
    return {
        name: value for name, value in raw.items() if name != "version" and posted.get(f"choose.{name}") != "current"
    }


def shown_before(posted: Any) -> dict[str, Any]:
    """Return the values that the form showed when it was opened; {} for a form without them."""
    try:
        base = json.loads(posted.get("base") or "{}")
    except ValueError:
        return {}
    return base if isinstance(base, dict) else {}


def is_change(action: Action) -> bool:
    return "version" in {parameter.name for parameter in action.parameters}


def row_behind(action: Action, client: Any, given: dict[str, Any]) -> Any:
    """Return the row that an action is about to change, or None for one that creates a row."""
    for parameter in action.parameters:
        label = resources.models_by_key().get(parameter.name)
        if label and not parameter.field and str(given.get(parameter.name, "")).isdigit():
            row = model_of(label).objects.filter(pk=int(given[parameter.name])).first()
            if row is None:
                raise NotFound()
            return row
    of_client = {one.update: one.model for one in resources.resources() if one.key == "client"}
    label = of_client.get(action.name)
    if label == "clients.Client":
        return client
    return model_of(label).objects.filter(client=client).first() if label else None


def ask_for(
    request: HttpRequest,
    action: Action,
    client: Any,
    given: dict[str, Any],
    faults: dict[str, list[Any]] | None = None,
    conflict: Conflict | None = None,
) -> HttpResponse:
    """Render the form: as a fragment in a dialog, or as a separate page. 422 with faults, 409 with a conflict."""
    row = conflict.row if conflict is not None else row_behind(action, client, given)
    now = render_row(row) if row is not None else {}
    before = shown_before(given)
    typed = {name: given[name] for name in given if name in {t.name for t in action.parameters}}
    if conflict is not None:  # fields I did not change show the current value
        typed = {name: value for name, value in typed.items() if name not in before or str(before[name]) != value}
    values = {**forms.starting_values(action), **now, **typed} if row is None else {**now, **typed}
    unknown = tuple(name for name in hidden_parameters(action) if name != "client" or client is not None)
    unasked = () if "anyway" in (faults or {}) else ("anyway",)  # asked where a similar client was found
    asked = forms.questions(action, values, faults, leave_out=(*unknown, *unasked), client=client)
    named = {question.name for question in asked}
    elsewhere = [str(t) for name, texts in (faults or {}).items() if name not in named for t in texts]
    keep = {name: given[name] for name in (*_row_names(action), *CARRIED, "then") if given.get(name)}
    if "version" in {parameter.name for parameter in action.parameters} and row is not None:
        # After a conflict the form carries the present version: saving again is a decision made with both shown.
        keep["version"] = row.row_version if conflict else given.get("version", row.row_version)
        fresh = forms.questions(action, now, None, leave_out=hidden_parameters(action))
        keep["base"] = (
            given["base"]
            if given.get("base") and not conflict
            else json.dumps(
                {q.name: q.value for q in fresh if q.name in now and not q.secret}, ensure_ascii=False, default=str
            )
        )
    first, more = in_two_parts(action, asked)
    page = {
        "action": action,
        "questions": first,
        "more": more,
        "more_open": any(question.error for question in more),
        "elsewhere": elsewhere,
        "keep": keep,
        "client": client,
        "client_name": render_row(client, ("name",), shown=True)["name"] if client is not None else "",
        "conflict": conflict,
        "about": about(row),
        "post_url": request.path,
        "page_title": action.label,
        "danger": is_end(action),
        "unqualified": action.find_qualification_fault(),
    }
    inside = request.headers.get("HX-Request")
    wanted = request.POST.get("form") or request.GET.get("form")
    if wanted == "composer" and client is not None:
        template, page = "client/composer.html", {**page, **composer(client, given, faults)}
    else:
        template = "action_form/dialog.html" if inside else "action_form/page.html"
    status = 409 if conflict else 422 if faults else 200
    response = render(request, template, page, status=status)
    if elsewhere and inside:
        response["HX-Trigger"] = json.dumps({"toast": {"text": " ".join(elsewhere), "kind": "error"}})
    return response


def in_two_parts(action: Action, asked: list[forms.Question]) -> tuple[list[forms.Question], list[forms.Question]]:
    """Return the questions shown first, and those under "more": none, unless the resource specifies which are first."""
    order = resources.asked_first().get(action.name)
    if order is None:
        return asked, []
    at_once = [one for one in asked if one.name in order or one.required or one.name == "anyway"]
    first = sorted(at_once, key=lambda one: order.index(one.name) if one.name in order else len(order))
    return first, [one for one in asked if one not in first]


def is_end(action: Action) -> bool:
    """Return whether the action removes something: its button is red."""
    return action.name.partition(".")[2].startswith(ENDING)


def about(row: Any) -> str:
    """Return a short name of the row, for questions such as "delete this?"."""
    if row is None:
        return ""
    shown = render_row(row, shown=True)
    said = (shown.get(name) for name in ("subject", "product", "value", "summary", "goal", "name"))
    return next((str(text) for text in said if text), "")


def success_response(request: HttpRequest, action: Action, client: Any, result: Any, kept: list[str]) -> HttpResponse:
    """Return the response after success: a value shown once, a toast next to the list, or a reload of the page."""
    text = bilingual("已完成：{what}。", "Done: {what}.", what=action.label)
    if kept:
        text = bilingual(
            "已完成：{what}；他人刚改过的“{listed}”予以保留。",
            "Done: {what}; what others just changed ({named}) was kept.",
            what=action.label,
            listed="、".join(kept),
            named=", ".join(kept),
        )
    if isinstance(result, dict) and ("value" in result or "token" in result):
        secret = {
            "action": action,
            "value": result.get("value") or result.get("token"),
            "link": result.get("link", ""),
            "channel": CHANNELS.get(result.get("link", "").partition(":")[0], "wechat" if "link" in result else ""),
            "client": client,
            "once": "token" in result,
            "page_title": action.label,
        }
        inside = request.headers.get("HX-Request")
        return render(request, "action_form/value_dialog.html" if inside else "action_form/value_page.html", secret)
    if not request.headers.get("HX-Request"):
        messages.success(request, str(text))
        return HttpResponseRedirect(next_address(client, result))
    if request.POST.get("then") == "stay":
        return close_dialog(text)
    messages.success(request, str(text))
    if client is None and result is not None and action.name == "clients.create":
        return HttpResponse(headers={"HX-Redirect": next_address(client, result)})
    return HttpResponse(headers={"HX-Refresh": "true"})


def close_dialog(text: Bilingual) -> HttpResponse:
    """Close the dialog; a list that listens for "worked" reloads itself."""
    report = {"toast": {"text": str(text), "kind": "success"}, "closes": True, "worked": True}
    return HttpResponse(headers={"HX-Trigger": json.dumps(report)})


def next_address(client: Any, result: Any) -> str:
    made = client if client is not None else result
    if getattr(getattr(made, "_meta", None), "label", "") == "clients.Client":
        return f"/clients/{made.pk}/"
    return "/me" if client is None else "/"
