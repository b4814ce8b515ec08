"""Fetch the rows behind foreign keys: few of them by cached statements, many as Django does."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.db import models

from dakehu.foundation.database.kept_statements import depends_on_reach_alone, kept_rows

FEW = 3  # rows behind one key; beyond it one statement for all of them is faster


def fetch_keys(rows: Sequence[Any], keys: Sequence[str]) -> None:
    """Attach the rows behind `keys` (names of foreign keys) to some rows of one model."""
    left = [key for key in keys if not _fetch_few(rows, type(rows[0])._meta.get_field(key))]
    if left:
        models.prefetch_related_objects(rows, *left)


def _fetch_few(rows: Sequence[Any], key: Any) -> bool:
    """Fetch the rows behind a key of some rows, unless client data or many. Return whether it did."""
    target = key.related_model
    is_plain = depends_on_reach_alone(target) and not getattr(target, "client_path", "")
    if not is_plain or key.target_field != target._meta.pk:
        return False
    without = [row for row in rows if not key.is_cached(row) and getattr(row, key.attname) is not None]
    ids = {getattr(row, key.attname) for row in without}
    if len(ids) > FEW:
        return False
    found = {row.pk: row for pk in ids for row in _row_lookup_by_id(target)(pk)}
    for row in without:
        if getattr(row, key.attname) in found:
            key.set_cached_value(row, found[getattr(row, key.attname)])
    return True


@cache
def _row_lookup_by_id(model: Any) -> Callable[..., list[Any]]:
    return kept_rows(model, lambda pk: model._base_manager.filter(pk=pk))
