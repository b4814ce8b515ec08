"""References to a row: every foreign key of every table that points to its table, read from the models, so that new
tables are found automatically."""

from collections.abc import Iterator
from typing import Any


def references_to(model: Any) -> Iterator[tuple[Any, Any]]:
    """Return (other model, its foreign key) for every foreign key that points to `model`. Derived rows (the search
    table) are left out: they follow the rows they describe."""
    for relation in model._meta.get_fields(include_hidden=True):
        points = relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)
        if points and not getattr(relation.related_model, "derived", False):
            yield relation.related_model, relation.field


def derived_models_of(model: Any) -> Iterator[tuple[Any, Any]]:
    """Return (derived model, its foreign key) for every table whose rows are deleted with the row of `model` they
    describe."""
    for relation in model._meta.get_fields(include_hidden=True):
        points = relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)
        if points and getattr(relation.related_model, "derived", False):
            yield relation.related_model, relation.field
