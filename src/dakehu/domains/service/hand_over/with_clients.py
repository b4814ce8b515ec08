"""Move the former main manager's open work when clients are assigned to another."""

from typing import Any

from dakehu.domains.clients.bulk_edit.open_work import set_work_mover
from dakehu.domains.service.hand_over.moves import give_work, moves_of
from dakehu.foundation.access.actor import elevated


def move_work(giver: Any, clients: list[int], receiver: Any) -> int:
    """Give all open work of a colleague at some clients to a receiver; return the number of items."""
    moves = moves_of(giver, clients).values()
    with elevated("open work goes with its client"):
        for move in moves:
            move.receiver = receiver
            give_work(move)
    return sum(len(move.owned) + len(move.promises) for move in moves)


set_work_mover(move_work)
