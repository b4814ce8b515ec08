"""Month ends agree with the daily series of each client, and the last day's profit with its explanation."""

import itertools
from datetime import date

import numpy as np
import pytest

from dakehu.analytics import month_ends
from dakehu.analytics.series import series_of
from dakehu.domains.ledger.performance.explanations import recent
from dakehu.domains.ledger.performance.explanations.money import Case
from tests.analytics.books import book_of, invented, slice_book

EPOCH = date(1970, 1, 1)


def prices(assets: int, days: int, seed: int) -> np.ndarray:
    steps = np.random.default_rng(seed).normal(0.0003, 0.02, (assets, days))
    return np.round(20 * np.exp(np.cumsum(steps, axis=1)), 2)


def by_hand(book, client):
    """Return (values, flows) at thirteen month ends from the daily series."""
    series, values, flows = series_of(book, client), [], []
    marks = month_ends.month_columns(book.ordinals)
    on = dict(zip(series.ordinals.tolist(), series.value.tolist(), strict=True))
    net = dict(zip(series.ordinals.tolist(), (series.money_in - series.money_out).tolist(), strict=True))
    for before, end in itertools.pairwise(marks):
        values.append(on.get(int(book.ordinals[end]), 0.0) if end >= 0 else 0.0)
        within = book.ordinals[max(before, -1) + 1 : end + 1]
        flows.append(sum(net.get(int(day), 0.0) for day in within))
    return values, flows


def test_month_ends_are_those_of_the_daily_series():
    book = invented(40, prices(12, 400, 1), prices(1, 400, 2)[0], seed=3)
    made = month_ends.compute(book)
    for client in range(book.clients):
        values, flows = by_hand(book, client)
        assert made.values[client] == pytest.approx(values, rel=1e-9, abs=1e-6)
        assert made.flows[client] == pytest.approx(flows, rel=1e-9, abs=1e-6)


def test_the_profit_of_the_day_and_the_inflow_of_the_month_are_those_explained():
    book = invented(40, prices(12, 400, 4), prices(1, 400, 5)[0], seed=6)
    made = month_ends.compute(book)
    for client in range(book.clients):
        alone = slice_book(book, client, client + 1)
        case = Case(alone, series_of(alone, 0), 0.0)
        assert recent.day_profit(case).number == pytest.approx(made.day_profit[client], abs=1e-6)
        assert recent.month_inflow(case).number == pytest.approx(made.flows[client, -1], abs=1e-6)


def test_a_month_ends_on_its_last_day_counted():
    days = np.array([(date(2024, *d) - EPOCH).days for d in ((1, 5), (1, 30), (2, 1), (2, 28), (3, 4))])
    marks = month_ends.month_columns(days)
    assert marks.tolist() == [-1] * 11 + [1, 3, 4]


def test_before_the_first_trade_the_value_is_nothing_and_without_a_price_it_is_missing():
    series = prices(2, 60, 7)
    series[1, -1] = np.nan
    made = month_ends.compute(book_of([(0, 0, 50, 100, 2000.0, 5.0), (1, 1, 2, 100, 2000.0, 5.0)], series))
    assert made.values[0, 0] == 0 and np.isnan(made.values[1, -1]) and np.isnan(made.day_profit[1])
    assert np.isfinite(made.flows).all()
