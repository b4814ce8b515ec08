"""Connect published events to reactions, which run as jobs after the action commits."""

from collections.abc import Callable
from typing import Any

from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.base.renamed import Kind, current_name
from dakehu.foundation.jobs.queue import JOBS, Work, start

REACTIONS: dict[str, list[str]] = {}


def on_event(event: str) -> Callable[[Work], Work]:
    """Register a reaction: `body(**payload)` runs as a system job after the publishing action commits.

    It must be idempotent: a job runs again if its worker dies before marking it done.
    """

    def wrap(body: Work) -> Work:
        kind = f"{event} → {body.__module__.removeprefix('dakehu.domains.')}.{body.__name__}"
        JOBS[kind] = lambda progress, **payload: body(**payload)
        REACTIONS.setdefault(event, []).append(kind)
        return body

    return wrap


def queue_reactions(events: list[tuple[str, dict[str, Any]]]) -> None:
    """Queue one job for each reaction, in the transaction of the action that ends.

    The jobs run as the system: a reaction must not depend on the rights of the event's author, nor on whether they
    still exist.
    """
    for event, payload in events:
        for kind in REACTIONS.get(current_name(Kind.EVENT, event), []):
            with acting_as(system_actor(f"reaction to {event}", current_actor().door)):
                start(kind, **payload)
