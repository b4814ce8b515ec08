"""Two quarters, and what is reported of them. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from dakehu.analytics.tendencies import RULES, Tendency
from dakehu.domains.growth.opportunities.rules import quarter_of as bounds_of_quarter


@dataclass(frozen=True)
class Quarter:
    """A calendar quarter, both days included."""

    first: date
    last: date

    @property
    def label(self) -> str:
        """Return it as 2026Q3."""
        return f"{self.first.year}Q{(self.first.month + 2) // 3}"


def quarter_of(day: date) -> Quarter:
    """Return the calendar quarter that contains a day."""
    first, following = bounds_of_quarter(day)
    return Quarter(first, following - timedelta(days=1))


def last_quarters(today: date) -> tuple[Quarter, Quarter]:
    """Return the last two quarters that are over, the earlier first."""
    now = quarter_of(quarter_of(today).first - timedelta(days=1))
    return quarter_of(now.first - timedelta(days=1)), now


def state_of(before: Tendency | None, now: Tendency) -> str:
    """Return the state of a tendency: insufficient, shown (in two consecutive quarters), once (in the last), or none.

    With ten measures some exceed their sizes by chance in any quarter; one is reported only if it occurs twice.
    """
    if now.lacks:
        return "insufficient"
    if not now.is_reported:
        return "none"
    return "shown" if before is not None and before.is_reported else "once"


def interval(one: Tendency) -> tuple[float, float] | None:
    """Return the 95 % interval of a size; None for a fact or if it is missing."""
    if one.lacks or one.error != one.error:
        return None
    return one.size - 1.96 * one.error, one.size + 1.96 * one.error


def least_of(name: str) -> int:
    """Return how much data a tendency needs at least."""
    return RULES[name].least


# Yearly volatility above which the account deviates from its risk level; house defaults for C1 to C4.
VOLATILITY_OF_LEVEL = {"C1": 0.05, "C2": 0.10, "C3": 0.20, "C4": 0.30}


def differs_from_level(level: str, volatility: float | None) -> bool | None:
    """Return whether the account's volatility exceeds the risk level's bound; None if either is missing or for C5."""
    bound = VOLATILITY_OF_LEVEL.get(level)
    return None if bound is None or volatility is None else volatility > bound
