"""Find the AML records of a client, under the current and all former numbers, and the clients on a watch list."""

from typing import Any

from django.db.models import Q

from dakehu.domains.compliance.aml.models import AmlFile, SuspicionReport, WatchListEntry
from dakehu.foundation.base import clock
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.schema.fields import model_of


def numbers_of(client: Any) -> list[int]:
    """Return the number of a client and those of the records merged into it."""
    merged = model_of("clients.MergedClient").objects.filter(client=client).values_list("number", flat=True)
    return [client.pk, *merged]


def find_file(client: Any) -> AmlFile | None:
    """Return the rating of a client, the latest if merged records have several; None before the first."""
    rows = AmlFile.objects.filter(client_ref__in=numbers_of(client))
    found: AmlFile | None = rows.select_related("rated_by").order_by("-rated_on", "-pk").first()
    return found


def suspicions_of(client: Any) -> list[SuspicionReport]:
    """Return the suspicions of a client, the newest first."""
    rows = SuspicionReport.objects.filter(client_ref__in=numbers_of(client))
    return list(rows.select_related("found_by").order_by("-found_on", "-pk"))


def clients_by_number(numbers: set[int]) -> dict[int, Any]:
    """Return {number: client} for current and former numbers, without erased or deleted clients."""
    client_model, merged_model = model_of("clients.Client"), model_of("clients.MergedClient")
    found: dict[int, Any] = {}
    for some in chunks(sorted(numbers)):
        found |= client_model.objects.in_bulk(some)
        for row in merged_model.objects.filter(number__among=some).select_related("client"):
            found.setdefault(row.number, row.client)
    return found


def watch_list() -> Any:
    """Return the entries that are on a list today. An entry with an end date is on the list until the day before it."""
    return WatchListEntry.objects.filter(Q(ended_on=None) | Q(ended_on__gt=clock.today()))


def watch_list_hits() -> list[tuple[WatchListEntry, Any]]:
    """Return (entry, client) for each client with the name or ID number of a listed person who is not cleared."""
    entries = list(watch_list().order_by("pk"))
    client_model = model_of("clients.Client")
    index: Any = client_model._meta.get_field("id_number_index")
    by_name: dict[str, list[Any]] = {}
    by_number: dict[str, list[Any]] = {}
    for some in chunks(sorted({entry.name for entry in entries})):
        for client in client_model.objects.filter(name__among=some):
            by_name.setdefault(client.name, []).append(client)
    indexed = dict(
        zip([one.pk for one in entries], index.indexes_of([one.identifier or None for one in entries]), strict=True)
    )
    for some in chunks(sorted({one for one in indexed.values() if one})):
        for client in client_model.objects.filter(id_number_index__among=some):
            by_number.setdefault(client.id_number_index, []).append(client)
    found = []
    for entry in entries:
        named = {one.pk: one for one in (*by_name.get(entry.name, ()), *by_number.get(indexed[entry.pk] or "", ()))}
        found += [(entry, client) for pk, client in sorted(named.items()) if pk not in entry.cleared]
    return found
