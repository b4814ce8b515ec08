"""⌘K: pages, clients and allowed actions, as one list."""

import re
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from dakehu.domains.clients import recent, search
from dakehu.foundation.access.actor import Actor, current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS, Action
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates import render_rows
from dakehu.foundation.schema.fields import normalize_name
from dakehu.foundation.schema.resources import offered_actions
from dakehu.interfaces.web.context import pages_for
from dakehu.interfaces.web.views.palette_verbs import client_actions, split_typed

ON_A_CLIENT = re.compile(r"/clients/(\d+)/")
CLIENTS_SHOWN = 8
NAMED_SHOWN = 8  # lines of an action with a client
WITH_CLIENT = bilingual("为客户办理", "For a client")


@require_safe
def palette(request: HttpRequest) -> JsonResponse:
    """[{group, label, hint, url, icon, form}] for the input; empty input gives recent clients, pages and actions.

    `form` marks an address whose form opens in a dialog over the present page.
    """
    asked, actor = request.GET.get("q", "").strip()[:80], current_actor()
    found: list[dict[str, Any]] = []
    if actor.may(Permission.CLIENT_READ):
        found += _clients_and_actions(asked, actor) if asked else _recent_clients()
    found += [one for one in verbs(request, actor) if meant(asked, one["words"])]
    found += [
        {"group": bilingual("页面", "Pages"), "label": page["label"], "url": page["url"], "icon": page["icon"]}
        for page in [
            *pages_for(actor),
            {"label": bilingual("我的账号", "My account"), "url": "/me", "icon": "user-round"},
        ]
        if meant(asked, page["label"])
    ]
    answer = [{key: str(value) for key, value in one.items() if key != "words"} for one in found]
    return JsonResponse(answer, safe=False, json_dumps_params={"ensure_ascii": False})


def meant(asked: str, words: Bilingual) -> bool:
    return not asked or any(normalize_name(asked) in normalize_name(text) for text in (words.zh, words.en))


def _clients_and_actions(asked: str, actor: Actor) -> list[dict[str, Any]]:
    """Return an action with the client in the input first; else clients, then the action for recent clients.

    The letters of a client's name may also begin the label of an action: without further input the client is meant.
    """
    for actions, name in split_typed(asked, client_actions(actor)):
        # Clients matched by name, not those mentioned elsewhere.
        rows = _search_names(name) if name else render_rows(recent.recent())
        if rows:
            lines = [_line(action, row) for action in actions for row in rows][:NAMED_SHOWN]
            return [*lines, *people(asked)] if name else [*people(asked), *lines]
    return people(asked)


def _search_names(text: str) -> list[dict[str, Any]]:
    return [row for row in search.search(text=text)["rows"] if not row["passage"]]


def _line(action: Action, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "group": WITH_CLIENT,
        "label": bilingual("{what}：{name}", "{what}: {name}", what=action.label, name=row["name"]),
        "hint": " · ".join(text for text in (row["code"], row["segment"]) if text),
        "url": f"/clients/{row['id']}/actions/{action.name}",
        "icon": "arrow-right",
        "form": "1",
    }


def people(asked: str) -> list[dict[str, Any]]:
    return [
        _client_line(row, bilingual("客户", "Clients")) for row in search.search(text=asked)["rows"][:CLIENTS_SHOWN]
    ]


def _recent_clients() -> list[dict[str, Any]]:
    return [_client_line(row, bilingual("最近打开", "Recent clients")) for row in render_rows(recent.recent())]


def _client_line(row: dict[str, Any], group: Bilingual) -> dict[str, Any]:
    where = f"{row['found_in']}：{row['passage']}" if row.get("passage") else ""
    facts = (row["code"], row["segment"], (row["branch"] or {}).get("name"), where)
    return {
        "group": group,
        "label": row["name"],
        "url": f"/clients/{row['id']}/",
        "hint": " · ".join(text for text in facts if text),
        "icon": "user-round",
    }


def verbs(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    """Return the actions available here: on a client's page about that client."""
    made = []
    new = ACTIONS["clients.create"]
    here = ON_A_CLIENT.search(request.headers.get("Referer", ""))
    if here:
        pk = int(here.group(1))
        made = [
            {
                "group": bilingual("这位客户", "This client"),
                "label": ACTIONS[name].label,
                "words": ACTIONS[name].label,
                "url": f"/clients/{pk}/actions/{name}",
                "icon": "arrow-right",
                "form": "1",
            }
            for name in offered_actions()
            if actor.may(ACTIONS[name].needs)
        ]
    if actor.may(new.needs):
        made.append(
            {
                "group": bilingual("操作", "Actions"),
                "label": new.label,
                "words": new.label,
                "url": "/actions/clients.create",
                "icon": "plus",
                "form": "1",
            }
        )
    return made
