"""Events that domains publish and the reactions of other domains, which run as jobs after the act has committed."""

from collections.abc import Callable
from typing import Any

from dakehu.foundation.jobs.queue import JOBS, Work, start

REACTIONS: dict[str, list[str]] = {}


def on_event(event: str) -> Callable[[Work], Work]:
    """Register what follows from news: `body(**payload)` runs after the announcing act has committed."""

    def wrap(body: Work) -> Work:
        kind = f"{event} → {body.__module__}.{body.__name__}"
        JOBS[kind] = lambda progress, **payload: body(**payload)
        REACTIONS.setdefault(event, []).append(kind)
        return body

    return wrap


def queue_reactions(events: list[tuple[str, dict[str, Any]]]) -> None:
    """Called at the end of an act, in its transaction: one job for each reaction."""
    for event, payload in events:
        for kind in REACTIONS.get(event, []):
            start(kind, **payload)
