"""The events that may be told to other programs: each domain declares its own, webhooks offer them all."""

from collections.abc import Iterator
from dataclasses import dataclass

from dakehu.foundation.base.i18n import Bilingual


@dataclass(frozen=True)
class OutgoingEvent:
    """An event as `publish_event` names it, and what it is about.

    `model` is the row that its payload names under `parameter`; who may see that row may be told. An event without a model is
    about no client. `passes` are values of the payload that are passed on as they are: no data of clients.
    """

    name: str
    title: Bilingual
    model: str = ""
    parameter: str = ""
    passes: tuple[str, ...] = ()


_declared: dict[str, OutgoingEvent] = {}


def declare(*events: OutgoingEvent) -> None:
    """Register events. Raises ValueError for one declared twice."""
    for event in events:
        if _declared.get(event.name, event) != event:
            raise ValueError(f"the outgoing event {event.name} is declared twice")
        _declared[event.name] = event


def events() -> Iterator[OutgoingEvent]:
    """Every declared event, by name."""
    return iter(sorted(_declared.values(), key=lambda event: event.name))


def find_event(name: str) -> OutgoingEvent | None:
    """Return an event by name, None for one that is not declared."""
    return _declared.get(name)
