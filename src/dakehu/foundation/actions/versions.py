"""Optimistic locking of a row: a later writer must have read what an earlier one saved."""

from typing import Any

from django.db import connection

from dakehu.foundation.base.errors import Conflict, NotFound


def check_version(row: Any, version: int | None) -> None:
    """Raise Conflict if `row` is no longer at `version` (None: not given, the last writer wins).

    The row is read again and locked until the act ends, so that one of two concurrent writers gets the conflict.
    """
    if version is None:
        return
    rows = type(row).objects.filter(pk=row.pk)
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    now = rows.first()
    if now is None:
        raise NotFound()
    if now.row_version != version:
        raise Conflict(None, now.row_version, now)
