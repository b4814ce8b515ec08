"""Rank products for one client: suitable only, every point explained, the list diverse. Pure.

A candidate has no field for the earnings of the firm or its staff, so no score can depend on them. The weights are house
defaults [D]. A score orders products on a list for an adviser; it is not a price forecast.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

VERSION = "matching 2026-11 [D]"
LISTED = "allow"  # the only outcome of the suitability check that is listed
POINTS = {"gap": 40, "spread": 30, "risk": 15, "term": 15}  # most points of each component; they add up to 100
UNKNOWN = 0.5  # of the points, where the input of a component is not known; its sentence states this
SIMILAR = 100  # points deducted from a product perfectly correlated with one above it on the list
LEVEL_STEP = 0.5  # of the risk component for each level above the target level of the policy
HORIZONS = {"short": 1, "medium": 2, "long": 3}


@dataclass(frozen=True)
class Investor:
    """The input for a client: `target_rank` 1 to 5, `horizon` of the goals or "", weights and targets by asset class as
    shares, `upper` ends of the bands, `excluded` product ids and classes."""

    target_rank: int
    horizon: str
    weights: Mapping[str, float]
    targets: Mapping[str, float]
    upper: Mapping[str, float]
    excluded: frozenset[int] = frozenset()
    excluded_classes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Candidate:
    """The input for a product: `rank` of its risk 1 to 5 or 0 without one, "" where class or horizon is not known.

    `outcome` is that of the suitability check with the staff taking the initiative. `correlation` is that of its daily
    returns with the client's holdings, None without common prices.
    """

    product: int
    rank: int
    asset_class: str
    horizon: str
    outcome: str
    correlation: float | None = None


@dataclass(frozen=True)
class Component:
    """Points of one part of a score, with the sentence that explains them."""

    name: str
    points: float
    most: int
    zh: str
    en: str


@dataclass(frozen=True)
class Match:
    """A product with its score of 0 to 100, the sum of its components. `penalty` is for likeness to those above it on the list:
    the place on the list follows from score − penalty."""

    product: int
    score: float
    components: tuple[Component, ...]
    penalty: float = 0.0


@dataclass(frozen=True)
class Matches:
    """The list, best first, and how many products are not on it for which reason."""

    listed: tuple[Match, ...]
    left_out: Mapping[str, int]


def match(
    investor: Investor,
    candidates: Sequence[Candidate],
    count: int,
    likeness: Mapping[tuple[int, int], float] | None = None,
) -> Matches:
    """Return the `count` best of the products that may be listed, with similar ones penalised.

    `likeness`: correlation of two products by (smaller id, larger id); without one, products of one class count as half
    alike. Equal scores are ordered by id, so that the result is deterministic.
    """
    left_out: dict[str, int] = {}
    scored: list[tuple[Candidate, Match]] = []
    for one in sorted(candidates, key=lambda row: row.product):
        reason = reason_against(investor, one)
        if reason:
            left_out[reason] = left_out.get(reason, 0) + 1
        else:
            parts = components(investor, one)
            scored.append((one, Match(one.product, round(sum(part.points for part in parts), 2), parts)))
    return Matches(_choose_diverse(scored, count, likeness or {}), left_out)


def shortlist(investor: Investor, candidates: Sequence[Candidate], each: int) -> list[Candidate]:
    """Return the best `each` of every asset class among those that may be listed, before likeness is applied."""
    scored = [
        (-sum(part.points for part in components(investor, one)), one.product, one)
        for one in candidates
        if not reason_against(investor, one)
    ]
    taken: dict[str, int] = {}
    found = []
    for _, _, one in sorted(scored, key=lambda row: row[:2]):
        taken[one.asset_class] = taken.get(one.asset_class, 0) + 1
        if taken[one.asset_class] <= each:
            found.append(one)
    return found


def reason_against(investor: Investor, one: Candidate) -> str:
    """Return why a product is not listed: unsuitable, excluded, no_class, class_full; "" where it may be."""
    if one.outcome != LISTED:
        return "unsuitable"
    if one.product in investor.excluded or one.asset_class in investor.excluded_classes:
        return "excluded"
    if not one.asset_class:
        return "no_class"
    upper = investor.upper.get(one.asset_class, 0.0)
    return "class_full" if investor.weights.get(one.asset_class, 0.0) >= upper else ""


def components(investor: Investor, one: Candidate) -> tuple[Component, ...]:
    """Return the four parts of a product's score for a client."""
    return (_gap_points(investor, one), _diversification_points(one), _risk(investor, one), _term(investor, one))


