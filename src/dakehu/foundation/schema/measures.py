"""Operational metrics declared by a domain: for example pending and failed work.

Labels are states and kinds, never a person or a client.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Measure:
    """One current metric: its name without the product prefix, its description, its value, and its labels."""

    name: str
    help: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)


_sources: dict[str, Callable[[], Iterable[Measure]]] = {}


def declare_measures(name: str, read: Callable[[], Iterable[Measure]]) -> None:
    """Register a function that returns current metrics: quick, called as the system on each scrape."""
    _sources[name] = read


def read_measures() -> Iterator[Measure]:
    """Yield the metrics of every source, in the order of their names."""
    for _, read in sorted(_sources.items()):
        yield from read()
