"""Remove the names of erased clients from tickets: a writer may have confirmed one as an ordinary word."""

from typing import Any

from django.db import models

from dakehu.domains.support.models import KnownProblem, Ticket, TicketMessage
from dakehu.domains.support.tickets.store import words_of
from dakehu.foundation.base.id_ranges import IdRanges
from dakehu.foundation.erasure.erase import Erasure, declare_eraser
from dakehu.foundation.records.bulk import add_row_counts

TEXTS: dict[Any, tuple[str, ...]] = {
    TicketMessage: ("text",),
    KnownProblem: ("title", "description", "workaround"),
    Ticket: ("subject", "text"),  # last: its words include those of its messages
}


def erase_from_tickets(erasure: Erasure) -> int:
    """Replace every name and code of the clients in tickets and known problems by a dash; return the number of changed rows.

    Bypasses the audit, which would keep the old values; the entries about these rows are redacted. Files are not read.
    """
    count = 0
    for model, columns in TEXTS.items():
        rows: Any = models.QuerySet(model)
        found = {row.pk: row for row in rows.all() if any(erasure.names_one(getattr(row, name)) for name in columns)}
        for row in found.values():
            for name in columns:
                setattr(row, name, erasure.without_names(getattr(row, name)))
            rows.filter(pk=row.pk).update(**{name: getattr(row, name) for name in columns})
        if found:
            erasure.add_rows(model._meta.label, set(found))
            add_row_counts(model, {"changed": IdRanges(found)}, columns)
        count += len(found)
    if count:
        _index_again()
    return count


def _index_again() -> None:
    """Rebuild the search words of every ticket and problem from the remaining texts."""
    for model in (Ticket, KnownProblem):
        rows: Any = models.QuerySet(model)
        for row in rows.all():
            rows.filter(pk=row.pk).update(words=words_of(row))


declare_eraser("tickets", erase_from_tickets)
