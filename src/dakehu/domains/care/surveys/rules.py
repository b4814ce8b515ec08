"""Figures of a survey: intervals instead of bare means, nothing for too few answers. Pure.

Formulas: domain.md 9 (satisfaction, recommendation; no share of fewer than 20). House defaults: recommendation from 50 answers,
counts from 5, cells of fewer than 5 joined, weights within 0.3 and 3.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from dakehu.domains.growth.campaigns.rules import wilson

Z = 1.959963984540054
FEWEST_COUNTS, FEWEST_SHARE, FEWEST_NPS = 5, 20, 50
LEAST_ANONYMOUS = 10  # people of an anonymous batch
COMPLAINT_WINDOW = 30  # days after the day of a complaint's survey in which it may still be sent; house default
PASSING_RULES = ("open_complaint", "marketing_paused", "too_often")  # of deliveries: they expire by themselves
DAYS_BETWEEN = 90  # between two surveys of a client
MOST_REMINDERS = 2
LIGHTEST, HEAVIEST = 0.3, 3.0


@dataclass(frozen=True)
class Share:
    """A share with its interval of 95 %; `share` None under the minimum n, `count` None under 5."""

    n: int
    count: int | None = None
    share: float | None = None
    low: float | None = None
    high: float | None = None


def share_of(count: int, n: int, min_n: int = FEWEST_SHARE) -> Share:
    """Return a share as far as it may be shown for n answers."""
    if n < FEWEST_COUNTS:
        return Share(n)
    if n < max(min_n, FEWEST_SHARE):
        return Share(n, count)
    low, high = wilson(count, n)
    return Share(n, count, count / n, low, high)


def satisfaction(scores: Iterable[int], min_n: int = FEWEST_SHARE) -> Share:
    """Return the share of 4 and 5 among scores from 1 to 5."""
    found = list(scores)
    return share_of(sum(score >= 4 for score in found), len(found), min_n)


@dataclass(frozen=True)
class Recommendation:
    """Promoters less detractors, from -1 to 1, and half its interval of 95 %; None under 50 answers."""

    n: int
    promoters: int | None = None
    detractors: int | None = None
    value: float | None = None
    half: float | None = None


def recommendation(scores: Iterable[int], min_n: int = FEWEST_SHARE) -> Recommendation:
    """Return the net share of promoters (9, 10) over detractors (0 to 6)."""
    found = list(scores)
    n, promoters = len(found), sum(score >= 9 for score in found)
    detractors = sum(score <= 6 for score in found)
    if n < FEWEST_COUNTS:
        return Recommendation(n)
    if n < max(min_n, FEWEST_NPS):
        return Recommendation(n, promoters, detractors)
    value = (promoters - detractors) / n
    variance = ((promoters + detractors) / n - value * value) / n
    return Recommendation(n, promoters, detractors, value, Z * sqrt(variance))


def mean_with_interval(scores: Iterable[int], min_n: int = FEWEST_SHARE) -> tuple[float, float] | None:
    """Return (mean, half its interval of 95 %), None under the minimum n. Shown with the distribution only."""
    found = list(scores)
    n = len(found)
    if n < max(min_n, FEWEST_SHARE):
        return None
    mean = sum(found) / n
    return mean, Z * sqrt(sum((score - mean) ** 2 for score in found) / (n - 1) / n)


def weights(in_book: Mapping[str, int], answered: Mapping[str, int]) -> dict[str, float]:
    """Return {group: weight} matching the answers to the book, trimmed to 0.3 and 3. Groups without an answer have none."""
    groups = [group for group in in_book if answered.get(group)]
    book, n = sum(in_book[group] for group in groups), sum(answered[group] for group in groups)
    if not book or not n:
        return {}
    raw = {group: (in_book[group] / book) / (answered[group] / n) for group in groups}
    return {group: min(HEAVIEST, max(LIGHTEST, weight)) for group, weight in raw.items()}


def effective_n(each: Iterable[float]) -> float:
    """Return the effective sample size of weighted answers."""
    found = list(each)
    return sum(found) ** 2 / sum(weight * weight for weight in found) if found else 0.0


def weighted_share(hits: Iterable[tuple[bool, float]], min_n: int = FEWEST_SHARE) -> tuple[Share, float]:
    """Return (share, effective n) of weighted answers (is a hit, weight); the interval is based on the effective n."""
    found = list(hits)
    n = len(found)
    total = sum(weight for _, weight in found)
    effective = effective_n(weight for _, weight in found)
    if n < max(min_n, FEWEST_SHARE) or effective < FEWEST_COUNTS:
        return Share(n), effective
    share = sum(weight for hit, weight in found if hit) / total
    low, high = wilson(share * effective, effective)  # type: ignore[arg-type]
    return Share(n, None, share, low, high), effective


def joined_cells(counts: Sequence[tuple[str, int]], least: int = FEWEST_COUNTS) -> list[tuple[str, ...]]:
    """Return the groups, neighbours merged until each has the minimum size; one group if there are too few for two."""
    cells = [((name,), n) for name, n in counts]
    while len(cells) > 1:
        place = min(range(len(cells)), key=lambda at: cells[at][1])
        if cells[place][1] >= least:
            break
        beside = [at for at in (place - 1, place + 1) if 0 <= at < len(cells)]
        other = min(beside, key=lambda at: cells[at][1])
        first, last = sorted((place, other))
        cells[first : last + 1] = [(cells[first][0] + cells[last][0], cells[first][1] + cells[last][1])]
    return [names for names, _ in cells]


def published_cells(counts: Mapping[str, int], least: int = FEWEST_COUNTS) -> frozenset[str]:
    """Return the cells of one table that may be shown next to their total.

    The withheld sum must be zero or at least five, else the total less the shown cells would reveal it.
    """
    held = {name for name, n in counts.items() if 0 < n < least}
    shown = sorted((name for name in counts if name not in held and counts[name]), key=lambda name: counts[name])
    while shown and 0 < sum(counts[name] for name in held) < least:
        held.add(shown.pop(0))
    return frozenset(shown)


def is_anonymous_possible(invited: int) -> bool:
    """Return whether a batch is large enough to be called anonymous."""
    return invited >= LEAST_ANONYMOUS


def waits_for_survey(rule: str, days_left: int) -> bool:
    """Return whether the survey of a complaint waits: its rule expires by itself, and waiting days remain."""
    return rule in PASSING_RULES and days_left > 0
