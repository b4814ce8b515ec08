"""Find the clients of a mail address and who may see a client, for filing mail. Call with elevated visibility."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from dakehu.domains.clients.choices import ContactKind
from dakehu.domains.clients.models import Client, Contact, Coverage


def owners_of_addresses(addresses: Iterable[str]) -> dict[str, set[int]]:
    """Return {address: ids of the clients who have it} for case-folded addresses; an address without a client is left out."""
    index = Contact._meta.get_field("value_index")
    by_index = {index.index_of(address): address for address in addresses if address}
    rows = Contact.objects.filter(value_index__among=list(by_index), kind=ContactKind.MAIL)
    found: dict[str, set[int]] = defaultdict(set)
    for value, client in rows.values_list("value_index", "client_id"):
        found[by_index[value]].add(client)
    return dict(found)


def sight_of_clients(numbers: Iterable[int]) -> dict[int, Any]:
    """Return {client id: a value that is equal for two clients exactly if the same people may see both}."""
    numbers = list(numbers)
    staff: dict[int, set[int]] = defaultdict(set)
    rows = Coverage.objects.filter(client_id__among=numbers, until=None)
    for client, user in rows.values_list("client_id", "user_id"):
        staff[client].add(user)
    walled = dict(Client.objects.filter(pk__among=numbers).values_list("pk", "walled"))
    return {pk: (is_walled, frozenset(staff[pk])) for pk, is_walled in walled.items()}


def find_mail_contact(client: Any, contact: int | None = None) -> Any:
    """Return a mail contact of a visible client: the one named, else the preferred one; None without one."""
    rows = Contact.objects.filter(client=client, kind=ContactKind.MAIL)
    return rows.filter(pk=contact).first() if contact else rows.order_by("-primary", "pk").first()


def find_contact_by_address(client: Any, address: str) -> Any:
    """Return the contact of a visible client with a case-folded mail address, None without one."""
    index = Contact._meta.get_field("value_index").index_of(address)
    return Contact.objects.filter(client=client, kind=ContactKind.MAIL, value_index=index).first() if index else None
