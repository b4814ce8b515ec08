"""Rules of client events. Pure."""

from datetime import datetime


def times_error(starts_at: datetime, ends_at: datetime | None) -> tuple[str, str, str] | None:
    """Return the error of the times of an event, None if they are valid."""
    if ends_at is not None and ends_at <= starts_at:
        return "ends_at", "结束时间应晚于开始时间。", "It must end after it starts."
    return None


def attendance_error(
    attended: bool, is_cancelled: bool, starts_at: datetime, now: datetime
) -> tuple[str, str, str] | None:
    """Return why attendance cannot be recorded, None if it can: from the day of the event on, once."""
    if is_cancelled:
        return "invitation", "活动已取消。", "The event is cancelled."
    if attended:
        return "invitation", "已登记到场。", "They are noted as present already."
    if now.date() < starts_at.date():
        return "invitation", "活动当天起才能登记到场。", "Attendance is noted from the day of the event on."
    return None


def cost_per_attendee(cost: float | None, came: int) -> float | None:
    """Return the cost per attendee, None if the cost is unknown or no one came."""
    return None if cost is None or not came else cost / came
