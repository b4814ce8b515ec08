"""Delete a row with what the database deletes along with it; rows that only name it stay, and that is recorded too."""

from itertools import chain
from typing import Any

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import Q
from django.db.models.deletion import Collector


class _Collector(Collector):
    """Collects through plain querysets: the managers of the models refuse to write."""

    def related_objects(self, related_model: Any, related_fields: Any, objs: Any) -> Any:
        """Return the rows of a model that point to some rows by any of these foreign keys."""
        condition = Q.create([(f"{field.name}__in", objs) for field in related_fields], connector=Q.OR)
        return models.QuerySet(related_model).using(self.using).filter(condition)


def _collect_deletions(row: Any) -> _Collector:
    collector = _Collector(using=row._state.db or DEFAULT_DB_ALIAS)
    collector.collect([row])
    return collector


def release_references(row: Any) -> None:
    """Save the rows that name a row, or what goes along with it, as naming nobody. Call with the sight of the desk."""
    updates: Any = _collect_deletions(row).field_updates
    for (field, value), groups in updates.items():
        for other in list(chain.from_iterable(groups)):
            setattr(other, field.attname, value)
            other.save()


def delete_with_dependents(row: Any) -> None:
    """Delete a row and whatever the database deletes along with it. Call with the sight of the desk."""
    _collect_deletions(row).delete()
