"""The evaluation of matching counts what its documentation states."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import matching_evaluation as evaluation


@pytest.fixture(scope="module")
def market():
    generator = np.random.default_rng(3)
    common = generator.normal(0, 0.01, (4, 250))
    past = np.array([common[n % 4] * (1 + n % 5) + generator.normal(0, 0.004, 250) for n in range(60)])
    return evaluation.market_of(past, 3)


def test_levels_are_fifths_and_classes_are_found(market):
    assert np.bincount(market.ranks).tolist() == [0, 12, 12, 12, 12, 12]
    assert all(len(set(market.classes[n::4].tolist())) == 1 for n in range(4))


def test_simulated_clients_hold_nothing_above_their_level(market):
    for client in evaluation.simulate(market, 40, 3):
        assert client.weights.sum() == pytest.approx(1) and 3 <= (client.weights > 0).sum() <= 8
        assert (market.ranks[client.weights > 0] <= client.rank).all()


def test_matching_lists_nothing_above_the_level_and_nothing_held(market):
    for client in evaluation.simulate(market, 20, 4):
        listed = evaluation.by_matching(market, 6)(client)
        assert (market.ranks[listed] <= client.rank).all() and not client.weights[listed].any()


def test_methods_that_ignore_suitability_are_caught(market):
    clients = evaluation.simulate(market, 20, 5)
    shares = [
        evaluation.evaluate_list(market, market.past, c, evaluation.by_chance(market, 6, False, 1)(c)).unsuitable
        for c in clients
    ]
    assert max(shares) > 0


def test_a_year_is_measured_as_it_was():
    future = np.array([[0.1, -0.5, 0.2]])
    volatility, drawdown, result = evaluation.year_of(np.array([1.0]), future)
    assert (drawdown, result) == (pytest.approx(0.5), pytest.approx(1.1 * 0.5 * 1.2 - 1))
    assert volatility == pytest.approx(np.std([0.1, -0.5, 0.2]) * np.sqrt(252))


def test_an_interval_holds_the_mean_and_hits_are_counted_by_occasion():
    mean, low, high = evaluation.interval(np.array([1.0, 2.0, 3.0]), 1)
    assert low <= mean == 2.0 <= high
    assert evaluation.count_hits([[1, 2], [3]], [{2}, {4}]) == (1, 2)
