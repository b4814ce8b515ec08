"""The only source of now, and the trading calendar. The desk lives in Asia/Shanghai unless set otherwise."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """This moment, with its zone."""
    return timezone.now()


def zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def today() -> date:
    """The date on the desk's wall, not the server's: at 00:30 in Shanghai it is already tomorrow in UTC."""
    return timezone.now().astimezone(zone()).date()


def local(moment: datetime) -> datetime:
    """A moment as the desk's wall clock shows it."""
    return moment.astimezone(zone())


def at_local(naive: datetime) -> datetime:
    """A wall-clock time that a person wrote, as a moment."""
    return naive.replace(tzinfo=zone()) if naive.tzinfo is None else naive


def is_trading_day(day: date) -> bool:
    """Whether the exchanges trade. Beyond the end of the calendar every weekday counts (and the system page warns)."""
    from dakehu.foundation.models import CalendarDay

    if day.weekday() >= 5:
        return bool(CalendarDay.objects.filter(on=day, trading=True).exists())
    return not CalendarDay.objects.filter(on=day, trading=False).exists()


def next_trading_day(day: date) -> date:
    """`day` itself if the exchanges trade then, else the first day after it on which they do."""
    from dakehu.foundation.models import CalendarDay

    known = dict(CalendarDay.objects.filter(on__gte=day, on__lt=day + timedelta(days=40)).values_list("on", "trading"))
    while not known.get(day, day.weekday() < 5):
        day += timedelta(days=1)
    return day


def trading_days(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`, both included, on which the exchanges trade."""
    from dakehu.foundation.models import CalendarDay

    known = dict(CalendarDay.objects.filter(on__gte=first, on__lte=last).values_list("on", "trading"))
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in every if known.get(day, day.weekday() < 5)]


def calendar_ends_on() -> date | None:
    """The last day for which holidays are known; None for an empty calendar."""
    from dakehu.foundation.models import CalendarDay

    last = CalendarDay.objects.order_by("-on").values_list("on", flat=True).first()
    return last
