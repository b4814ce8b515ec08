"""Days of periods and spans: this month, last quarter, three months ago. Pure."""

import calendar
from datetime import date, timedelta


def shift_day(day: date, unit: str, count: int) -> date:
    """Return a day moved by days or months; the last day of a shorter month. Raises OverflowError outside the calendar."""
    if unit == "day":
        return day + timedelta(days=count)
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError(f"no year {year}")
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def days_of(unit: str, number: int, today: date) -> tuple[date, date]:
    """Return (first, last day) of a period: `number` of weeks, months ... relative to the current one, or of a year by its number."""
    if unit == "in_year":
        return date(number, 1, 1), date(number, 12, 31)
    if unit in ("day", "week"):
        start = today if unit == "day" else today - timedelta(days=today.weekday())
        length = 1 if unit == "day" else 7
        start += timedelta(days=number * length)
        return start, start + timedelta(days=length - 1)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    first = date(today.year, (today.month - 1) // months * months + 1, 1)
    start = shift_day(first, "month", number * months)
    return start, shift_day(start, "month", months) - timedelta(days=1)
