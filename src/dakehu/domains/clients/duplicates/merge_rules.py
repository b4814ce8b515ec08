"""Rules of merging two clients. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

EMPTY = (None, "")
GOES_WITH = {
    "id_type": "id_number",
    "id_expires_on": "id_number",
    "is_risk_minimum": "risk_level",
    "risk_basis": "risk_level",
    "risk_tested_on": "risk_level",
    "risk_valid_to": "risk_level",
    "assets_on": "assets",
    "assets_source": "assets",
}


@dataclass(frozen=True)
class Choice:
    """One field of both clients: the survivor ("mine" or "other"), and whether a person has to check."""

    survives: str
    differs: bool


def choose(mine: Any, other: Any, *, taken: bool) -> Choice:
    """Choose a value: the only one if one is empty; of two the client's own, unless the other's is `taken`."""
    if other in EMPTY or mine == other:
        return Choice("mine", False)
    if mine in EMPTY:
        return Choice("other", False)
    return Choice("other" if taken else "mine", True)


def equal_rows(mine: Iterable[str], others: Iterable[tuple[int, str]]) -> set[int]:
    """Return the ids of the other's rows (id, text) that equal a row of the client's.

    As many as the client has, so that a product bought twice stays twice.
    """
    own_counts, duplicates = Counter(mine), set()
    for row_id, text in others:
        if own_counts[text]:
            own_counts[text] -= 1
            duplicates.add(row_id)
    return duplicates


@dataclass(frozen=True)
class Duty:
    """An open duty: id of its row, its user, main or deputy."""

    pk: int
    user: int
    role: str


@dataclass(frozen=True)
class Duties:
    """The result for open duties: rows that end, and rows that change role."""

    ending: frozenset[int]
    becoming: Mapping[int, str]


def duties(mine: list[Duty], other: list[Duty]) -> Duties:
    """Merge open duties: every user serves the client once; the client's own main stays main."""
    ending, becoming = set(), {}
    has_main = any(duty.role == "main" for duty in mine)
    own = {duty.user: duty for duty in mine}
    for duty in other:
        own_duty = own.get(duty.user)
        if own_duty is not None:
            ending.add(duty.pk)
            if duty.role == "main" and not has_main:
                becoming[own_duty.pk] = "main"
        elif duty.role == "main" and has_main:
            becoming[duty.pk] = "deputy"
    return Duties(frozenset(ending), becoming)


def latest(mine: date | None, other: date | None) -> date | None:
    """Return the later day, None without any."""
    return max((day for day in (mine, other) if day), default=None)


def earliest(mine: date | None, other: date | None) -> date | None:
    """Return the earlier day, None without any."""
    return min((day for day in (mine, other) if day), default=None)
