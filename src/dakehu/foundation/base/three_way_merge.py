"""Compare three versions of a row: as read by a writer, as sent, and as stored now.

Used by the grid, the forms, the API and the workbook. The caller converts all three to the same form first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Conflict:
    """A field changed by both sides. `base` is None if unknown (`known` is False)."""

    base: Any
    mine: Any
    current: Any
    known: bool = True


@dataclass(frozen=True)
class Outcome:
    """The result of a comparison.

    `mine`: values to write, without conflict. `theirs`: changed by others only. `agreed`: changed to the same by both.
    `clashes`: changed differently by both; a person decides.
    """

    mine: dict[str, Any] = field(default_factory=dict)
    theirs: dict[str, Any] = field(default_factory=dict)
    agreed: dict[str, Any] = field(default_factory=dict)
    clashes: dict[str, Conflict] = field(default_factory=dict)


def compare(base: Mapping[str, Any], mine: Mapping[str, Any], current: Mapping[str, Any]) -> Outcome:
    """Compare field by field over `mine`; `theirs` also includes fields of `base` that were not sent.

    For a field missing in `base` the value the writer saw is unknown: if mine differs from the stored value, a person
    decides.
    """
    outcome = Outcome()
    for name, value in mine.items():
        now = current.get(name)
        if name not in base:
            if value != now:
                outcome.clashes[name] = Conflict(None, value, now, known=False)
            continue
        base_value = base[name]
        if value == base_value:
            if now != base_value:
                outcome.theirs[name] = now
        elif now == base_value:
            outcome.mine[name] = value
        elif now == value:
            outcome.agreed[name] = now
        else:
            outcome.clashes[name] = Conflict(base_value, value, now)
    for name, base_value in base.items():
        if name not in mine and name in current and current[name] != base_value:
            outcome.theirs[name] = current[name]
    return outcome
