"""Rules of the calls after a shock: who is due, what an attempt must contain, and what the outflow shows. Pure.

House defaults [D] of domain.md 8.3 and people.md B.3.7; none of them is law. The difference of two shares has Newcombe's
interval (growth.campaigns.rules), over clients of equal priority only: those drawn for the first day against those
drawn for later.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from dakehu.domains.growth.campaigns.rules import newcombe, wilson

Fault = tuple[str, str, str]  # field, message in Chinese and English
CALL_DAYS = 5  # [D] trading days after the shock in which its calls are made
OUTFLOW_SHARE = 0.10  # [D] net withdrawals of this share of the assets before the shock count as outflow
OUTFLOW_DAYS = 90  # calendar days over which outflow is counted
SMALLEST_GROUP = 200  # [D] clients in each group below which the comparison states "too few to tell"
SMALLEST_SHARE = 5  # clients below which no share is shown, so that no one can be identified
SOLD_MUCH = 0.30  # [D] of what was held, sold within three trading days after a shock
SOLD_DAYS = 3


@dataclass(frozen=True)
class Due:
    """An open call as used by the list of a day. `caller` None: no one can make it."""

    call: int
    caller: int | None
    place: int
    next_on: date


def due_today(calls: Iterable[Due], done: Mapping[int, int], capacity: int, today: date) -> set[int]:
    """Return the calls that are made today: those due, by place, as many as each caller can still make.

    `done`: {caller: attempts made today}. Calls beyond the capacity move to the next day.
    """
    left = {caller: capacity - count for caller, count in done.items()}
    found: set[int] = set()
    for one in sorted(calls, key=lambda one: one.place):
        if one.caller is None or one.next_on > today:
            continue
        if left.setdefault(one.caller, capacity) > 0:
            left[one.caller] -= 1
            found.add(one.call)
    return found


def attempt_fault(outcome: str, note: str, next_on: date | None, today: date) -> Fault | None:
    """Return the fault of an attempt, None if nothing: an answered call has a note, and a dated next contact."""
    if outcome == "reached" and not note.strip():
        return "note", "已接通的电话须填写通话记录。", "A call that was answered needs its note."
    if outcome in ("reached", "call_back") and next_on is None:
        return "next_on", "请与客户约定下次联系日期。", "Agree on the day of the next contact."
    if next_on is not None and next_on < today:
        return "next_on", "下次联系日期不能早于今天。", "The next contact cannot lie in the past."
    return None


def sold_share(sold: float, held: float | None) -> float | None:
    """Return what was sold as a share of what was held, 1 at most; None if no holdings are known."""
    return min(1.0, sold / held) if held else None


@dataclass(frozen=True)
class Outflow:
    """A client of a campaign: stratum of equal priority, whether drawn for the first day, and whether money left.

    `left` None: the client's balances are unknown.
    """

    stratum: tuple[int | None, str, int]
    is_first: bool
    left: bool | None


@dataclass(frozen=True)
class Comparison:
    """Outflow of clients called first compared with later, of equal priority; shares and interval None if too few.

    `first_of` and `later_of` count clients, `first` and `later` those with outflow; the shares are weighted over the strata.
    """

    first: int
    first_of: int
    later: int
    later_of: int
    strata: int
    difference: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def verdict(self) -> str:
        """Return too_few, fewer, more or none: the verdict of the interval on those called first."""
        if self.low is None or self.high is None or min(self.first_of, self.later_of) < SMALLEST_GROUP:
            return "too_few"
        return "fewer" if self.high < 0 else "more" if self.low > 0 else "none"


def compare_outflow(rows: Iterable[Outflow]) -> Comparison:
    """Compare by intention to treat, within strata that contain both groups; other clients are left out.

    A stratum weighs n1·n2/(n1+n2) (Cochran, Mantel and Haenszel). Each group's weighted share enters Newcombe's interval with
    the effective number 1/Σ(w²/n); with one stratum this is Newcombe's interval itself.
    """
    strata: dict[tuple[int | None, str, int], list[list[int]]] = defaultdict(lambda: [[0, 0], [0, 0]])
    for row in rows:
        if row.left is not None:
            counted = strata[row.stratum][0 if row.is_first else 1]
            counted[0] += row.left
            counted[1] += 1
    both = [one for one in strata.values() if one[0][1] and one[1][1]]
    totals = [sum(one[group][part] for one in both) for group in (0, 1) for part in (0, 1)]
    found = Comparison(totals[0], totals[1], totals[2], totals[3], len(both))
    if min(found.first_of, found.later_of) < SMALLEST_SHARE:
        return found
    weights = [one[0][1] * one[1][1] / (one[0][1] + one[1][1]) for one in both]
    (share_1, size_1), (share_2, size_2) = (_weighted_share(both, weights, group) for group in (0, 1))
    low, high = newcombe(share_1 * size_1, size_1, share_2 * size_2, size_2)
    counts = (found.first, found.first_of, found.later, found.later_of, found.strata)
    return Comparison(*counts, share_1 - share_2, low, high)


def _weighted_share(strata: list[list[list[int]]], weights: list[float], group: int) -> tuple[float, float]:
    """Return (weighted share, effective number) of one group."""
    parts = [weight / sum(weights) for weight in weights]
    share = sum(part * one[group][0] / one[group][1] for part, one in zip(parts, strata, strict=True))
    size = 1 / sum(part * part / one[group][1] for part, one in zip(parts, strata, strict=True))
    return share, size


def share_with_interval(count: int, of: int) -> tuple[float, float, float] | None:
    """Return (share, low, high) with Wilson's interval, None for fewer clients than may be shown."""
    return (count / of, *wilson(count, of)) if of >= SMALLEST_SHARE else None
