"""Books at the limits of the kernel's optimisations give the same figures as plain NumPy over every day."""

import numpy as np
import pytest

from dakehu.analytics.figures import Column, Reason
from dakehu.analytics.kernel import DEALING, RATE, RETURNS, Book, compute
from dakehu.analytics.series import series_of
from tests.analytics.books import Trade, book_of, slice_book

SAME = 1e-12  # smaller differences of growth are rounding errors
COARSE, CONSTANT, WORTHLESS, SHORTED = range(4)


def prices_at_the_edges(days: int) -> np.ndarray:
    """Return prices that repeat values, are constant, are 0 for a time, and rise above what covers a short sale."""
    random = np.random.default_rng(5)
    coarse = np.round(10 * np.exp(np.cumsum(random.normal(0, 0.02, days))), 1)
    worthless = np.where((np.arange(days) // 40) % 3 == 1, 0.0, coarse + 1)
    shorted = 10 + 30 * np.sin(np.arange(days) / 60) ** 2
    return np.array([coarse, np.full(days, 0.49), worthless, shorted])


def trades_at_the_edges(clients: int, prices: np.ndarray) -> list[Trade]:
    """Return 1 to 90 trades a client, on one or more days, sold out in between or at the end, some short."""
    random, days = np.random.default_rng(6), prices.shape[1]
    trades: list[Trade] = []
    for client in range(clients):
        held = dict.fromkeys(range(4), 0)
        first = int(random.integers(0, days))
        for day in np.sort(random.integers(first, days, int(random.choice([1, 2, 5, 12, 30, 64, 65, 90])))).tolist():
            asset = int(random.choice([COARSE, CONSTANT, WORTHLESS] if client % 10 else [COARSE, SHORTED]))
            if asset == SHORTED:
                shares = -20 if held[asset] == 0 else -held[asset]
            else:
                shares = -held[asset] if held[asset] and random.random() < 0.6 else 100
            held[asset] += shares
            trades.append((client, asset, day, shares, abs(shares) * prices[asset, day], 0.0))
    return trades


@pytest.fixture(scope="module")
def book() -> Book:
    prices = prices_at_the_edges(700)
    return book_of(trades_at_the_edges(300, prices), prices, market=prices[COARSE])


def expected_figures(returns: np.ndarray) -> dict[Column, float]:
    growth = np.cumprod(1.0 + returns)
    highest = np.maximum.accumulate(np.maximum(growth, 1.0))
    drawdown = growth / highest - 1.0
    tail = np.sort(returns)[: int((len(returns) - 1) * 0.05) + 1]
    figures = {
        Column.TWR: growth[-1] - 1.0,
        Column.MAX_DRAWDOWN: min(drawdown.min(), 0.0),
        Column.VAR95: np.percentile(returns, 5),
        Column.CVAR95: tail.mean(),
    }
    if drawdown.min() < -SAME:
        trough = int(np.argmax(drawdown <= drawdown.min() + SAME))
        top = highest[trough]
        figures[Column.TROUGH_DAY] = trough
        figures[Column.PEAK_DAY] = int(np.argmax(growth >= top * (1 - SAME))) if top > 1 + SAME else 0
    return figures


def test_every_day_looked_at_comes_to_the_same_growth_drawdown_and_tail(book):
    figures, compared = compute(book), 0
    for client in range(book.clients):
        days = series_of(book, client)
        if len(days.returns) < 2:
            continue
        first = figures.values[client, Column.FIRST_DAY]
        for column, value in expected_figures(days.returns).items():
            own = figures.values[client, column]
            own -= first if column in (Column.PEAK_DAY, Column.TROUGH_DAY) else 0
            assert own == pytest.approx(value, rel=1e-9, abs=1e-11), (client, column.name)
            compared += 1
    assert compared > 1200


def test_money_that_never_moved_has_no_drawdown_however_often_it_was_added_to():
    trades = [(0, 0, day, 100 + day, (100 + day) * 0.49, 0.0) for day in range(0, 300, 7)]
    figures = compute(book_of(trades, [[0.49] * 400]))
    assert figures.values[0, Column.MAX_DRAWDOWN] == 0.0
    assert figures.reasons[0, Column.PEAK_DAY] == Reason.NO_DRAWDOWN


def test_clients_alone_come_to_the_same_bits_as_among_others(book):
    together = compute(book)
    for client in (0, 7, 150, 299):
        alone = compute(slice_book(book, client, client + 1))
        assert np.array_equal(alone.values[0], together.values[client], equal_nan=True)
        assert np.array_equal(alone.reasons[0], together.reasons[client])


@pytest.mark.parametrize("step", [RATE, RETURNS, DEALING], ids=["rate", "returns", "dealing"])
def test_a_step_that_is_asked_for_alone_comes_to_the_same_bits_and_the_others_say_so(book, step):
    whole, part = compute(book), compute(book, columns=[next(iter(step))])
    left_out = sorted((RATE | RETURNS | DEALING) - step)
    rest = [column for column in Column if column not in left_out]
    assert np.array_equal(part.values[:, rest], whole.values[:, rest], equal_nan=True)
    assert np.array_equal(part.reasons[:, rest], whole.reasons[:, rest])
    assert np.isnan(part.values[:, left_out]).all() and (part.reasons[:, left_out] == Reason.NOT_ASKED).all()


@pytest.mark.parametrize("scale", [1e-300, 1e-42, 1e-30, 1.0, 1e30, 1e42, 1e300])
def test_returns_are_those_of_plain_division_whatever_a_client_is_worth(scale):
    moves = np.random.default_rng(8).normal(0, 0.02, 400)
    prices = scale * np.exp(np.cumsum(moves))
    figures = compute(book_of([(0, 0, 0, 1, float(prices[0]), 0.0)], [prices]))
    returns = np.append(0.0, prices[1:] / prices[:-1] - 1.0)
    tail = np.sort(returns)[: int((len(returns) - 1) * 0.05) + 1]
    assert figures.values[0, Column.VOLATILITY] == pytest.approx(returns.std(ddof=1) * np.sqrt(252), rel=1e-12)
    assert figures.values[0, Column.CVAR95] == pytest.approx(tail.mean(), rel=1e-12)
    assert figures.values[0, Column.TWR] == pytest.approx(prices[-1] / prices[0] - 1.0, rel=1e-12)
