"""Rules of guards: turnover high compared with other books of the tier, and cost of the book (domain.md 6). Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from dakehu.domains.appraisal.measures.rules import percentile

COST_LIMIT = Decimal("0.03")  # of assets a year
TOP = Decimal("0.95")
LEAST_BOOKS = 20  # of a tier; with fewer, the 95th percentile is the largest book and meaningless


@dataclass(frozen=True)
class Holding:
    """One client of a book: market value, annual turnover and cost; None if the close has no figure."""

    user: int
    tier: str
    value: Decimal
    turnover: Decimal | None
    cost: Decimal | None


@dataclass(frozen=True)
class Flag:
    """A book to review: for turnover in a tier, or for cost (tier "")."""

    user: int
    kind: str
    tier: str
    value: Decimal
    limit: Decimal


def flags(holdings: Iterable[Holding], least_books: int = LEAST_BOOKS) -> list[Flag]:
    """Return the books to be reviewed, by person, kind and tier."""
    every = sorted(holdings, key=lambda one: (one.user, one.tier, one.value))
    found = _cost_flags(every)
    for tier in sorted({one.tier for one in every if one.tier}):
        books = _turnover_by_person(every, tier)
        limit = percentile(list(books.values()), TOP)
        if limit is None or len(books) < least_books:
            continue
        found += [Flag(user, "turnover", tier, value, limit) for user, value in books.items() if value > limit]
    return sorted(found, key=lambda one: (one.user, one.kind, one.tier))


def _turnover_by_person(holdings: Iterable[Holding], tier: str) -> Mapping[int, Decimal]:
    """Return {person: turnover of the book in a tier}, weighted by value."""
    sums: dict[int, list[Decimal]] = {}
    for one in holdings:
        if one.tier == tier and one.turnover is not None and one.value > 0:
            both = sums.setdefault(one.user, [Decimal(0), Decimal(0)])
            both[0] += one.turnover * one.value
            both[1] += one.value
    return {user: part / whole for user, (part, whole) in sums.items()}


def _cost_flags(holdings: Iterable[Holding]) -> list[Flag]:
    """Return the books whose cost reaches the limit, weighted by value over all tiers."""
    sums: dict[int, list[Decimal]] = {}
    for one in holdings:
        if one.cost is not None and one.value > 0:
            both = sums.setdefault(one.user, [Decimal(0), Decimal(0)])
            both[0] += one.cost * one.value
            both[1] += one.value
    means = {user: part / whole for user, (part, whole) in sums.items()}
    return [Flag(user, "cost", "", value, COST_LIMIT) for user, value in means.items() if value >= COST_LIMIT]
