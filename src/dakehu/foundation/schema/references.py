"""What hangs on a row: every foreign key of every table that points to its table, read from the models themselves, so
that a new table is found without being named."""

from collections.abc import Iterator
from typing import Any


def references_to(model: Any) -> Iterator[tuple[Any, Any]]:
    """(other model, its foreign key) for every foreign key that points to `model`. Derived rows (the search table) are
    left out: they follow the rows they describe."""
    for relation in model._meta.get_fields(include_hidden=True):
        points = relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)
        if points and not getattr(relation.related_model, "derived", False):
            yield relation.related_model, relation.field


def derived_models_of(model: Any) -> Iterator[tuple[Any, Any]]:
    """(derived model, its foreign key) for every table whose rows go with the row of `model` they describe."""
    for relation in model._meta.get_fields(include_hidden=True):
        points = relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)
        if points and getattr(relation.related_model, "derived", False):
            yield relation.related_model, relation.field
