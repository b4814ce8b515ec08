"""Events that domains publish and the reactions of other domains, which run as jobs after the act has committed."""

from collections.abc import Callable
from typing import Any

from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.base.renamed import Kind, current_name
from dakehu.foundation.jobs.queue import JOBS, Work, start

REACTIONS: dict[str, list[str]] = {}


def on_event(event: str) -> Callable[[Work], Work]:
    """Register a reaction: `body(**payload)` runs as a job of the system after the publishing act has committed.

    It must make its effect once however often it runs: a job is run again when its worker dies before marking it done.
    """

    def wrap(body: Work) -> Work:
        kind = f"{event} → {body.__module__.removeprefix('dakehu.domains.')}.{body.__name__}"
        JOBS[kind] = lambda progress, **payload: body(**payload)
        REACTIONS.setdefault(event, []).append(kind)
        return body

    return wrap


def queue_reactions(events: list[tuple[str, dict[str, Any]]]) -> None:
    """Queue one job for each reaction, in the transaction of the act that ends. The jobs are the system's own: what follows
    from an event must not depend on the rights of its author, nor on whether they are still there."""
    for event, payload in events:
        for kind in REACTIONS.get(current_name(Kind.EVENT, event), []):
            with acting_as(system_actor(f"reaction to {event}", current_actor().door)):
                start(kind, **payload)
