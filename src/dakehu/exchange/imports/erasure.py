"""Erase uploads that were never imported and contain an erased client: their content was never confirmed."""

from typing import Any

import polars as pl
from django.db import models

from dakehu.exchange.imports.batch_files import original_book
from dakehu.foundation.actions.models import Batch, BatchState
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.erasure.erase import Erasure, declare_eraser
from dakehu.foundation.files import store

UNCONFIRMED = tuple(
    state.value for state in (BatchState.OPENED, BatchState.CHECKED, BatchState.REFUSED, BatchState.CANCELLED)
)
KEPT_FILES = ("lock", "samples", "mended", "rows", "key")  # files referenced by a report besides the upload


def erase_unconfirmed(erasure: Erasure) -> int:
    """Delete the files of unconfirmed imports that contain a client, and those that cannot be opened; return the
    number of imports.

    The entries remain, cancelled and empty.
    """
    batches: Any = models.QuerySet(Batch)
    found = 0
    for row in batches.filter(act="", state__in=UNCONFIRMED).exclude(file_key="").order_by("pk"):
        if erasure.names_one(f"{row.filename} {row.plan} {row.report}") or _holds_one(row, erasure):
            store.erase([row.file_key, *(str(row.report[name]) for name in KEPT_FILES if row.report.get(name))])
            batches.filter(pk=row.pk).update(
                filename="", file_key="", plan={}, report={}, state=BatchState.CANCELLED.value
            )
            found += 1
    return found


def _holds_one(row: Batch, erasure: Erasure) -> bool:
    """Return whether a cell of an upload contains a client; True if it cannot be opened."""
    try:
        book = original_book(row)
    except NotFound:  # expired and deleted
        return False
    except Refused:
        return True
    words = sorted(erasure.words)
    return any(
        column.dtype == pl.String and bool(column.str.contains_any(words).any())
        for sheet in book.sheets
        for column in sheet.frame.iter_columns()
    )


declare_eraser("unconfirmed_imports", erase_unconfirmed)
