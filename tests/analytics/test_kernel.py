"""The kernel against an independent computation on real prices, hand-calculated small books, and invariants of any book."""

import csv
import gzip
from collections import defaultdict
from dataclasses import fields, replace
from pathlib import Path

import empyrical
import numpy as np
import pytest
import pyxirr

from dakehu.analytics import intraday
from dakehu.analytics.figures import Column, Reason
from dakehu.analytics.kernel import Book, compute
from dakehu.analytics.series import series_of
from tests.analytics.books import book_of, invented

PRICES = Path(__file__).parents[2] / "../shared/data/prices_sp500_5yr/all_stocks_5yr.csv.gz"


def figure(book: Book, name: Column, client: int = 0) -> float:
    return float(compute(book).values[client, name])


def reason(book: Book, name: Column, client: int = 0) -> Reason:
    return Reason(int(compute(book).reasons[client, name]))


@pytest.fixture(scope="module")
def real_prices() -> np.ndarray:
    """Closing prices of the tickers that traded on every day: float64 [470, 1259]."""
    if not PRICES.exists():
        pytest.skip("the real data is absent: ../shared/data/prices_sp500_5yr")
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for row in csv.DictReader(gzip.decompress(PRICES.read_bytes()).decode().splitlines()):
        if row["close"]:
            found[row["Name"]][row["date"]] = float(row["close"])
    days = max(len(prices) for prices in found.values())
    return np.array([[p[d] for d in sorted(p)] for _, p in sorted(found.items()) if len(p) == days])


@pytest.fixture(scope="module")
def real_book(real_prices: np.ndarray) -> Book:
    return invented(1000, real_prices, real_prices.mean(axis=0), seed=7)


def test_a_thousand_clients_at_real_prices_agree_with_empyrical_on_every_shared_figure(real_book):
    made = compute(real_book).values
    market = np.zeros(len(real_book.market))
    market[1:] = real_book.market[1:] / real_book.market[:-1] - 1
    shared = {
        Column.TWR: empyrical.cum_returns_final,
        Column.CAGR: empyrical.annual_return,
        Column.VOLATILITY: empyrical.annual_volatility,
        Column.SHARPE: empyrical.sharpe_ratio,
        Column.SORTINO: empyrical.sortino_ratio,
        Column.CALMAR: empyrical.calmar_ratio,
        Column.MAX_DRAWDOWN: empyrical.max_drawdown,
        Column.VAR95: empyrical.value_at_risk,
        Column.CVAR95: empyrical.conditional_value_at_risk,
    }
    compared = 0
    for client in range(real_book.clients):
        returns = series_of(real_book, client).returns
        first = int(made[client, Column.FIRST_DAY])
        against = market[first : first + len(returns)]
        expected = {name: oracle(returns) for name, oracle in shared.items()}
        expected[Column.BETA] = empyrical.beta_aligned(returns, against)
        expected[Column.ALPHA] = empyrical.alpha_aligned(returns, against)
        for name, value in expected.items():
            if not np.isnan(made[client, name]):
                assert made[client, name] == pytest.approx(value, rel=1e-9, abs=1e-12), (client, name.name)
                compared += 1
    assert compared > 10_000


def test_the_money_weighted_rate_agrees_with_pyxirr_where_there_is_one_root(real_book):
    figures = compute(real_book)
    compared = 0
    for client in range(200):
        if figures.values[client, Column.XIRR_ROOTS] != 1:
            continue
        days = series_of(real_book, client)
        flows = days.money_out - days.money_in
        flows[-1] += days.value[-1]
        dealt = flows != 0
        other = pyxirr.xirr([date_of(o) for o in days.ordinals[dealt]], flows[dealt])
        assert figures.values[client, Column.XIRR] == pytest.approx(other, rel=1e-6, abs=1e-9), client
        compared += 1
    assert compared > 100


def date_of(ordinal: int):
    from datetime import date

    return date.fromordinal(int(ordinal))


def test_the_number_of_threads_changes_no_bit(real_book):
    alone, together = compute(real_book, threads=1), compute(replace(real_book), threads=3)
    assert np.array_equal(alone.values, together.values, equal_nan=True)
    assert np.array_equal(alone.reasons, together.reasons)


def test_every_missing_figure_says_why(real_book):
    figures = compute(real_book)
    assert not np.any(np.isnan(figures.values) & (figures.reasons == Reason.NONE))


