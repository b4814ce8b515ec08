"""Batches that were not uploaded: rows of another system that use the ordinary import.

The source of such rows registers a writer. The import calls it within its own act, so that its data (which record
is which row, up to when a table was read) is written, and undone, with the rows themselves.
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
    """The interface by which an origin records an import."""

    def add(self, made: DryRun) -> None:
        """Record a part that was written."""

    def finish(self) -> dict[str, Any]:
        """Write the recorded data; return its entry for the report."""


class NoOrigin:
    """The writer of an uploaded file: it records nothing."""

    def add(self, made: DryRun) -> None:
        """Record nothing."""

    def finish(self) -> dict[str, Any]:
        """Add nothing to the report."""
        return {}


_writers: dict[str, Callable[[Any], OriginWriter]] = {}


def register(kind: str, open_writer: Callable[[Any], OriginWriter]) -> None:
    """Register the factory of the writer for batches of one kind of origin."""
    _writers[kind] = open_writer


def open_batch(name: str, sheets: list[FrameSheet], plan: ImportMapping, *, kind: str, number: int) -> Any:
    """Store rows of another system as a batch of the actor, to be imported like a file. `number` is the origin's id."""
    with act("workbook.upload"):
        batch = batches.start(name, frame_files.content_of(sheets), None)
        batch.report = {**batch.report, "origin": {"kind": kind, "number": number}}
        save_plan(batch, plan)
        batch.save()
    return batch


def origin_of(batch: Any) -> tuple[str, int] | None:
    """Return (kind, number) of the origin of a batch's rows, None for an uploaded file."""
    origin = batch.report.get("origin")
    return (origin["kind"], int(origin["number"])) if origin else None


def writer_of(batch: Any) -> OriginWriter:
    """Return the writer that records the import of a batch."""
    origin = origin_of(batch)
    return NoOrigin() if origin is None else _writers[origin[0]](batch)
