"""Rules of privacy requests and retention. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

DEADLINE = "deadline"  # code of the term for answering a request


@dataclass(frozen=True)
class Term:
    """A deadline or retention period: `amount` in working days for the deadline, in years for records.

    `certainty` is V (text read), S (secondary source), K (to be checked) or D (house default). `declared` is the amount
    without any change by the firm.
    """

    code: str
    amount: int
    certainty: str
    source_zh: str
    source_en: str
    declared: int
    declared_certainty: str


@dataclass(frozen=True)
class KeptUntil:
    """The day on which a client may be erased, and the reason: the newest record of the kind kept longest."""

    until: date
    code: str
    last_on: date
    years: int


def add_years(day: date, years: int) -> date:
    """Return the same day some years later; 29 February becomes 1 March, so that nothing is erased a day too early."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def due_on(received_on: date, working_days: list[date], amount: int) -> date:
    """Return the last of `amount` working days after the day of receipt. `working_days` must be ascending and long enough."""
    later = [day for day in working_days if day > received_on]
    return later[amount - 1] if amount else received_on


def kept_until(records: Iterable[tuple[str, date, int]]) -> KeptUntil | None:
    """Return the end of a client's retention: the latest day of (code, newest record, years); None without any record."""
    kept = [KeptUntil(add_years(last_on, years), code, last_on, years) for code, last_on, years in records]
    return max(kept, key=lambda one: (one.until, one.code)) if kept else None


def may_shorten(term: Term, amount: int) -> bool:
    """Return whether a firm may set a term to an amount.

    A retention fixed by law (V) may not be shortened. A deadline may be shortened at will, and not prolonged if
    it is fixed.
    """
    if term.declared_certainty != "V":
        return amount >= (1 if term.code == DEADLINE else 0)
    return 1 <= amount <= term.declared if term.code == DEADLINE else amount >= term.declared
