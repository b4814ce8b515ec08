"""Find known tendencies in simulated traders, and count what is reported of traders who have none.

    .venv/bin/python benchmarks/tendencies.py [NEUTRAL [EACH [SEED]]]      (10,000 and 500 take some minutes)

A market of 60 shares over 500 days with common and individual noise and six days with a 4 % fall in the last year. A
neutral trader buys and sells at random. A trader with a tendency is the same except for one habit of a known
strength. Reported are, for each tendency: its mean size over all days ("long", eight times the data) and over the
quarter, its standard error, the share reported in a quarter among those who have it and among the neutral, the share
"insufficient data", and the neutral clients with any tendency reported in two quarters running.
"""

import sys
import time
from collections import Counter

import numpy as np

from dakehu.analytics.tendencies import RULES, Tendency, tendencies
from dakehu.analytics.trade_counts import Market, Trades

DAYS, ASSETS, QUARTER = 500, 60, 61
FEE = 0.0004


def market(draw: np.random.Generator) -> Market:
    """Return a market of shares with varied prices and volatilities, with shock days."""
    common = draw.normal(0.0003, 0.009, DAYS)
    common[np.linspace(DAYS - 230, DAYS - 12, 6).astype(int)] = -0.04
    own = draw.normal(0, 1, (DAYS, ASSETS)) * draw.uniform(0.008, 0.03, ASSETS)
    steps = common[:, None] * draw.uniform(0.7, 1.3, ASSETS) + own
    prices = draw.uniform(3, 90, ASSETS) * np.cumprod(1 + np.clip(steps, -0.1, 0.1), axis=0)
    return Market(prices, 3000 * np.cumprod(1 + common))


def trader(shares: Market, draw: np.random.Generator, habit: str = "") -> Trades:
    """Return the trades of one trader over all days; `habit` is the trader's tendency, "" for none."""
    held: dict[int, list[float]] = {}  # asset: [shares, cost]
    rows: list[tuple[int, int, float, float, float]] = []
    active = draw.uniform(0.5, 1.0)
    choices = 3 if habit == "concentration" else ASSETS
    home = draw.choice(ASSETS, choices, replace=False)
    since_shock = 99

    def trade(day: int, asset: int, quantity: float) -> None:
        value = abs(quantity) * shares.prices[day, asset]
        fee = value * (0.006 if habit == "overtrading" else FEE)
        rows.append((day, asset, quantity, value, fee))
        if quantity > 0:
            one = held.setdefault(asset, [0.0, 0.0])
            one[0], one[1] = one[0] + quantity, one[1] + value + fee
        else:
            one = held[asset]
            one[1] *= 1 + quantity / one[0]
            one[0] += quantity
            if one[0] < 1e-9:
                del held[asset]

    for day in range(1, DAYS):
        since_shock = 0 if shares.index_returns[day - 1] <= -0.03 else since_shock + 1
        if habit == "panic" and since_shock == 0:
            for asset in [a for a in held if draw.random() < 0.6]:
                trade(day, asset, -held[asset][0])
        if draw.random() > active:
            continue
        for asset in list(held):
            wins = shares.prices[day, asset] * held[asset][0] > held[asset][1]
            rate = 0.08
            if habit == "disposition":
                rate = 0.30 if wins else 0.10
            if habit == "loss_aversion":
                rate = 0.14 if wins else 0.05
            if draw.random() < rate:
                trade(day, asset, -held[asset][0])
        if len(held) < (3 if habit == "concentration" else 10) or draw.random() < 0.5:
            asset = purchase(shares, day, home, held, habit, draw)
            trade(day, asset, draw.uniform(0.5, 1.5) * 20_000 / shares.prices[day, asset])
    day, asset, quantity, value, fee = (np.array(column) for column in zip(*rows, strict=True))
    return Trades(day.astype(int), asset.astype(int), quantity, value, fee)


