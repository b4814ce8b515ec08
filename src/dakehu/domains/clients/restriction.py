"""Restrict the processing of a client's data, and lift the restriction: called by compliance.

While it is restricted no user serves the client, and only users who see across walls find them (visibility).
"""

from typing import Any

from dakehu.domains.clients.choices import Status
from dakehu.domains.clients.models import Client, Coverage
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.records.recorded import publish_event

RESTRICTED = "clients.restricted"  # the event that follows


@action(
    "clients.restrict", needs=Permission.CLIENT_WALL, zh="限制处理个人信息", en="Restrict processing", is_public=False
)
def restrict(*, client: Client) -> dict[str, Any]:
    """End the duties at a client and restrict the processing of their data.

    Returns {status, walled}: the client's previous values, for `lift_restriction`.
    """
    before = {"status": str(client.status), "walled": client.walled}
    with elevated("ending the duties at a client whose data are restricted"):
        for duty in Coverage.objects.filter(client=client, until=None):
            duty.until = clock.today()
            duty.save()
        client.restricted, client.walled, client.status = True, True, Status.RESTRICTED.value
        client.next_contact_on = None
        client.save()
    publish_event(RESTRICTED, client=client.pk)
    return before


@action(
    "clients.lift_restriction",
    needs=Permission.CLIENT_WALL,
    zh="解除限制处理",
    en="Lift a restriction",
    is_public=False,
)
def lift_restriction(*, client: Client, status: str, walled: bool) -> None:
    """Lift the restriction on a client's data. Duties stay ended: the client must be assigned again."""
    client.restricted, client.walled, client.status = False, walled, status
    client.save()


def restricted_clients() -> Any:
    """Return the visible clients whose processing is restricted."""
    return Client.objects.filter(restricted=True).order_by("pk")


def closed_clients() -> Any:
    """Return the visible clients whose account is closed and whose processing is not restricted."""
    return Client.objects.filter(restricted=False, status=Status.CLOSED.value).order_by("pk")
