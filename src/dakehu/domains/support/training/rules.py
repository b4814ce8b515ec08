"""User names on the training desk, and selection of the clients served there. Pure."""

from collections.abc import Sequence
from typing import TypeVar

PREFIX = "practice-"  # before the user name of the real desk: a fictitious colleague may have the same
CLIENTS_EACH = 12
Client = TypeVar("Client")


def practice_name(username: str) -> str:
    """Return the user name on the training desk for a user name on the real desk."""
    return f"{PREFIX}{username}"[:60]


def clients_for(place: int, clients: Sequence[Client], each: int = CLIENTS_EACH) -> list[Client]:
    """Return the clients of the person at a position: the next few, cyclically."""
    if not clients:
        return []
    first = place * each
    return [clients[(first + offset) % len(clients)] for offset in range(min(each, len(clients)))]


def desk_name(username: str) -> str:
    """Return the user name on the real desk of an account of the training desk."""
    return username.removeprefix(PREFIX)
