"""Rules of the workload: hours of a person, what a move of clients changes, and a proposal that balances. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

MINUTES_AN_HOUR = 60
MOST_MOVES = 200  # most clients of one proposal


@dataclass
class Load:
    """The hours of one person in a month: {client: hours promised by its tier}, of open tasks, and available."""

    user: int
    clients: dict[int, float] = field(default_factory=dict)
    task_hours: float = 0.0
    available: float = 0.0

    @property
    def hours(self) -> float:
        """Return the hours that clients and tasks take."""
        return sum(self.clients.values()) + self.task_hours

    @property
    def free(self) -> float:
        """Return the remaining hours, negative if overloaded."""
        return self.available - self.hours


def loads_after_move(loads: Mapping[int, Load], to: Mapping[int, int]) -> dict[int, Load]:
    """Return the loads after clients have moved to others: `to` is {client: user}. Tasks are not split by client."""
    after = {user: Load(user, dict(load.clients), load.task_hours, load.available) for user, load in loads.items()}
    where = {client: user for user, load in loads.items() for client in load.clients}
    for client, user in to.items():
        if client in where and user in after:
            after[user].clients[client] = after[where[client]].clients.pop(client)
    return after


def proposal(loads: Mapping[int, Load], fixed: frozenset[int] = frozenset()) -> dict[int, int]:
    """Return {client: user} that relieves overloaded people in few moves; {} if no one is overloaded.

    The largest client of the person with the least hours left that fits the person with the most hours left is moved
    there. Stops if no one is overloaded, nothing fits or after MOST_MOVES. `fixed` are clients that stay.
    """
    now, to = loads_after_move(loads, {}), {}
    while len(to) < MOST_MOVES:
        ordered = sorted(now.values(), key=lambda load: (load.free, load.user))
        over, room = ordered[:1], ordered[-1:]
        if not over or over[0].free >= 0 or room[0].free <= 0:
            break
        fits = [
            (hours, -client)
            for client, hours in over[0].clients.items()
            if client not in fixed and client not in to and 0 < hours <= room[0].free
        ]
        if not fits:
            break
        client = -max(fits)[1]
        room[0].clients[client] = over[0].clients.pop(client)
        to[client] = room[0].user
    return to


def working_hours(hours_per_day: float, days: float, absent_days: int, reserve: float) -> float:
    """Return the hours of a month that one person has for clients: without days away and without the reserve."""
    return max(hours_per_day * (days - absent_days) * (1 - reserve), 0.0)
