"""All rows dependent on some clients, found by the models' foreign keys: the contents of a copy, and of an erasure.

A row that belongs to another client is never included, whatever it points to.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Q

from dakehu.foundation.access import scope
from dakehu.foundation.base.chunks import chunks
from dakehu.foundation.schema.references import references_to

Ids = dict[Any, set[int]]  # {model: ids of its rows}


@dataclass
class Hanging:
    """`own` are the rows of the clients, including the clients themselves; `shared` are rows among them on which rows
    of other clients depend, so that they cannot be deleted."""

    own: Ids = field(default_factory=lambda: defaultdict(set))
    shared: Ids = field(default_factory=lambda: defaultdict(set))

    def labels(self) -> dict[str, set[int]]:
        """Return all rows by the label of their model."""
        every: dict[str, set[int]] = defaultdict(set)
        for found in (self.own, self.shared):
            for model, ids in found.items():
                every[model._meta.label] |= ids
        return every


def rows_of_clients(clients: set[int]) -> Hanging:
    """Return the rows dependent on clients. Run as the system, which sees every row."""
    root = scope.client_model()
    found = Hanging()
    _collect(found.own, root, clients)
    while _move_shared_rows(found):
        pass
    return found


def _collect(own: Ids, root: Any, clients: set[int]) -> None:
    """Add the clients and, repeatedly, the rows that point to added rows."""
    queue = [(root, clients)]
    own[root] |= clients
    while queue:
        target, numbers = queue.pop()
        for other, key in references_to(target):
            if target is not root and key.remote_field.on_delete is not models.CASCADE:
                continue  # it only points there; a row of these clients has its own key to them
            fresh = _pointing(other, key, numbers, clients) - own[other]
            if fresh:
                own[other] |= fresh
                queue.append((other, fresh))


def _own_client(model: Any) -> Any:
    """Return a row's direct foreign key to its client; None without one, or if another row gives its client."""
    path = getattr(model, "client_path", "") or "pk"
    return model._meta.get_field(path) if path != "pk" and "__" not in path else None


def _pointing(model: Any, key: Any, numbers: set[int], clients: set[int]) -> set[int]:
    """Return the ids of rows that point to some rows and belong to no other client.

    A row with a non-nullable key to a client (a pair marked as distinct) belongs to both.
    """
    owner, found = _own_client(model), set()
    needs_client = key.related_model is scope.client_model() and not key.null
    for some in chunks(sorted(numbers)):
        rows: Any = models.QuerySet(model).filter(**{f"{key.name}__in": some})
        if owner is not None and not needs_client:
            rows = rows.filter(Q(**{f"{owner.name}__in": clients}) | Q(**{owner.name: None}))
        found |= set(rows.values_list("pk", flat=True))
    return found


def _move_shared_rows(found: Hanging) -> bool:
    """Move own rows on which rows of others depend by a non-nullable key to `shared`; return whether any was moved.

    Where the row cannot exist without its client either, its dependent rows are deleted as well.
    """
    is_changed = False
    for model, ids in list(found.own.items()):
        for other, key in references_to(model) if model is not scope.client_model() and ids else ():
            if key.null:
                continue
            depending = _depending(other, key, ids, found.own[other])
            owner = _own_client(model)
            if owner is not None and not owner.null:
                found.own[other] |= set(depending)
            else:
                found.shared[model] |= set(depending.values())
                found.own[model] = found.own[model] - set(depending.values())
            is_changed = is_changed or bool(depending)
    return is_changed


def _depending(model: Any, key: Any, ids: set[int], own: set[int]) -> dict[int, int]:
    """Return {id of a remaining row: id of the row it points to}."""
    found: dict[int, int] = {}
    for some in chunks(sorted(ids)):
        rows: Any = models.QuerySet(model).filter(**{f"{key.name}__in": some})
        found.update({pk: parent for pk, parent in rows.values_list("pk", key.attname) if pk not in own})
    return found


def links_to(found: Hanging) -> list[tuple[Any, Any, set[int]]]:
    """Return (model, nullable key, ids) of remaining rows that point to deleted rows."""
    links = []
    for model, ids in found.own.items():
        for other, key in references_to(model):
            if not key.null or not ids:
                continue
            pointing: set[int] = set()
            for some in chunks(sorted(ids)):
                rows: Any = models.QuerySet(other).filter(**{f"{key.name}__in": some})
                pointing |= set(rows.values_list("pk", flat=True)) - found.own[other]
            if pointing:
                links.append((other, key, pointing))
    return links


def containers_of(found: Hanging) -> Ids:
    """Return the rows without a client of their own that exist only for deleted rows (`erased_when_empty`), by
    model."""
    empty: Ids = defaultdict(set)
    for model, ids in found.own.items():
        for key in model._meta.concrete_fields:
            target = getattr(key, "related_model", None)
            if target is None or not getattr(target, "erased_when_empty", False) or not ids:
                continue
            parents: set[int] = set()
            for some in chunks(sorted(ids)):
                rows: Any = models.QuerySet(model).filter(pk__in=some).exclude(**{key.name: None})
                parents |= set(rows.values_list(key.attname, flat=True))
            staying: Any = models.QuerySet(model).filter(**{f"{key.name}__in": parents}).exclude(pk__in=ids)
            empty[target] |= parents - set(staying.values_list(key.attname, flat=True))
    return empty
