"""Move open work at reassigned clients to the new main manager in the same act, by a higher domain that stores it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from dakehu.domains.clients.bulk_edit.duties import open_duties

WorkMover = Callable[[Any, list[int], Any], int]
_mover: list[WorkMover] = []


def set_work_mover(move: WorkMover) -> None:
    """Called once at start-up by the domain that stores open work: `move(giver, clients, receiver)` returns how many rows went."""
    _mover[:] = [move]


def move_open_work(clients: Iterable[int], receiver: Any) -> int:
    """Move the open work of the present main managers at clients to a receiver; return the number of items. Call before the duties change."""
    by_giver: dict[Any, list[int]] = defaultdict(list)
    for duty in open_duties(None, clients):
        if duty.user_id != receiver.pk:
            by_giver[duty.user].append(duty.client_id)
    return sum(move(giver, found, receiver) for move in _mover for giver, found in by_giver.items())
