"""Decide to whom a path is assigned, when its courses are due, and a person's progress. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Step:
    """One course of a path: its id, and its due time in days after the assignment."""

    course: int
    days: int


@dataclass(frozen=True)
class Progress:
    """A person's progress: courses done and in total, the next course (None: finished), its due day, whether it is late."""

    done: int
    total: int
    next_course: int | None
    due_on: date | None
    is_late: bool

    @property
    def share(self) -> float:
        """Return the share of courses done, 0 for a path without any."""
        return self.done / self.total if self.total else 0.0


def progress_of(steps: Sequence[Step], done: Collection[int], assigned_on: date, today: date) -> Progress:
    """Return the progress of a person through the courses of a path; `done`: the courses that the person has completed."""
    waiting = [step for step in steps if step.course not in done]
    first = waiting[0] if waiting else None
    due = None if first is None else due_day(first, assigned_on)
    return Progress(len(steps) - len(waiting), len(steps), first and first.course, due, due is not None and due < today)


def due_day(step: Step, assigned_on: date) -> date:
    """Return the due day of a course of a path."""
    return assigned_on + timedelta(days=step.days)


def applies_to(path_role: str, for_new_staff: bool, role: str, is_new: bool) -> bool:
    """Return whether an automatic path concerns a person of a role; `is_new`: began in the industry within a year."""
    return path_role in ("", role) and (is_new or not for_new_staff)
