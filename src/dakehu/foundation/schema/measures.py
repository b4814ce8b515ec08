"""Figures of the running desk that a domain declares for those who operate it: how much waits, how much has failed.

Their labels are states and kinds, never a person or a client.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Measure:
    """One figure now: its name without the prefix of the product, what it says, its value, and its labels."""

    name: str
    help: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)


_sources: dict[str, Callable[[], Iterable[Measure]]] = {}


def declare_measures(name: str, read: Callable[[], Iterable[Measure]]) -> None:
    """Register a function that returns figures as of now: quick, called as the desk itself whenever somebody measures."""
    _sources[name] = read


def read_measures() -> Iterator[Measure]:
    """Yield the figures of every source, in the order of their names."""
    for _, read in sorted(_sources.items()):
        yield from read()
