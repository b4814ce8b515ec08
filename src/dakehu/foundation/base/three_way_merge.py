"""Two people changed the same row: what stood there when I began, what I want, what stands there now.

One comparison for the grid, the forms, the API and the workbook. Values are compared as they are; whoever calls brings
all three into the same form first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Conflict:
    """One field that both changed. `base` is None where it is not known what it was (`known` says which)."""

    base: Any
    mine: Any
    current: Any
    known: bool = True


@dataclass(frozen=True)
class Outcome:
    """`mine`: what is to be written, in nobody's way. `theirs`: what others changed and I did not. `agreed`: both
    changed to the same. `clashes`: both changed, each to something else; a person decides."""

    mine: dict[str, Any] = field(default_factory=dict)
    theirs: dict[str, Any] = field(default_factory=dict)
    agreed: dict[str, Any] = field(default_factory=dict)
    clashes: dict[str, Conflict] = field(default_factory=dict)


def compare(base: Mapping[str, Any], mine: Mapping[str, Any], current: Mapping[str, Any]) -> Outcome:
    """Field by field over `mine`; `theirs` also names fields of `base` that I did not send at all.

    A field that `base` does not hold is one of which nobody knows what I saw: if mine differs from what stands there
    now, a person decides.
    """
    made = Outcome()
    for name, wanted in mine.items():
        now = current.get(name)
        if name not in base:
            if wanted != now:
                made.clashes[name] = Conflict(None, wanted, now, known=False)
            continue
        was = base[name]
        if wanted == was:
            if now != was:
                made.theirs[name] = now
        elif now == was:
            made.mine[name] = wanted
        elif now == wanted:
            made.agreed[name] = now
        else:
            made.clashes[name] = Conflict(was, wanted, now)
    for name, was in base.items():
        if name not in mine and name in current and current[name] != was:
            made.theirs[name] = current[name]
    return made
