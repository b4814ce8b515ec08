"""The only source of the current time. The desk's time zone is Asia/Shanghai unless set otherwise."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """Return the current time with its time zone."""
    return timezone.now()


def zone() -> ZoneInfo:
    """Return the desk's time zone."""
    return ZoneInfo(settings.TIME_ZONE)


def today() -> date:
    """Return the date in the desk's time zone, not the server's."""
    return timezone.now().astimezone(zone()).date()


def local(moment: datetime) -> datetime:
    """Convert a time to the desk's time zone."""
    return moment.astimezone(zone())


def start_of_day(day: date) -> datetime:
    """Return the start of a day in the desk's time zone."""
    return at_local(datetime.combine(day, time.min))


def at_local(naive: datetime) -> datetime:
    """Interpret a time without zone in the desk's time zone."""
    return naive.replace(tzinfo=zone()) if naive.tzinfo is None else naive
