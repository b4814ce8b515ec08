"""Map names of earlier versions to the current ones, for names that are stored or sent from outside.

Each domain declares its own in a module `renamed`. Stored entries keep the name they were written with; it is mapped
where the name is shown, restored or performed (decision 0062).
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum


class Kind(StrEnum):
    """Kind of a name. Names of different kinds may be equal."""

    ACTION = "action"
    QUERY = "query"
    MODEL = "model"
    JOB = "job"
    EVENT = "event"


_CURRENT: dict[Kind, dict[str, str]] = {kind: {} for kind in Kind}


def declare_renamed(kind: Kind, names: Mapping[str, str]) -> None:
    """Declare {old name: current name}. Raises ValueError for an old name declared twice with different meanings."""
    for old, new in names.items():
        if _CURRENT[kind].setdefault(old, new) != new:
            raise ValueError(f"{kind} {old!r} is declared as {_CURRENT[kind][old]!r} and as {new!r}")


def current_name(kind: Kind, name: str) -> str:
    """Return the current name for a former `name`; a name that was never changed is returned unchanged."""
    return _CURRENT[kind].get(name, name)


def names_with_former(kind: Kind, name: str) -> list[str]:
    """Return the current name first, then every former name of the same thing."""
    current = current_name(kind, name)
    return [current, *(old for old, new in _CURRENT[kind].items() if new == current)]


def renamed_pairs(kind: Kind) -> Iterator[tuple[str, str]]:
    """Yield (old, current) of every declared name of a kind, in alphabetical order."""
    yield from sorted(_CURRENT[kind].items())
