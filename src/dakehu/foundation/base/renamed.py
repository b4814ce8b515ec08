"""Map names of earlier versions to the present ones, for names that are stored or sent from outside.

Each domain declares its own in a module `renamed`. Stored entries keep the name they were written with; it is mapped
where the name is shown, restored or performed (decision 0062).
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum


class Kind(StrEnum):
    """What a name stands for. Names of different kinds may be alike."""

    ACTION = "action"
    QUERY = "query"
    MODEL = "model"
    JOB = "job"
    EVENT = "event"


_CURRENT: dict[Kind, dict[str, str]] = {kind: {} for kind in Kind}


def declare_renamed(kind: Kind, names: Mapping[str, str]) -> None:
    """Declare {old name: present name}. Raises ValueError for an old name that is declared twice with other meanings."""
    for old, new in names.items():
        if _CURRENT[kind].setdefault(old, new) != new:
            raise ValueError(f"{kind} {old!r} is declared as {_CURRENT[kind][old]!r} and as {new!r}")


def current_name(kind: Kind, name: str) -> str:
    """Return the present name of what was once called `name`; a name that was never changed is returned as it is."""
    return _CURRENT[kind].get(name, name)


def names_with_former(kind: Kind, name: str) -> list[str]:
    """Return the present name first, then every name that earlier versions stored for the same thing."""
    current = current_name(kind, name)
    return [current, *(old for old, new in _CURRENT[kind].items() if new == current)]


def renamed_pairs(kind: Kind) -> Iterator[tuple[str, str]]:
    """Yield (old, present) of every declared name of a kind, in alphabetical order."""
    yield from sorted(_CURRENT[kind].items())
