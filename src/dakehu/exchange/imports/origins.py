"""Batches that nobody uploaded: rows of another system that pass through the ordinary import.

What brings such rows registers a writer. The import calls it within its own act, so that what it notes (which record
is which row, until when a table was read) is written, and undone, with the rows themselves.
"""

from collections.abc import Callable
from typing import Any, Protocol

from dakehu.exchange.imports import frame_files
from dakehu.exchange.imports.batch_files import save_plan
from dakehu.exchange.imports.dry_run import DryRun
from dakehu.exchange.imports.frame_files import FrameSheet
from dakehu.exchange.mapping.mapping import ImportMapping
from dakehu.foundation.actions.registry import act
from dakehu.foundation.imports import batches


class OriginWriter(Protocol):
    """What an origin notes of an import."""

    def add(self, made: DryRun) -> None:
        """Note a part that was written."""

    def finish(self) -> dict[str, Any]:
        """Write what was noted; return what the report says of it."""


class NoOrigin:
    """The writer of an uploaded file: it notes nothing."""

    def add(self, made: DryRun) -> None:
        """Note nothing."""

    def finish(self) -> dict[str, Any]:
        """Add nothing to the report."""
        return {}


_writers: dict[str, Callable[[Any], OriginWriter]] = {}


def register(kind: str, open_writer: Callable[[Any], OriginWriter]) -> None:
    """Register what makes the writer of a batch of one kind of origin."""
    _writers[kind] = open_writer


def open_batch(name: str, sheets: list[FrameSheet], plan: ImportMapping, *, kind: str, number: int) -> Any:
    """Keep rows of another system as a batch of the actor, to be imported like a file. `number` is of its origin."""
    with act("workbook.upload"):
        batch = batches.start(name, frame_files.content_of(sheets), None)
        batch.report = {**batch.report, "origin": {"kind": kind, "number": number}}
        save_plan(batch, plan)
        batch.save()
    return batch


def origin_of(batch: Any) -> tuple[str, int] | None:
    """Return (kind, number) of where the rows of a batch come from, None for an uploaded file."""
    origin = batch.report.get("origin")
    return (origin["kind"], int(origin["number"])) if origin else None


def writer_of(batch: Any) -> OriginWriter:
    """Return what notes the import of a batch."""
    origin = origin_of(batch)
    return NoOrigin() if origin is None else _writers[origin[0]](batch)
