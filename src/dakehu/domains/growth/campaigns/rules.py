"""Rules of campaigns: exclusion, the draw of the control group, and the effect. Pure.

Control group of 10 % and at least 200 if there are enough clients [D]; difference of two shares by the hybrid score interval of
R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, method 10.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

Z = 1.959963984540054  # of 95 %, two-sided
MINIMUM = 30  # minimum clients in each group for stating an effect
PASSING = ("quiet_hours",)  # temporary rules: they refuse at sending, and do not exclude from the list
ENOUGH = 2  # multiple of the control group's minimum at which that minimum applies


@dataclass(frozen=True)
class Draw:
    """The clients of a frozen list by group; `excluded` with the rule that excluded each."""

    contacted: tuple[int, ...]
    control: tuple[int, ...]
    excluded: Mapping[int, str]


def excluding_rule(refused: Iterable[str]) -> str:
    """Return the first rule that excludes a client before the draw, "" if none does."""
    return next((rule for rule in refused if rule not in PASSING), "")


def control_size(count: int, percent: int, minimum: int) -> int:
    """Return the size of the control group for `count` clients: the share, or the minimum if the list is at least twice as
    long as that."""
    if percent == 0:
        return 0
    share = count * percent // 100
    return max(share, minimum) if count >= ENOUGH * minimum else share


def draw(clients: Collection[int], excluded: Mapping[int, str], seed: str, percent: int, minimum: int) -> Draw:
    """Draw the control group among the clients that no rule excludes: the same for the same seed, regardless of order."""
    eligible = sorted(one for one in set(clients) if not excluded.get(one))
    size = control_size(len(eligible), percent, minimum)
    control = set(drawn_order(eligible, seed)[:size])
    return Draw(
        tuple(one for one in eligible if one not in control),
        tuple(sorted(control)),
        {one: rule for one, rule in sorted(excluded.items()) if rule},
    )


def drawn_order(clients: Iterable[int], seed: str) -> list[int]:
    """Return clients in the draw order of a seed: by a seeded hash of each."""
    return sorted(clients, key=lambda one: hashlib.sha256(f"{seed}:{one}".encode()).hexdigest())


@dataclass(frozen=True)
class Effect:
    """Numbers of each group with an outcome. `difference`, `low`, `high`: of the shares, None below the minimum."""

    contacted: int
    contacted_of: int
    control: int
    control_of: int
    difference: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def verdict(self) -> str:
        """Return too_few, more, fewer or none, by the interval."""
        if self.low is None or self.high is None:
            return "too_few"
        return "more" if self.low > 0 else "fewer" if self.high < 0 else "none"


def wilson(count: float, of: float, z: float = Z) -> tuple[float, float]:
    """Return Wilson's interval for a share, 95 % by default (`z`)."""
    share, square = count / of, z * z
    centre = (share + square / (2 * of)) / (1 + square / of)
    half = z * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return max(0.0, centre - half), min(1.0, centre + half)


def effect(contacted: int, contacted_of: int, control: int, control_of: int) -> Effect:
    """Return the effect by intention to treat: every client drawn is counted, whether the message was sent or not."""
    if min(contacted_of, control_of) < MINIMUM:
        return Effect(contacted, contacted_of, control, control_of)
    low, high = newcombe(contacted, contacted_of, control, control_of)
    gap = contacted / contacted_of - control / control_of
    return Effect(contacted, contacted_of, control, control_of, gap, low, high)


def newcombe(count_1: float, of_1: float, count_2: float, of_2: float, z: float = Z) -> tuple[float, float]:
    """Return Newcombe's interval for the difference of two shares, 95 % by default (`z`)."""
    first, second = count_1 / of_1, count_2 / of_2
    (low_1, high_1), (low_2, high_2) = wilson(count_1, of_1, z), wilson(count_2, of_2, z)
    low = first - second - sqrt((first - low_1) ** 2 + (high_2 - second) ** 2)
    high = first - second + sqrt((high_1 - first) ** 2 + (second - low_2) ** 2)
    return low, high
