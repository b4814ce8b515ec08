"""Rules of deliveries: identity of a message, when to retry, and the outcome of an attempt. Pure."""

import hashlib
from datetime import timedelta

from dakehu.domains.service.deliveries.kinds import TO_STAFF

STEPS = (1, 2, 5, 10, 20, 40, 60)  # minutes until the next attempt; the last one repeats
MOST_ATTEMPTS = 24  # about 20 hours


def message_id(key: str, address_index: str, host: str) -> str:
    """Return the Message-ID of (key, address): the same for every attempt, so that duplicates can be dropped."""
    digest = hashlib.sha256("\0".join((key, address_index)).encode()).hexdigest()
    return f"<{digest[:40]}@{host}>"


def next_attempt_in(attempts: int) -> timedelta | None:
    """Return the delay after a number of temporary failures, None if it is given up."""
    if attempts >= MOST_ATTEMPTS:
        return None
    return timedelta(minutes=STEPS[min(attempts, len(STEPS)) - 1])


def is_sent_again_when_unknown(kind: str) -> bool:
    """Return whether a message of unknown arrival is sent again automatically: to staff only."""
    return kind in TO_STAFF
