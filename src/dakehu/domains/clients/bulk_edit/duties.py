"""Who serves clients now."""

from collections.abc import Iterable
from typing import Any

from dakehu.domains.clients.models import Coverage


def open_duties(user: Any = None, clients: Iterable[int] | None = None) -> list[Coverage]:
    """Return the duties that have not ended: of a user with all of them, or the main ones of some clients."""
    rows = Coverage.objects.filter(until=None).select_related("client", "user")
    rows = rows.filter(user=user) if user is not None else rows.filter(role="main")
    if clients is not None:
        rows = rows.filter(client_id__among=list(clients))
    return list(rows)
