"""Connect published events to reactions, which run as jobs after the action commits."""

from collections.abc import Callable
from typing import Any

from dakehu.foundation.jobs.queue import JOBS, Work, start

REACTIONS: dict[str, list[str]] = {}


def on_event(event: str) -> Callable[[Work], Work]:
    """Register a reaction: `body(**payload)` runs after the publishing action has committed."""

    def wrap(body: Work) -> Work:
        kind = f"{event} → {body.__module__}.{body.__name__}"
        JOBS[kind] = lambda progress, **payload: body(**payload)
        REACTIONS.setdefault(event, []).append(kind)
        return body

    return wrap


def queue_reactions(events: list[tuple[str, dict[str, Any]]]) -> None:
    """Queue one job for each reaction; called at the end of an action, in its transaction."""
    for event, payload in events:
        for kind in REACTIONS.get(event, []):
            start(kind, **payload)
