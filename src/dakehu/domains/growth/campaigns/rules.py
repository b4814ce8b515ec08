"""Rules of campaigns: who is excluded, who is drawn for the control group, and what an effect is. Pure.

Control group of 10 % and at least 200 where there are enough [D]; difference of two shares by the hybrid score interval of
R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

Z = 1.959963984540054  # of 95 %, two-sided
MINIMUM = 30  # clients in each group below which no effect is stated
PASSING = ("quiet_hours",)  # rules that hold at a moment only: they refuse at sending, and do not exclude from the list
ENOUGH = 2  # times the minimum of the control group, from which that minimum holds


@dataclass(frozen=True)
class Draw:
    """The clients of a frozen list by group; `excluded` with the rule that excluded each."""

    contacted: tuple[int, ...]
    control: tuple[int, ...]
    excluded: Mapping[int, str]


def excluding_rule(refused: Iterable[str]) -> str:
    """Return the first rule that excludes a client before the draw, "" where none does."""
    return next((rule for rule in refused if rule not in PASSING), "")


def control_size(count: int, percent: int, minimum: int) -> int:
    """Return how many of `count` clients are left out to compare with: the share, or the minimum where the list is twice as
    long as that."""
    if percent == 0:
        return 0
    share = count * percent // 100
    return max(share, minimum) if count >= ENOUGH * minimum else share


def draw(clients: Collection[int], excluded: Mapping[int, str], seed: str, percent: int, minimum: int) -> Draw:
    """Draw the control group among the clients that no rule excludes: the same for the same seed, in whatever order."""
    eligible = sorted(one for one in set(clients) if not excluded.get(one))
    size = control_size(len(eligible), percent, minimum)
    control = set(drawn_order(eligible, seed)[:size])
    return Draw(
        tuple(one for one in eligible if one not in control),
        tuple(sorted(control)),
        {one: rule for one, rule in sorted(excluded.items()) if rule},
    )


def drawn_order(clients: Iterable[int], seed: str) -> list[int]:
    """Return clients in the order in which a seed draws them: that of a keyed hash of each."""
    return sorted(clients, key=lambda one: hashlib.sha256(f"{seed}:{one}".encode()).hexdigest())


@dataclass(frozen=True)
class Effect:
    """How many of each group had an outcome. `difference`, `low`, `high`: of the shares, None below the minimum."""

    contacted: int
    contacted_of: int
    control: int
    control_of: int
    difference: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def verdict(self) -> str:
        """Return too_few, more, fewer or none: what the interval says."""
        if self.low is None or self.high is None:
            return "too_few"
        return "more" if self.low > 0 else "fewer" if self.high < 0 else "none"


def wilson(count: float, of: float, z: float = Z) -> tuple[float, float]:
    """Return Wilson's interval for a share, of 95 % unless `z` says otherwise."""
    share, square = count / of, z * z
    centre = (share + square / (2 * of)) / (1 + square / of)
    half = z * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return max(0.0, centre - half), min(1.0, centre + half)


def effect(contacted: int, contacted_of: int, control: int, control_of: int) -> Effect:
    """Return the effect by intention: everybody drawn counts, whether the message left or not."""
    if min(contacted_of, control_of) < MINIMUM:
        return Effect(contacted, contacted_of, control, control_of)
    low, high = newcombe(contacted, contacted_of, control, control_of)
    gap = contacted / contacted_of - control / control_of
    return Effect(contacted, contacted_of, control, control_of, gap, low, high)


def newcombe(count_1: float, of_1: float, count_2: float, of_2: float, z: float = Z) -> tuple[float, float]:
    """Return Newcombe's interval for the difference of two shares, of 95 % unless `z` says otherwise."""
    first, second = count_1 / of_1, count_2 / of_2
    (low_1, high_1), (low_2, high_2) = wilson(count_1, of_1, z), wilson(count_2, of_2, z)
    low = first - second - sqrt((first - low_1) ** 2 + (high_2 - second) ** 2)
    high = first - second + sqrt((high_1 - first) ** 2 + (second - low_2) ** 2)
    return low, high
