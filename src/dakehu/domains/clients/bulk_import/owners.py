"""The clients that rows of an import belong to."""

from dakehu.domains.clients.models import Client
from dakehu.foundation.access.actor import elevated


def clients_of_rows(ids: list[int]) -> dict[int, Client]:
    """Return {place of a row: its client}; those imported in the same file may not be visible yet."""
    with elevated("clients imported in the same file"):
        found = Client.objects.in_bulk({number for number in ids if number > 0})
    return {place: found[number] for place, number in enumerate(ids) if number in found}
