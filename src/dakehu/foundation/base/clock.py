"""The only source of now. The desk lives in Asia/Shanghai unless set otherwise."""

from datetime import date, datetime
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
