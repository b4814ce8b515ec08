"""Visibility of live updates to the current actor: nothing about a record out of scope."""

from collections.abc import Iterable

from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.live.rules import Changed, changes_of_page, parts_of
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.live_pages import LivePage


def may_open(page: LivePage, subject: int) -> bool:
    """Return whether the actor may have this page about this record open."""
    if not current_actor().may(page.needs):
        return False
    return not page.subject or bool(model_of(page.subject).objects.filter(pk=subject).exists())


def changed_parts(page: LivePage, subject: int, changes: list[Changed] | None) -> list[str]:
    """Return the parts of a page to reload; all of them where `changes` is None (too many).

    For a page about many records, only if one of the changed rows is within scope.
    """
    if changes is None:
        return list(page.parts)
    found = changes_of_page(page, subject, changes)
    traced = [change for change in found if page.subject and change.model not in page.anywhere]
    return parts_of(page, traced + _visible_changes(change for change in found if change not in traced))


def _visible_changes(changes: Iterable[Changed]) -> list[Changed]:
    """Keep the changes of rows that the actor may see. A deleted row is judged by its client; one without is left out."""
    found = list(changes)
    clients = {change.client for change in found if change.client is not None}
    visible = (
        set(scope.client_model().objects.filter(pk__in=clients).values_list("pk", flat=True)) if clients else set()
    )
    rows: dict[str, set[int]] = {}
    for change in found:
        if change.client is None and change.pk is not None:
            rows.setdefault(change.model, set()).add(change.pk)
    seen = {
        (model, pk)
        for model, pks in rows.items()
        for pk in model_of(model).objects.filter(pk__in=pks).values_list("pk", flat=True)
    }
    return [
        change
        for change in found
        if (
            change.client in visible
            if change.client is not None
            else change.pk is None or (change.model, change.pk) in seen
        )
    ]
