"""Compute when yearly dates recur. Pure."""

from datetime import date, timedelta


def in_year(day: date, year: int) -> date:
    """Return the same day in another year; 29 February becomes 28 February in common years."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def next_occurrence(day: date, yearly: bool, today: date) -> date | None:
    """Return the next occurrence of a day, today included; None for a single day that has passed."""
    if not yearly:
        return day if day >= today else None
    this_year = in_year(day, today.year)
    return this_year if this_year >= today else in_year(day, today.year + 1)


def month_days(today: date, days: int) -> list[tuple[int, int]]:
    """Return (month, day) of today and the `days` after it; 29 February is included with the 28th."""
    pairs = [
        ((today + timedelta(days=offset)).month, (today + timedelta(days=offset)).day) for offset in range(days + 1)
    ]
    return [*pairs, (2, 29)] if (2, 28) in pairs and (2, 29) not in pairs else pairs
