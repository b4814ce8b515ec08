"""Decide which parts of an open page a change concerns. Pure: plain values only."""

from collections.abc import Iterable
from dataclasses import dataclass

from dakehu.foundation.schema.live_pages import LivePage

CLIENT = "clients.Client"


@dataclass(frozen=True)
class Changed:
    """A row that an action changed. `pk` is None for a bulk write; `client` None without one."""

    model: str
    pk: int | None
    client: int | None


def is_relevant_change(page: LivePage, subject: int, change: Changed) -> bool:
    """Return whether a change may concern an open page, whatever its parts.

    A page about many records: every change. A page about one: the record itself, rows of the client if it is a client,
    and bulk writes and changes without a record, whose subject is unknown.
    """
    if not page.subject or change.pk is None or change.model in page.anywhere:
        return True
    if change.model == page.subject:
        return change.pk == subject
    return page.subject == CLIENT and change.client == subject


def changes_of_page(page: LivePage, subject: int, changes: Iterable[Changed]) -> list[Changed]:
    """Return the changes that concern a part of an open page."""
    watched = {model for models in page.parts.values() for model in models}
    return [change for change in changes if change.model in watched and is_relevant_change(page, subject, change)]


def parts_of(page: LivePage, changes: Iterable[Changed]) -> list[str]:
    """Return the names of the parts that show a changed row, in the order of the page."""
    models = {change.model for change in changes}
    return [part for part, shown in page.parts.items() if models.intersection(shown)]
