"""Quiet hours: whether a time is in them, and when they end. Times of the day such as "20:30"; "" for none. Pure."""

from datetime import datetime, time, timedelta


def is_time(text: str) -> bool:
    """Return whether a text is a time of the day, or empty."""
    if not text:
        return True
    try:
        time.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 5


def is_quiet(moment: datetime, since: str, until: str) -> bool:
    """Return whether a local time is between two times of the day, across midnight if the first is later."""
    if not since or not until or since == until:
        return False
    at = f"{moment:%H:%M}"
    return since <= at < until if since < until else at >= since or at < until


def end_of_quiet(moment: datetime, since: str, until: str) -> datetime:
    """Return the end of the quiet hours that contain a local time; the time itself outside of them."""
    if not is_quiet(moment, since, until):
        return moment
    ends = time.fromisoformat(until)
    found = moment.replace(hour=ends.hour, minute=ends.minute, second=0, microsecond=0)
    return found if found > moment else found + timedelta(days=1)