def test_money_in_is_money_out_and_weights_make_one(real_book):
    made = compute(real_book).values
    assert made[:, Column.NAV] + made[:, Column.WITHDRAWALS] - made[:, Column.DEPOSITS] == pytest.approx(
        made[:, Column.PNL], abs=1e-6
    )
    held = made[:, Column.HOLDINGS] > 0
    mix = made[held, Column.CLASS_0 : Column.CLASS_5 + 1].sum(axis=1)
    assert held.sum() > 500 and mix == pytest.approx(1.0, abs=1e-12)


def test_the_order_of_the_same_days_trades_in_different_securities_changes_nothing(real_book):
    """Permute the securities in the price table, and so the order in which each day's trades are processed."""
    turned = np.argsort(np.random.default_rng(3).permutation(len(real_book.prices)))
    client = np.repeat(np.arange(real_book.clients), np.diff(real_book.offsets))
    asset = turned[real_book.asset].astype(np.int32)
    order = np.lexsort((real_book.day, asset, client))
    prices, kind = np.empty_like(real_book.prices), np.empty_like(real_book.kind)
    prices[turned], kind[turned] = real_book.prices, real_book.kind
    moved = replace(
        real_book,
        asset=asset[order],
        prices=prices,
        kind=kind,
        **{
            f.name: getattr(real_book, f.name)[order]
            for f in fields(Book)
            if f.name in {"day", "quantity", "value", "fee", "flow"}
        },
    )
    before, after = compute(real_book), compute(moved)
    np.testing.assert_allclose(after.values, before.values, rtol=1e-9, atol=1e-9)
    assert np.array_equal(after.reasons, before.reasons)


def test_one_purchase_that_doubles_is_told_by_every_figure_of_return():
    book = book_of([(0, 0, 0, 100, 1000.0, 0.0)], [[10.0] + [10.0] * 364 + [20.0]])
    assert figure(book, Column.NAV) == 2000.0
    assert figure(book, Column.ROI) == figure(book, Column.TWR) == 1.0
    assert figure(book, Column.XIRR) == pytest.approx(1.0)
    assert figure(book, Column.MAX_DRAWDOWN) == 0.0 and reason(book, Column.CALMAR) is Reason.NO_DRAWDOWN


def test_a_purchase_at_the_top_does_not_spoil_the_time_weighted_return():
    """1,000 was invested while the price doubled, 22,000 while it fell by half: the time-weighted return is 0 %,
    the money-weighted return a loss."""
    book = book_of(
        [(0, 0, 0, 100, 1000.0, 0.0), (0, 0, 100, 1000, 20000.0, 0.0)], [[10.0] * 50 + [20.0] * 100 + [10.0] * 250]
    )
    assert figure(book, Column.TWR) == pytest.approx(0.0)
    assert figure(book, Column.XIRR) < -0.4
    assert figure(book, Column.MAX_DRAWDOWN) == -0.5
    assert figure(book, Column.PEAK_DAY) == 50 and figure(book, Column.TROUGH_DAY) == 150


def test_a_sale_is_judged_by_its_average_cost_after_fees():
    trades = [(0, 0, 0, 100, 1000.0, 5.0), (0, 0, 10, 100, 2000.0, 5.0), (0, 0, 20, -100, 1600.0, 5.0)]
    book = book_of(trades, [[10.0] * 40])
    assert figure(book, Column.REALISED) == pytest.approx(1600 - 5 - 1505)
    assert figure(book, Column.WIN_RATE) == 1.0
    assert figure(book, Column.HOLDING_DAYS) == pytest.approx(15.0), "half was held 20 days, half 10"


def test_the_disposition_to_sell_winners_is_counted_as_odean_does():
    """Two winners and one loser are held; one winner is sold: gains taken 1 of 2, losses taken 0 of 1."""
    trades = [(0, a, 0, 100, 1000.0, 0.0) for a in range(3)] + [(0, 0, 5, -100, 1200.0, 0.0)]
    book = book_of(trades, [[10.0] * 5 + [12.0] * 5, [10.0] * 5 + [11.0] * 5, [10.0] * 5 + [9.0] * 5])
    assert figure(book, Column.PGR) == 0.5 and figure(book, Column.PLR) == 0.0
    counts = [figure(book, c) for c in (Column.GAINS_TAKEN, Column.GAINS_KEPT, Column.LOSSES_TAKEN, Column.LOSSES_KEPT)]
    assert counts == [1, 1, 0, 1]


