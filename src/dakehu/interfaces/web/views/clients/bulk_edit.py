"""Bulk actions on clients of the list: a value, a hand-over, a follow-up; for ticked rows, or all that the
filter finds."""

import json
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from dakehu.domains.clients import queries as clients
from dakehu.domains.clients.bulk_edit import actions as bulk_edit
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import ACTIONS, Action
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import perform
from dakehu.foundation.schema.resources import bulk_actions
from dakehu.interfaces.web import forms
from dakehu.interfaces.web.views.clients import grid

OWN = ("client", "version", "code", "id_number")


def chosen(given: Any) -> tuple[str, Any]:
    """Return ("selection" | "filter", the clients meant, always within scope): `ids=1,2`, or with `all` those whom `query`, the
    grid's own, finds. Neither means no client."""
    if given.get("ids") or not given.get("all"):
        numbers = [int(part) for part in given.get("ids", "").split(",") if part.strip().isdigit()]
        return "selection", clients.clients(order="code").filter(pk__in=numbers)
    asked = QueryDict(given.get("query", "")).dict()
    return "filter", grid.matching({**asked, "sort": "code"})


@require_http_methods(["GET", "POST"])
def ask_many(request: HttpRequest, name: str) -> HttpResponse:
    """The form of an action on many clients, in a dialog; POST performs it in one act that can be undone."""
    bulk = bulk_actions().get(name)
    if bulk is None:
        raise NotFound(bilingual("操作", "action"), name)
    action, single = ACTIONS[bulk.many], ACTIONS[bulk.one]
    if not current_actor().may(action.needs):
        raise NotAllowed(action.label, action.needs)
    given = request.POST if request.method == "POST" else request.GET
    kind, found = chosen(given)
    field = given.get("field", "")
    faults: dict[str, Any] = {}
    if request.method == "POST":
        try:
            return report_response(perform(action.name, raw_of(name, single, found, given, field)), action)
        except (NotAllowed, NotFound):
            raise
        except Refused as refused:
            faults = refused.as_plain()
    page = {
        "action": action,
        "verb": name,
        "kind": kind,
        "count": found.count(),
        "ids": given.get("ids", ""),
        "all": given.get("all", ""),
        "query": given.get("query", ""),
        "questions": questions(name, single, given, field, faults),
        "field": field,
        "fields": fields() if name == "set" else [],
        "whole": [t for texts in faults.values() for t in texts],
    }
    return render(request, "clients/bulk_edit.html", page, status=422 if faults else 200)


def fields() -> list[tuple[str, str]]:
    """Return the columns that may be set for many clients, custom ones included, by label."""
    taken = {parameter.name for parameter in ACTIONS[bulk_actions()["set"].many].parameters}
    return [
        (one.name, one.label) for one in forms.questions(ACTIONS[bulk_actions()["set"].one], {}) if one.name in taken
    ]


def questions(verb: str, single: Action, given: Any, field: str, faults: dict[str, Any]) -> list[forms.Question]:
    if verb == "set":
        asked = forms.questions(single, {field: given.get(field, "")}, faults)
        return [replace(one, hidden=False, applies_by="") for one in asked if one.name == field]
    values = {
        **forms.starting_values(single),
        **{parameter.name: given[parameter.name] for parameter in single.parameters if parameter.name in given},
    }
    return forms.questions(single, values, faults, leave_out=OWN)


def raw_of(verb: str, single: Action, found: Any, given: QueryDict, field: str) -> dict[str, Any]:
    """Return the parameters of the action. One more than the maximum is requested, so that an excess is refused, not cut off."""
    numbers = list(found.values_list("pk", flat=True)[: bulk_edit.AT_MOST + 1])
    if verb != "set":
        return {
            "clients": numbers,
            **{n: v for n, v in forms.answers(single, given, changing=False).items() if n not in OWN},
        }
    if field not in dict(fields()):
        raise Refused({"field": [bilingual("请选择要修改的字段。", "Choose the field to change.")]})
    value = forms.answers(single, given, changing=True).get(field, "")
    return {"clients": numbers, field: value}


def report_response(report: dict[str, Any], action: Action) -> HttpResponse:
    text = bilingual("{what}：{n} 位客户。", "{what}: {n} clients.", what=action.label, n=report["changed"])
    if report.get("work"):
        text = bilingual(
            "{text}未完成的事项一并移交：{n} 项。",
            "{text} Open work that went along: {n}.",
            text=text,
            n=report["work"],
        )
    toast = {"text": str(text), "kind": "success"}
    return HttpResponse(headers={"HX-Trigger": json.dumps({"toast": toast, "closes": True, "worked": True})})
