"""Presence on live pages: few rows, renewed by the web processes. Not an action: it records nothing that a user did."""

from collections.abc import Iterable
from datetime import timedelta

from dakehu.foundation.base import clock
from dakehu.foundation.database import lock_timeout
from dakehu.foundation.live.models import LivePresence

Place = tuple[str, int]  # name of a page, id of its subject
Seen = tuple[int, str, int]  # user, page, subject
EXPIRES = 30  # seconds after which a row not renewed expires
RENEWED = 10  # seconds between two renewals


def store(process: str, seen: Iterable[Seen]) -> bool:
    """Synchronise the rows of a process with `seen` and renew them. False where another writer locks the database: it
    never waits and is retried in the next cycle."""
    now, wanted = clock.now(), set(seen)
    try:
        with lock_timeout.no_wait():
            rows = LivePresence.objects.filter(process=process)
            stored = {(row.user_ref, row.page, row.subject): row.pk for row in rows}
            gone = [pk for key, pk in stored.items() if key not in wanted]
            LivePresence.objects.filter(pk__in=gone).delete()
            LivePresence.objects.filter(seen_at__lt=now - timedelta(seconds=2 * EXPIRES)).delete()
            rows.update(seen_at=now)
            LivePresence.objects.bulk_create(
                LivePresence(process=process, user_ref=user, page=page, subject=subject, seen_at=now)
                for user, page, subject in sorted(wanted - set(stored))
            )
    except lock_timeout.Busy:
        return False
    return True


def mark(process: str, user: int, page: str, subject: int) -> None:
    """Record that a polling user, without a stream, has a page open."""
    try:
        with lock_timeout.no_wait():
            LivePresence.objects.update_or_create(
                process=process, user_ref=user, page=page, subject=subject, defaults={"seen_at": clock.now()}
            )
    except lock_timeout.Busy:
        return


def present(places: Iterable[Place]) -> dict[Place, set[int]]:
    """Return who has each of these pages open now: {place: ids of users}."""
    wanted = set(places)
    since = clock.now() - timedelta(seconds=EXPIRES)
    found: dict[Place, set[int]] = {place: set() for place in wanted}
    for user, page, subject in LivePresence.objects.filter(seen_at__gte=since).values_list(
        "user_ref", "page", "subject"
    ):
        if (page, subject) in wanted:
            found[page, subject].add(user)
    return found
