"""Tendencies: sizes and errors against manual counts, insufficient data reported, no tendency for neutral traders."""

import numpy as np
import pytest
from scipy import stats

from dakehu.analytics.tendencies import RULES, _rank_test, tendencies
from dakehu.analytics.trade_counts import Market, Trades, count

DAYS, ASSETS = 300, 30


@pytest.fixture(scope="module")
def market() -> Market:
    draw = np.random.default_rng(11)
    common = draw.normal(0, 0.008, DAYS)
    common[[80, 140, 200, 260]] = -0.04
    steps = common[:, None] + draw.normal(0, 0.02, (DAYS, ASSETS))
    return Market(draw.uniform(5, 80, ASSETS) * np.cumprod(1 + steps, axis=0), 3000 * np.cumprod(1 + common))


def trades_of(rows: list[tuple[int, int, float]], market: Market, rate: float = 0.0005) -> Trades:
    """Return trades of (day, asset, shares) at closing prices."""
    day, asset, shares = (np.array(column) for column in zip(*rows, strict=True))
    value = np.abs(shares) * market.prices[day, asset]
    return Trades(day, asset, shares.astype(float), value, value * rate)


def found(name: str, *args, **more):
    return next(one for one in tendencies(*args, **more) if one.name == name)


def test_gains_and_losses_taken_and_kept_are_counted_on_days_with_a_sale():
    prices = np.array([[10.0, 10, 10], [11, 9, 12], [11, 9, 12]])
    market = Market(prices, np.ones(3))
    trades = trades_of([(0, 0, 100), (0, 1, 100), (0, 2, 100), (1, 0, -100)], market, 0.0)
    counts = count(trades, market, 0, 2)
    assert (counts.gains, counts.losses, counts.sale_days) == ([1, 1], [0, 1], 1)
    assert counts.trips == [(True, 1)] and counts.values[2] == pytest.approx(2100)


def test_shares_without_payment_change_what_is_held_and_are_no_purchase():
    market = Market(np.array([[10.0], [5.0], [5.0]]), np.ones(3))
    trades = Trades(
        *(np.array(c) for c in ([0, 1, 2], [0, 0, 0], [100.0, 100.0, -200.0], [1000.0, 0.0, 1000.0], [0.0, 0.0, 0.0]))
    )
    counts = count(trades, market, 0, 2)
    assert counts.buys == {(0, 0)} and not counts.additions and counts.values[1] == pytest.approx(1000)


def test_a_sale_beyond_what_is_held_is_cut_and_a_client_without_trades_has_insufficient_data(market):
    counts = count(trades_of([(5, 0, 10), (6, 0, -30)], market), market, 0, DAYS - 1)
    assert counts.sold[6] == pytest.approx(10 * market.prices[6, 0])
    nobody = Trades(*(np.zeros(0, kind) for kind in (int, int, float, float, float)))
    assert all(one.lacks and not one.is_reported for one in tendencies(nobody, market, 240, DAYS - 1))


def test_who_buys_what_has_risen_is_reported_and_who_buys_anything_is_not(market):
    draw = np.random.default_rng(5)
    risen = [(day, int(np.nanargmax(market.prior[day])), 100.0) for day in range(240, 290)]
    anything = [(day, int(draw.integers(ASSETS)), 100.0) for day in range(240, 290)]
    chaser = found("chasing", trades_of(risen, market), market, 240, DAYS - 1)
    other = found("chasing", trades_of(anything, market), market, 240, DAYS - 1)
    assert chaser.is_reported and chaser.size > 0.10 and chaser.error == pytest.approx(chaser.size, rel=1)
    assert not other.is_reported and abs(other.size) < 3 * other.error


def test_who_sells_after_falls_is_reported(market):
    buys = [(day, asset, 100.0) for day in (60, 100, 160, 220) for asset in range(10)]
    sales = [(day + 1, asset, -100.0) for day in (80, 140, 200, 260) for asset in range(8)]
    result = found("panic", trades_of(sorted(buys + sales), market), market, 240, DAYS - 1)
    assert result.is_reported and result.count >= 3 and result.size > 0.3


@pytest.mark.parametrize(("name", "few"), [("lottery", 19), ("chasing", 19)])
def test_below_the_least_count_nothing_is_estimated(market, name, few):
    rows = [(240 + n, n % ASSETS, 100.0) for n in range(few)]
    result = found(name, trades_of(rows, market), market, 240, DAYS - 1)
    assert (result.lacks, result.count) == ("buys", few) and np.isnan(result.size)


def test_margin_debt_is_a_fact_and_months_are_correlated(market):
    draw = np.random.default_rng(3)
    index = draw.normal(0, 0.05, 24)
    nobody = trades_of([(250, 0, 1.0)], market)
    followed = found(
        "recency", nobody, market, 240, DAYS - 1, inflows=index + draw.normal(0, 0.02, 24), index_months=index
    )
    expected = np.corrcoef(index + np.random.default_rng(3).normal(0, 0.02, 24) * 0, index)[0, 1]
    assert followed.is_reported and 0.8 < followed.size < expected
    assert found("leverage", nobody, market, 240, DAYS - 1, debt_ratio=0.9).is_reported
    assert found("leverage", nobody, market, 240, DAYS - 1).lacks == "debt"


@pytest.mark.parametrize("seed", range(5))
def test_the_rank_test_is_that_of_scipy(seed):
    draw = np.random.default_rng(seed)
    one, other = draw.integers(0, 20, 40).astype(float), draw.integers(0, 25, 55).astype(float)
    p = stats.mannwhitneyu(one, other, use_continuity=False, alternative="greater", method="asymptotic").pvalue
    assert stats.norm.sf(_rank_test(one, other)) == pytest.approx(p, rel=1e-9)


def test_neutral_traders_are_left_alone(market):
    reported = 0
    for seed in range(40):
        draw = np.random.default_rng(seed)
        held: list[int] = []
        rows = []
        for day in range(60, DAYS):
            for asset in [a for a in held if draw.random() < 0.08]:
                rows.append((day, asset, -100.0))
                held.remove(asset)
            asset = int(draw.integers(ASSETS))
            if asset not in held:
                rows.append((day, asset, 100.0))
                held.append(asset)
        measured = [tendencies(trades_of(rows, market), market, first, first + 60) for first in (178, 239)]
        reported += any(a.is_reported and b.is_reported for a, b in zip(*measured, strict=True))
    assert reported <= 4 and set(RULES) == {one.name for one in measured[0]}
