"""When yearly days come round. Pure."""

from datetime import date, timedelta


def in_year(day: date, year: int) -> date:
    """The same day in another year; 29 February falls on 28 February in years without one."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def next_occurrence(day: date, yearly: bool, today: date) -> date | None:
    """The next time a day comes, today included; None for a single day that has passed."""
    if not yearly:
        return day if day >= today else None
    this_year = in_year(day, today.year)
    return this_year if this_year >= today else in_year(day, today.year + 1)


def month_days(today: date, days: int) -> list[tuple[int, int]]:
    """(month, day) of today and the `days` after it; 29 February rides with the 28th."""
    found = [((today + timedelta(days=i)).month, (today + timedelta(days=i)).day) for i in range(days + 1)]
    return [*found, (2, 29)] if (2, 28) in found and (2, 29) not in found else found
