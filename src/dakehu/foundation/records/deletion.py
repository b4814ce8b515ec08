"""Delete a row with its cascaded rows; rows with a nullable reference to it are kept, and that is recorded too."""

from itertools import chain
from typing import Any

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import Q
from django.db.models.deletion import Collector


class _Collector(Collector):
    """A deletion collector using plain querysets: the managers of the models refuse to write."""

    def related_objects(self, related_model: Any, related_fields: Any, objs: Any) -> Any:
        """Return the rows of a model that point to some rows by any of these foreign keys."""
        condition = Q.create([(f"{field.name}__in", objs) for field in related_fields], connector=Q.OR)
        return models.QuerySet(related_model).using(self.using).filter(condition)


def _collect_deletions(row: Any) -> _Collector:
    collector = _Collector(using=row._state.db or DEFAULT_DB_ALIAS)
    collector.collect([row])
    return collector


def release_references(row: Any) -> None:
    """Clear nullable references to a row, or to its cascaded rows. Call with system reach."""
    updates: Any = _collect_deletions(row).field_updates
    for (field, value), groups in updates.items():
        for other in list(chain.from_iterable(groups)):
            setattr(other, field.attname, value)
            other.save()


def delete_with_dependents(row: Any) -> None:
    """Delete a row and its cascaded rows. Call with system reach."""
    _collect_deletions(row).delete()
