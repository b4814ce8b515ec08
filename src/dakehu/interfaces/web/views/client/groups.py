"""The tab of relations: the groups of a client as trees, with their joint assets and group contacts."""

from typing import Any

from django.http import HttpRequest

from dakehu.domains.clients.groups import groups as client_groups
from dakehu.domains.ledger.performance import rollups
from dakehu.domains.service import queries as service
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.schema.fields import labels_of
from dakehu.interfaces.web.views.client.timeline import icon_of

STREAM = 40


def tab_relations(request: HttpRequest, client: Any) -> dict[str, Any]:
    groups = client_groups.groups(client=client)
    may_sum = current_actor().may(Permission.LEDGER_READ)
    may_read = current_actor().may(Permission.SERVICE_READ)
    for group in groups:
        group["figures"] = rollups.group_figures(client=client, group=group["id"]) if may_sum else {}
        stream = service.group_timeline(client=client, group=group["id"], limit=STREAM) if may_read else []
        group["moments"] = [{**m, "on": m["at"][:10], "time": m["at"][11:16], "icon": icon_of(m)} for m in stream]
    return {"groups": groups, "figure_labels": labels_of("ledger.Figures")}