def _component(name: str, share: float, zh: str, en: str) -> Component:
    return Component(name, round(POINTS[name] * min(max(share, 0.0), 1.0), 2), POINTS[name], zh, en)


def _gap_points(investor: Investor, one: Candidate) -> Component:
    """Points for an asset class of which the client holds less than the model's target."""
    weight, target = (side.get(one.asset_class, 0.0) for side in (investor.weights, investor.targets))
    share = (target - weight) / target if target > 0 else 0.0
    if share <= 0:
        zh, en = (
            f"该类资产占 {weight:.0%}，已达到目标 {target:.0%}",
            f"Its class is {weight:.0%} of holdings, at or above the target {target:.0%}",
        )
    else:
        zh, en = (
            f"该类资产占 {weight:.0%}，目标 {target:.0%}",
            f"Its class is {weight:.0%} of holdings, below the target {target:.0%}",
        )
    return _component("gap", share, zh, en)


def _diversification_points(one: Candidate) -> Component:
    """Points for low correlation with the client's holdings."""
    if one.correlation is None:
        return _component("spread", UNKNOWN, "没有足够的共同行情，按一半计", "Too few common prices; half the points")
    value = f"{one.correlation:.2f}"
    return _component(
        "spread",
        1 - one.correlation,
        f"与现有持仓的历史相关系数 {value}",
        f"Past correlation with the holdings {value}",
    )


def _risk(investor: Investor, one: Candidate) -> Component:
    """Points for not exceeding the target level of the policy, which may be below the tested level."""
    if not one.rank:
        return _component("risk", UNKNOWN, "产品未评级，按一半计", "The product has no risk level; half the points")
    above = max(one.rank - investor.target_rank, 0)
    zh = f"产品 R{one.rank}，" + (f"高于目标等级 {above} 级" if above else "不高于目标等级")
    en = f"Product R{one.rank}, " + (f"{above} above the target level" if above else "not above the target level")
    return _component("risk", 1 - LEVEL_STEP * above, zh, en)


def _term(investor: Investor, one: Candidate) -> Component:
    """Points for a product whose term is not longer than the goals allow."""
    own, wanted = HORIZONS.get(one.horizon), HORIZONS.get(investor.horizon)
    if own is None or wanted is None:
        return _component(
            "term", UNKNOWN, "产品或目标期限未登记，按一半计", "Term of product or goal not known; half the points"
        )
    if own <= wanted:
        return _component("term", 1.0, "产品期限不长于目标期限", "Not bound for longer than the goals allow")
    return _component("term", 0.0, "产品期限长于目标期限", "Bound for longer than the goals allow")


def _choose_diverse(
    scored: list[tuple[Candidate, Match]], count: int, likeness: Mapping[tuple[int, int], float]
) -> tuple[Match, ...]:
    """Choose products in turn, each time the best after a deduction for likeness to those already chosen."""
    rest, highest = list(scored), [0.0] * len(scored)
    chosen: list[Match] = []
    while rest and len(chosen) < count:
        place = max(range(len(rest)), key=lambda i: (rest[i][1].score - SIMILAR * highest[i], -i))
        one, found = rest.pop(place)
        penalty = round(SIMILAR * highest.pop(place), 2)
        chosen.append(Match(found.product, found.score, found.components, penalty))
        highest = [
            max(old, product_similarity(one, row, likeness)) for old, (row, _) in zip(highest, rest, strict=True)
        ]
    return tuple(chosen)


def product_similarity(one: Candidate, other: Candidate, likeness: Mapping[tuple[int, int], float]) -> float:
    """Return how alike two products are, 0 to 1: their correlation, or one half for the same class."""
    key = (min(one.product, other.product), max(one.product, other.product))
    known = likeness.get(key)
    if known is not None:
        return min(max(known, 0.0), 1.0)
    return 0.5 if one.asset_class and one.asset_class == other.asset_class else 0.0
