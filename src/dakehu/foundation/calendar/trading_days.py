"""Look up trading days of the exchanges."""

from datetime import date, time, timedelta

from dakehu.foundation.base import clock
from dakehu.foundation.calendar.models import CalendarDay

COMPLETE_AT = time(16)  # time by which prices and trades of the day are final


def is_trading_day(day: date) -> bool:
    """Return whether the exchanges trade on a day.

    Beyond the end of the calendar every weekday is a trading day (and the system page warns).
    """
    if day.weekday() >= 5:
        return bool(CalendarDay.objects.filter(on=day, trading=True).exists())
    return not CalendarDay.objects.filter(on=day, trading=False).exists()


def next_trading_day(day: date) -> date:
    """Return `day` if the exchanges trade then, else the next trading day."""
    known = dict(CalendarDay.objects.filter(on__gte=day, on__lt=day + timedelta(days=40)).values_list("on", "trading"))
    while not known.get(day, day.weekday() < 5):
        day += timedelta(days=1)
    return day


def trading_days_between(first: date, last: date) -> list[date]:
    """Return the trading days from `first` to `last`, both included."""
    known = dict(CalendarDay.objects.filter(on__gte=first, on__lte=last).values_list("on", "trading"))
    all_days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return [day for day in all_days if known.get(day, day.weekday() < 5)]


def trading_day_after(day: date, count: int) -> date:
    """Return the `count`th trading day after a day, excluding the day itself; `count` is 1 or more."""
    return trading_days_between(day + timedelta(days=1), day + timedelta(days=2 * count + 30))[count - 1]


def last_complete_day() -> date:
    """Return the last trading day with final prices."""
    now = clock.local(clock.now())
    end = now.date() if now.time() >= COMPLETE_AT else now.date() - timedelta(days=1)
    return trading_days_between(end - timedelta(days=30), end)[-1]


def calendar_ends_on() -> date | None:
    """Return the last day with known holidays, None for an empty calendar."""
    last = CalendarDay.objects.order_by("-on").values_list("on", flat=True).first()
    return last
