"""Connect published events to reactions, which run as jobs after the action commits."""

import functools
import uuid
from collections.abc import Callable
from typing import Any

from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.base.renamed import Kind, current_name
from dakehu.foundation.jobs.cause import caused_by
from dakehu.foundation.jobs.queue import JOBS, Work, start

REACTIONS: dict[str, list[str]] = {}
FORWARDERS: dict[str, Callable[[str], bool]] = {}


def on_event(event: str) -> Callable[[Work], Work]:
    """Register a reaction: `body(**payload)` runs as a system job after the publishing action commits.

    It must be idempotent: a job runs again if its worker dies before marking it done.
    """

    def wrap(body: Work) -> Work:
        kind = f"{event} → {body.__module__.removeprefix('dakehu.domains.')}.{body.__name__}"
        JOBS[kind] = functools.partial(_run_reaction, body)
        REACTIONS.setdefault(event, []).append(kind)
        return body

    return wrap


def forward_events(kind: str, is_wanted: Callable[[str], bool]) -> None:
    """Subscribe the job `kind` to every wanted event: `body(progress, event=, payload=, occurrence=)`.

    `is_wanted(event)` is called within the publishing action and must be cheap. `occurrence` identifies the event, so
    that a receiver can detect duplicates.
    """
    FORWARDERS[kind] = is_wanted


def _run_reaction(body: Work, progress: Any, cause: int | None = None, **payload: Any) -> Any:
    """Run a reaction. Its writes are undone with the act `cause`, whose event it handles."""
    with caused_by(cause):
        return body(**payload)


def queue_reactions(events: list[tuple[str, dict[str, Any]]], entry: Any = None) -> None:
    """Queue one job for each reaction, in the transaction of the finishing action. `entry` is the undo entry of that
    action, if any.

    The jobs run as the system: a reaction must not depend on the rights of the event's author, nor on whether they
    still exist.
    """
    cause: dict[str, Any] = {"cause": int(entry.pk)} if entry is not None else {}
    for event, payload in events:
        for kind in REACTIONS.get(current_name(Kind.EVENT, event), []):
            with acting_as(system_actor(f"reaction to {event}", current_actor().door)):
                start(kind, **payload, **cause)
        for kind, is_wanted in FORWARDERS.items():
            if is_wanted(event):
                with acting_as(system_actor(f"forward {event}", current_actor().door)):
                    start(kind, event=event, payload=payload, occurrence=uuid.uuid4().hex)
