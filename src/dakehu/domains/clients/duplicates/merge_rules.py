"""What is decided when two clients become one. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

EMPTY = (None, "")
GOES_WITH = {
    "id_type": "id_number",
    "id_expires_on": "id_number",
    "risk_basis": "risk_level",
    "risk_tested_on": "risk_level",
    "risk_valid_to": "risk_level",
}


@dataclass(frozen=True)
class Choice:
    """One field of both clients: whose value survives ("mine" or "other"), and whether a person has to look."""

    survives: str
    differs: bool


def choose(mine: Any, other: Any, *, taken: bool) -> Choice:
    """A value beats none; of two values the survivor's own, unless the other's is `taken`."""
    if other in EMPTY or mine == other:
        return Choice("mine", False)
    if mine in EMPTY:
        return Choice("other", False)
    return Choice("other" if taken else "mine", True)


def equal_rows(mine: Iterable[str], others: Iterable[tuple[int, str]]) -> set[int]:
    """Of the other's rows (number, what it says) those that say what a row of the client's says: as many as the client has,
    so that one who bought the same twice still did."""
    held, twice = Counter(mine), set()
    for number, said in others:
        if held[said]:
            held[said] -= 1
            twice.add(number)
    return twice


@dataclass(frozen=True)
class Duty:
    """An open duty: its row, whose it is, main or deputy."""

    pk: int
    user: int
    role: str


@dataclass(frozen=True)
class Duties:
    """What becomes of open duties: rows that end, and rows that change to another role."""

    ending: frozenset[int]
    becoming: Mapping[int, str]


def duties(mine: list[Duty], other: list[Duty]) -> Duties:
    """Everybody who serves one of the two serves the client that remains, once each; its own main stays the main one."""
    ending, becoming = set(), {}
    has_main = any(duty.role == "main" for duty in mine)
    own = {duty.user: duty for duty in mine}
    for duty in other:
        held = own.get(duty.user)
        if held is not None:
            ending.add(duty.pk)
            if duty.role == "main" and not has_main:
                becoming[held.pk] = "main"
        elif duty.role == "main" and has_main:
            becoming[duty.pk] = "deputy"
    return Duties(frozenset(ending), becoming)


def latest(mine: date | None, other: date | None) -> date | None:
    return max((day for day in (mine, other) if day), default=None)


def earliest(mine: date | None, other: date | None) -> date | None:
    return min((day for day in (mine, other) if day), default=None)
