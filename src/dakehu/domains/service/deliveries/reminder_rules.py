"""When notices are sent outside the desk: immediately, after the quiet hours, in the morning, or to the lead. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dakehu.domains.service.deliveries.kinds import NoticeTiming
from dakehu.domains.service.deliveries.quiet import end_of_quiet


@dataclass(frozen=True)
class Wishes:
    """A user's preferences for reminders; times are local."""

    timing: str
    digest_at: str
    urgent_at_once: bool
    quiet_from: str
    quiet_until: str
    snoozed_until: datetime | None
    digested_on: date | None


@dataclass(frozen=True)
class Unread:
    """An unread notice: whether it is urgent, and what the desk has sent for it."""

    key: str
    is_urgent: bool
    seen_at: datetime
    has_left: bool
    has_climbed: bool


@dataclass(frozen=True)
class Batch:
    """Notices sent as one message, immediately or, if held by a rule, not before a time."""

    keys: tuple[str, ...]
    kind: str  # notice | digest
    not_before: datetime | None = None
    held_by: str = ""


def batches(unread: Iterable[Unread], wishes: Wishes, now: datetime) -> list[Batch]:
    """Return the messages to send now. A notice is sent once; the digest repeats what is still unread.

    Urgent ones are delayed only by a snooze, unless their reader chose otherwise.
    """
    every = list(unread)
    if wishes.timing == NoticeTiming.NEVER:
        return []
    fresh = [one for one in every if not one.has_left]
    urgent = [one.key for one in fresh if one.is_urgent and wishes.urgent_at_once]
    found = [_batch(urgent, "notice", wishes, now, waits_for_hours=False)]
    if wishes.timing == NoticeTiming.DIGEST:
        if is_digest_due(wishes, now):
            found.append(_batch([one.key for one in every if one.key not in urgent], "digest", wishes, now))
    else:
        found.append(_batch([one.key for one in fresh if one.key not in urgent], "notice", wishes, now))
    return [one for one in found if one.keys]


def is_digest_due(wishes: Wishes, now: datetime) -> bool:
    """Return whether the digest of the day is due and not yet created."""
    is_time = wishes.timing == NoticeTiming.DIGEST and f"{now:%H:%M}" >= wishes.digest_at
    return is_time and wishes.digested_on != now.date()


def _batch(keys: list[str], kind: str, wishes: Wishes, now: datetime, waits_for_hours: bool = True) -> Batch:
    """Return a message of some notices, held by a snooze or the quiet hours, whichever ends later."""
    until, held_by = now, ""
    if waits_for_hours:
        until = end_of_quiet(now, wishes.quiet_from, wishes.quiet_until)
        held_by = "quiet_hours" if until > now else ""
    if wishes.snoozed_until is not None and wishes.snoozed_until > until:
        until, held_by = wishes.snoozed_until, "snoozed"
    return Batch(tuple(keys), kind, until if held_by else None, held_by)


def notices_to_escalate(unread: Iterable[Unread], minutes: int | None, now: datetime) -> list[str]:
    """Return the urgent notices unread for so long that they escalate to the lead; none if the firm disabled it."""
    if minutes is None:
        return []
    since = now - timedelta(minutes=minutes)
    return [one.key for one in unread if one.is_urgent and not one.has_climbed and one.seen_at <= since]
