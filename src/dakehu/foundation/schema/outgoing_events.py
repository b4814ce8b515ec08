"""The events that may be sent to other programs: each domain declares its own, webhooks offer them all."""

from collections.abc import Iterator
from dataclasses import dataclass

from dakehu.foundation.base.i18n import Bilingual


@dataclass(frozen=True)
class OutgoingEvent:
    """An event by its name in `publish_event`, and its subject.

    `model` is the row given in its payload as `parameter`; readers who see that row may receive the event. An event
    without a model concerns no client. `passes` are values of the payload passed on unchanged: no client data.
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
    """Return every declared event, by name."""
    return iter(sorted(_declared.values(), key=lambda event: event.name))


def find_event(name: str) -> OutgoingEvent | None:
    """Return an event by name, None for an undeclared one."""
    return _declared.get(name)
