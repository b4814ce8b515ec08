"""Compute a person's required and credited training hours of a year, and who is new. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dakehu.foundation.base.i18n import Bilingual, bilingual

HOURS_A_YEAR = Decimal("15")  # from the second year (domain.md 6, certainty S: secondary sources only)
FIRST_YEARS_FREE = 1
ROLLING = timedelta(days=365)
NEW_STAFF = timedelta(days=365)  # house default
MOST_HOURS = Decimal("120")  # per external training; house default


@dataclass(frozen=True)
class RequiredHours:
    """A person's required hours of a year, and why."""

    hours: Decimal
    reason: Bilingual


def required_hours(
    year: int, started_on: date | None, adjusted: tuple[Decimal, str] | None = None, least: Decimal = HOURS_A_YEAR
) -> RequiredHours:
    """Return the hours required in a calendar year of a person who began on a day.

    None: the day is unknown, and the full hours are required. `adjusted`: (hours, reason) that the firm decided on instead.
    """
    if adjusted is not None:
        return RequiredHours(adjusted[0], bilingual("已调整：{why}", "Adjusted: {why}", why=adjusted[1]))
    if started_on is None:
        return RequiredHours(
            least,
            bilingual(
                "从业开始日期未登记，按全年学时要求", "Start in the trade not entered: the whole hours are asked"
            ),
        )
    if year < started_on.year + FIRST_YEARS_FREE:
        return RequiredHours(Decimal(0), bilingual("从业首年不作要求", "Nothing is asked of the first year"))
    return RequiredHours(least, bilingual("从业第二年起每年要求", "Asked of every year from the second on"))


def is_new(started_on: date | None, today: date) -> bool:
    """Return whether a person is new: began within a year; False if the start is unknown."""
    return started_on is not None and started_on <= today < started_on + NEW_STAFF


def hours_done(records: Iterable[tuple[str, Decimal, int | None]]) -> Decimal:
    """Return the credited hours of a year from (state, hours, course), each course once."""
    total, seen = Decimal(0), set()
    for state, hours, course in records:
        if state != "counted" or (course is not None and course in seen):
            continue
        seen.add(course)
        total += hours
    return total


def record_fault(held_on: date, today: date, hours: Decimal) -> tuple[str, Bilingual] | None:
    """Return (field, error) of an external training; None if valid."""
    if held_on > today:
        return "held_on", bilingual("培训日期不能晚于今天。", "It cannot lie ahead.")
    if held_on.year < today.year - 1:
        return "held_on", bilingual(
            "只能补登今年和去年的培训。", "Only trainings of this year and the last can be entered."
        )
    if not 0 < hours <= MOST_HOURS:
        return "hours", bilingual("学时应在 0–{n} 之间。", "Hours between 0 and {n}.", n=MOST_HOURS)
    return None


def due_day(today: date, days: int, within_year: bool) -> date:
    """Return the due day of a requirement: some days from now, within the calendar year if its period is a year."""
    day = today + timedelta(days=days)
    return min(day, date(today.year, 12, 31)) if within_year else day
