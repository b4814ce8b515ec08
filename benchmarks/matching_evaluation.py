"""The parts of the evaluation of matching independent of files: classes and risk levels from prices, simulated
clients, the lists of each method, and the outcome of a portfolio that followed a list.

Shapes: `returns` float64 [S, T] of S securities on T days; `weights` float64 [S] of one client, adding up to 1.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from dakehu.domains.advice.matching import rules

YEAR = 250
CLASSES = 4
LEVELS = 5


@dataclass(frozen=True)
class Market:
    """A year of known prices: risk level 1 to 5 and stand-in class of each security, its correlations."""

    past: np.ndarray
    ranks: np.ndarray
    classes: np.ndarray
    correlation: np.ndarray


@dataclass(frozen=True)
class Simulated:
    """A simulated client: risk level and weights [S]."""

    rank: int
    weights: np.ndarray


def market_of(past: np.ndarray, seed: int) -> Market:
    """Return the market for a year of returns [S, T]: volatility quintiles as risk levels, clusters as classes."""
    order = np.argsort(np.argsort(past.std(axis=1)))
    ranks = order * LEVELS // len(past) + 1
    return Market(past, ranks, clusters(past, CLASSES, seed), np.corrcoef(past))


def clusters(past: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return the cluster of each security, int [S]: k-means on standardised daily returns, 20 rounds."""
    scaled = (past - past.mean(axis=1, keepdims=True)) / past.std(axis=1, keepdims=True)
    scaled -= scaled.mean(axis=0)  # the common movement does not distinguish groups
    generator = np.random.default_rng(seed)
    centres = scaled[generator.choice(len(scaled), count, replace=False)]
    own = np.zeros(len(scaled), np.int64)
    for _ in range(20):
        own = np.argmin(((scaled[:, None, :] - centres[None]) ** 2).sum(axis=2), axis=1)
        centres = np.stack([scaled[own == k].mean(axis=0) if (own == k).any() else centres[k] for k in range(count)])
    return own


def simulate(market: Market, count: int, seed: int) -> list[Simulated]:
    """Return clients who hold 3 to 8 securities of at most their level, most of them of one class."""
    generator = np.random.default_rng(seed)
    fame = generator.pareto(1.2, len(market.ranks)) + 1.0  # a few securities are held by many
    clients = []
    for _ in range(count):
        rank, home = int(generator.integers(1, LEVELS + 1)), int(generator.integers(0, CLASSES))
        chance = fame * (market.ranks <= rank) * np.where(market.classes == home, 10.0, 1.0)
        held = generator.choice(len(fame), int(generator.integers(3, 9)), replace=False, p=chance / chance.sum())
        weights = np.zeros(len(fame))
        weights[held] = generator.dirichlet(np.full(len(held), 2.0))
        clients.append(Simulated(rank, weights))
    return clients


Chooser = Callable[[Simulated], list[int]]


def by_matching(market: Market, length: int) -> Chooser:
    """Return the method of the product: matching.rules with stand-in classes, each of the same target."""
    names = [str(k) for k in range(CLASSES)]
    targets = dict.fromkeys(names, 1.0 / CLASSES)
    upper = dict.fromkeys(names, 1.0)
    likeness: Mapping[tuple[int, int], float] = Correlations(market.correlation)

    def choose(client: Simulated) -> list[int]:
        mine = client.weights @ market.past
        with np.errstate(invalid="ignore"):
            own = np.corrcoef(np.vstack([mine, market.past]))[0, 1:]
        weights = {name: float(client.weights[market.classes == k].sum()) for k, name in enumerate(names)}
        investor = rules.Investor(client.rank, "", weights, targets, upper)
        candidates = [
            rules.Candidate(
                product,
                int(market.ranks[product]),
                names[market.classes[product]],
                "",
                "allow" if market.ranks[product] <= client.rank else "refuse",
                float(own[product]),
            )
            for product in np.flatnonzero(client.weights == 0).tolist()
        ]
        return [one.product for one in rules.match(investor, candidates, length, likeness).listed]

    return choose


