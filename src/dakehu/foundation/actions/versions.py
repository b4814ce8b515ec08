"""Two writers and one row: the person who saves later must have seen what the earlier one saved."""

from typing import Any

from django.db import connection

from dakehu.foundation.base.errors import Conflict, NotFound


def check_version(row: Any, version: int | None) -> None:
    """Raise Conflict if `row` is no longer at `version` (None: the writer did not say, the last one wins).

    The row is read again and held until the act ends, so that of two who save at the same moment one is told.
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