def test_a_split_changes_neither_worth_nor_profit():
    trades = [(0, 0, 0, 100, 1000.0, 0.0), (0, 0, 5, 100, 0.0, 0.0), (0, 0, 8, -200, 1000.0, 0.0)]
    book = book_of(trades, [[10.0] * 5 + [5.0] * 5])
    assert figure(book, Column.REALISED) == pytest.approx(0.0, abs=1e-9) and figure(book, Column.TWR) == pytest.approx(
        0.0
    )
    assert figure(book, Column.HOLDING_DAYS) == 8.0


def test_a_dividend_is_a_return_though_the_price_fell_by_it():
    trades = [(0, 0, 0, 100, 1000.0, 0.0), (0, 0, 5, 0, 100.0, 0.0)]
    book = book_of(trades, [[10.0] * 5 + [9.0] * 5])
    assert figure(book, Column.TWR) == pytest.approx(0.0) and figure(book, Column.INCOME) == 100.0


def test_selling_all_and_buying_again_on_one_day_is_one_holding():
    trades = [
        (0, 0, 0, 100, 1000.0, 0.0),
        (0, 0, 5, -100, 1100.0, 0.0),
        (0, 0, 5, 50, 550.0, 0.0),
        (0, 0, 9, -50, 500.0, 0.0),
    ]
    book = book_of(trades, [[10.0] * 5 + [11.0] * 4 + [10.0] * 5])
    assert figure(book, Column.REALISED) == pytest.approx(50.0)
    assert figure(book, Column.CLOSED) == 2 and figure(book, Column.WIN_RATE) == 0.5
    assert figure(book, Column.DAYS) == 10, "days are counted up to the last trade where nothing is held"


def test_a_missing_price_is_named_and_poisons_only_its_client():
    book = book_of([(0, 0, 1, 100, 1000.0, 0.0), (1, 1, 1, 100, 1000.0, 0.0)], [[np.nan] * 10, [10.0] * 10], clients=3)
    assert np.isnan(figure(book, Column.NAV, 0)) and reason(book, Column.TWR, 0) is Reason.NO_PRICE
    assert figure(book, Column.NAV, 1) == 1000.0
    assert reason(book, Column.NAV, 2) is Reason.NO_TRADES


def test_less_than_a_month_is_not_made_a_yearly_rate():
    book = book_of([(0, 0, 0, 100, 1000.0, 0.0)], [[10.0] * 10 + [11.0] * 10])
    assert reason(book, Column.XIRR) is Reason.TOO_SHORT and reason(book, Column.CAGR) is Reason.TOO_SHORT
    assert figure(book, Column.TWR) == pytest.approx(0.1)


def test_the_running_day_equals_the_full_computation(real_book):
    last = real_book.prices.shape[1] - 1
    earlier = real_book.day < last
    client = np.repeat(np.arange(real_book.clients), np.diff(real_book.offsets))
    offsets = np.concatenate([[0], np.cumsum(np.bincount(client[earlier], minlength=real_book.clients))])
    yesterday = replace(
        real_book,
        offsets=offsets,
        prices=real_book.prices[:, :-1],
        ordinals=real_book.ordinals[:-1],
        market=real_book.market[:-1],
        **{name: getattr(real_book, name)[earlier] for name in ("asset", "day", "quantity", "value", "fee", "flow")},
    )
    today = intraday.Day(
        int(real_book.ordinals[-1]),
        real_book.prices[:, -1].copy(),
        real_book.market[-1] / real_book.market[-2] - 1,
        client[~earlier].astype(np.int32),
        real_book.asset[~earlier],
        real_book.quantity[~earlier],
        real_book.flow[~earlier],
    )
    running = intraday.figures(intraday.advance(intraday.initial_state(yesterday), today), today.ordinal)
    full = compute(real_book).values
    live = full[:, Column.HOLDINGS] > 0
    assert live.sum() > 500
    for place, name in enumerate(intraday.INTRADAY_FIGURES):
        np.testing.assert_allclose(running[live, place], full[live, name], rtol=1e-8, atol=1e-9, err_msg=name.name)


def test_constant_returns_have_no_sharpe_ratio():
    growing = 10.0 * 1.01 ** np.arange(60)  # each return is 1 % up to rounding of the last digit
    book = book_of([(0, 0, 0, 100, 1000.0 / 1.01, 0.0)], [growing])
    assert np.isnan(figure(book, Column.SHARPE))
    assert reason(book, Column.SHARPE) is Reason.NO_VARIATION
    assert figure(book, Column.VOLATILITY) == pytest.approx(0.0, abs=1e-9)
