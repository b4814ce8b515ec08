"""The uploaded file of a batch and its mapping: opened, stored, and read with its corrections."""

import json
from typing import Any

from dakehu.exchange.calendars import table as calendar_table
from dakehu.exchange.imports import corrections, frame_files
from dakehu.exchange.mapping import mapping as planning
from dakehu.exchange.mapping.conversion import mark_amounts
from dakehu.exchange.workbook import reading
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.files import store as files
from dakehu.foundation.imports import batches


def open_book(content: bytes, name: str, password: str | None) -> reading.Book:
    """Return a file as sheets. Raises Refused with reason and remedy (a missing password is keyed "password")."""
    try:
        if calendar_table.is_calendar(content):
            return calendar_table.book_of(content, name)
        return reading.open_book(content, filename=name, password=password)
    except (reading.NeedsPassword, reading.WrongPassword) as locked:
        raise Refused({"password": [bilingual(locked.zh, locked.en)]}) from locked
    except reading.BookRefused as refused:
        raise Refused({"file": [bilingual(refused.zh, refused.en)]}) from refused


def save_plan(batch: Any, plan: planning.ImportMapping) -> None:
    """Store a plan with its batch. Sample cells, of any content, are stored encrypted outside the database."""
    plain = plan.as_plain()
    samples = [[column.pop("samples") for column in table["columns"]] for table in plain["tables"]]
    kept = files.save("samples.json", json.dumps(samples, ensure_ascii=False).encode())
    result = {name: value for name, value in batch.report.items() if name != "rows"}  # stored by the previous plan
    batch.plan, batch.report = plain, {**result, "samples": kept.key}


def plan_of(batch: Any) -> planning.ImportMapping:
    """Return the plan of a batch with its sample cells."""
    plan = planning.ImportMapping.of(batch.plan)
    for table, samples in zip(plan.tables, json.loads(files.read(batch.report["samples"])[1]), strict=True):
        for column, seen in zip(table.columns, samples, strict=True):
            column.samples = seen
    return plan


def original_book(batch: Any) -> reading.Book:
    """Return the original file of a batch: uploaded, or rows of another system."""
    content, password = batches.content_of(batch)
    if "origin" in batch.report:
        return frame_files.book_of(content, batch.filename)
    return open_book(content, batch.filename, password)


def book_as_read(batch: Any) -> reading.Book:
    """Return the uploaded file by its mapping, without corrections."""
    return mark_amounts(original_book(batch), plan_of(batch))


def book_of(batch: Any) -> reading.Book:
    """Return the uploaded file by its mapping, with corrections."""
    return corrections.apply_to_table(book_as_read(batch), corrections.corrections_of(batch).cells)
