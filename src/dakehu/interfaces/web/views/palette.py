"""⌘K: pages, clients and what one may do, as one list."""

import re
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from dakehu.domains.clients import search
from dakehu.foundation.access.actor import Actor, current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.schema.fields import normalize_name
from dakehu.foundation.schema.resources import offered_actions
from dakehu.interfaces.web.context import pages_for

ON_A_CLIENT = re.compile(r"/clients/(\d+)/")
CLIENTS_SHOWN = 8


@require_safe
def palette(request: HttpRequest) -> JsonResponse:
    """[{group, label, hint, url, icon}] for what was typed; nothing typed gives pages and verbs."""
    asked, actor = request.GET.get("q", "").strip()[:80], current_actor()
    found: list[dict[str, Any]] = []
    if asked and actor.may(Permission.CLIENT_READ):
        found += people(asked)
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


def people(asked: str) -> list[dict[str, Any]]:
    made = []
    for row in search.search(text=asked)["rows"][:CLIENTS_SHOWN]:
        where = f"{row['found_in']}：{row['passage']}" if row["passage"] else ""
        facts = (row["code"], row["segment"], (row["branch"] or {}).get("name"), where)
        made.append(
            {
                "group": bilingual("客户", "Clients"),
                "label": row["name"],
                "url": f"/clients/{row['id']}/",
                "hint": " · ".join(text for text in facts if text),
                "icon": "user-round",
            }
        )
    return made


def verbs(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    """What one may do from here: on a client's page about that client."""
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
            }
        )
    return made