class Correlations(dict[tuple[int, int], float]):
    """Correlations by (smaller id, larger id), read from a matrix [S, S]."""

    def __init__(self, matrix: np.ndarray) -> None:
        super().__init__()
        self.matrix = matrix

    def get(self, key: tuple[int, int], default: float | None = None) -> float:  # type: ignore[override]
        return float(self.matrix[key])


def by_popularity(market: Market, clients: list[Simulated], length: int, is_suitable: bool) -> Chooser:
    """Return the method that lists what most clients hold; `is_suitable` excludes those above the client's level."""
    held = np.sum([client.weights > 0 for client in clients], axis=0)
    order = np.lexsort((np.arange(len(held)), -held))

    def choose(client: Simulated) -> list[int]:
        allowed = (client.weights == 0) & ((market.ranks <= client.rank) | (not is_suitable))
        return order[allowed[order]][:length].tolist()

    return choose


def by_chance(market: Market, length: int, is_suitable: bool, seed: int) -> Chooser:
    """Return the method that draws at random; `is_suitable` excludes securities above the client's level."""
    generator = np.random.default_rng(seed)

    def choose(client: Simulated) -> list[int]:
        allowed = np.flatnonzero((client.weights == 0) & ((market.ranks <= client.rank) | (not is_suitable)))
        return generator.choice(allowed, min(length, len(allowed)), replace=False).tolist()

    return choose


@dataclass(frozen=True)
class Judged:
    """The outcome of a list: share above the client's level, mean pair correlation, classes on it, and of the
    portfolio with a fifth moved into the list its volatility, largest drawdown and return over the next year; the
    same without it."""

    unsuitable: float
    likeness: float
    classes: float
    volatility: float
    drawdown: float
    result: float
    volatility_before: float
    drawdown_before: float
    result_before: float


def evaluate_list(
    market: Market, future: np.ndarray, client: Simulated, listed: list[int], moved: float = 0.2
) -> Judged:
    """Evaluate a list by the next year, `future` float64 [S, T]: `moved` of the portfolio is put into it equally."""
    chosen = np.array(listed, np.int64)
    weights = client.weights * (1.0 - moved)
    weights[chosen] += moved / len(chosen)
    pairs = np.corrcoef(future[chosen])[np.triu_indices(len(chosen), 1)]
    return Judged(
        float((market.ranks[chosen] > client.rank).mean()),
        float(pairs.mean()) if len(pairs) else 0.0,
        float(len(set(market.classes[chosen].tolist()))),
        *year_of(weights, future),
        *year_of(client.weights, future),
    )


def year_of(weights: np.ndarray, future: np.ndarray) -> tuple[float, float, float]:
    """Return volatility per year, largest drawdown (positive) and return of unchanged weights."""
    worth = weights @ np.cumprod(1.0 + future, axis=1)
    path = np.append(1.0, worth / weights.sum())
    daily = path[1:] / path[:-1] - 1.0
    drawdown = 1.0 - path / np.maximum.accumulate(path)
    return float(daily.std() * np.sqrt(252)), float(drawdown.max()), float(path[-1] - 1.0)


def interval(values: np.ndarray, seed: int, draws: int = 2000) -> tuple[float, float, float]:
    """Return the mean of paired differences with its bootstrap interval of 95 %, over clients only."""
    generator = np.random.default_rng(seed)
    means = values[generator.integers(0, len(values), (draws, len(values)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(values.mean()), float(low), float(high)


def count_hits(listed: list[list[int]], bought: list[set[int]]) -> tuple[int, int]:
    """Return on how many occasions a list contained a security bought next, and the number of occasions."""
    return sum(1 for one, other in zip(listed, bought, strict=True) if set(one) & other), len(bought)
