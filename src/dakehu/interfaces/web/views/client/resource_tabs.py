"""Tabs of a client for resources that declare one and have no separate page."""

from typing import Any

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.i18n import Bilingual
from dakehu.foundation.gates import QUERIES
from dakehu.foundation.schema import resources
from dakehu.foundation.schema.resources import Resource
from dakehu.interfaces.web.views.client.value_text import table_of

LAST = ("history", "audit")  # tabs after those of resources


def with_tabs(own: list[tuple[str, Bilingual]]) -> list[tuple[str, Bilingual]]:
    """Return the tabs of the page with those of the resources that the reader may list."""
    before = [tab for tab in own if tab[0] not in LAST]
    made = [
        (key, one.names.plural) for key, one in _tabs().items() if current_actor().may(QUERIES[one.of_client].needs)
    ]
    return [*before, *made, *(tab for tab in own if tab[0] in LAST)]


def _tabs() -> dict[str, Resource]:
    return {one.model.lower().replace(".", "-"): one for one in resources.resources() if one.tab}


def tab_rows(key: str, client: Any) -> dict[str, Any]:
    """Return the rows of a resource that belong to a client, with the actions that the reader may perform."""
    one = _tabs()[key]
    actor = current_actor()
    allowed = {
        verb: name if name and actor.may(ACTIONS[name].needs) else ""
        for verb, name in (("create", one.create), ("change", one.update), ("drop", one.delete))
    }
    return {
        **table_of(QUERIES[one.of_client].body(client=client), leave_out=("client",)),
        **allowed,
        "create_label": ACTIONS[one.create].label if one.create else "",
        "drop_label": ACTIONS[one.delete].label if one.delete else "",
        "key": one.key,
        "title": one.names.plural,
        "template": "client/resource.html",
    }