def purchase(
    shares: Market, day: int, home: np.ndarray, held: dict[int, list[float]], habit: str, draw: np.random.Generator
) -> int:
    """Return the share that a trader buys on a day."""
    if habit == "lottery" and draw.random() < 0.4 and (shares.lottery[day] == 1).any():
        return int(draw.choice(np.flatnonzero(shares.lottery[day] == 1)))
    if habit == "chasing" and day > 21 and draw.random() < 0.8:
        return int(draw.choice(np.argsort(shares.prior[day])[-6:]))
    if habit == "averaging_down" and draw.random() < 0.8:
        at_loss = [a for a, (many, cost) in held.items() if shares.prices[day, a] * many < 0.9 * cost]
        if at_loss:
            return int(draw.choice(at_loss))
    return int(draw.choice(home))


def months(draw: np.random.Generator, habit: str) -> tuple[np.ndarray, np.ndarray]:
    """Return 24 months of net inflow and of the index before them."""
    index = draw.normal(0, 0.06, 24)
    return 0.7 * index / 0.06 * (habit == "recency") + draw.normal(0, 1, 24) * (0.7 if habit == "recency" else 1), index


def measure_trader(seed: int, habit: str, since: int = DAYS - 2 * QUARTER) -> list[list[Tendency]]:
    """Return a trader's tendencies in each quarter from a day on; from the first days on, of all days together."""
    draw = np.random.default_rng(seed)
    shares = MARKETS[seed % len(MARKETS)]
    trades = trader(shares, draw, habit)
    inflows, index = months(draw, habit)
    debt = draw.uniform(0.9, 1.2) if habit == "leverage" else draw.uniform(0, 0.4)
    quarters = [(since, DAYS - QUARTER - 1), (DAYS - QUARTER, DAYS - 1)] if since > QUARTER else [(since, DAYS - 1)]
    return [
        tendencies(trades, shares, first, last, debt_ratio=debt, inflows=inflows, index_months=index)
        for first, last in quarters
    ]


MARKETS = [market(np.random.default_rng(7000 + n)) for n in range(40)]


def main() -> int:
    neutral, each, seed = (int(n) for n in (sys.argv[1:4] + ["10000", "500", "1"][len(sys.argv[1:4]) :]))
    begun = time.perf_counter()
    reported: Counter[str] = Counter()
    lacking: Counter[str] = Counter()
    confirmed: Counter[str] = Counter()
    clients = 0
    for n in range(neutral):
        before, now = measure_trader(seed * 1_000_000 + n, "")
        both = [b.name for a, b in zip(before, now, strict=True) if a.is_reported and b.is_reported]
        reported.update(one.name for one in now if one.is_reported)
        lacking.update(one.name for one in now if one.lacks)
        confirmed.update(both)
        clients += bool(both)
    print(f"{neutral} neutral traders, {time.perf_counter() - begun:.0f} s")
    print(f"{'tendency':16} {'long':>7} {'size':>7} {'error':>7} {'found':>7} {'false':>7} {'twice':>7} {'no data':>8}")
    for name in RULES:
        found = [
            next(one for one in measure_trader(seed * 2_000_000 + n, name)[1] if one.name == name) for n in range(each)
        ]
        known = [one for one in found if not one.lacks]
        size = np.mean([one.size for one in known]) if known else np.nan
        error = np.nanmean([one.error for one in known]) if any(one.error == one.error for one in known) else np.nan
        whole = [
            one for n in range(each) for one in measure_trader(seed * 2_000_000 + n, name, 25)[0] if one.name == name
        ]
        long = np.mean([one.size for one in whole if not one.lacks])
        share = np.mean([one.is_reported for one in found])
        print(
            f"{name:16} {long:7.3f} {size:7.3f} {error:7.3f} {share:7.1%} {reported[name] / neutral:7.2%} "
            f"{confirmed[name] / neutral:7.2%} {lacking[name] / neutral:8.1%}"
        )
    worst = max(reported[name] / neutral for name in RULES)
    print(f"worst share of false reports in a quarter: {worst:.2%} (at most 5 %)")
    print(f"neutral clients with any tendency in two quarters running: {clients / neutral:.2%} (at most 5 %)")
    return 0 if worst <= 0.05 and clients <= 0.05 * neutral else 1


if __name__ == "__main__":
    sys.exit(main())
