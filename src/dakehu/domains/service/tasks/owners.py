"""Permitted owners of work for a client, and the default owner."""

from collections.abc import Iterable
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.domains.clients.bulk_edit.duties import open_duties
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import acting_as
from dakehu.foundation.base.errors import NotFound, refusal


def check_sees_client(user: Any, client_id: int, name: str = "owner") -> None:
    """Raise Refused, at the parameter `name`, if a member of staff would not see a client or has left."""
    try:
        actor = team.actor_for(user.pk)
    except NotFound:
        raise refusal(name, "{who}已离职。", "{who} has left.", who=user.name) from None
    with acting_as(actor):
        sees = bool(clients.get_client_by_id([client_id]))
    if not sees:
        raise refusal(
            name,
            "{who}看不到这位客户。请先把{who}加入服务团队，或转交给团队负责人。",
            "{who} does not see this client. Add {who} to the service team first, or pass it to the lead.",
            who=user.name,
        )


def main_managers(client_ids: Iterable[int]) -> dict[int, Any]:
    """Return {client: its main manager} of clients that have an active one."""
    duties = open_duties(None, client_ids)
    active = {user.pk: user for user in team.users().filter(pk__in={duty.user_id for duty in duties}, is_active=True)}
    return {duty.client_id: active[duty.user_id] for duty in duties if duty.user_id in active}
