"""Attribution by class against Bacon's printed example, and the change in value in its three parts."""

import numpy as np
import pytest

from dakehu.analytics.attribution import Effects, brinson, change, contribution_effects, days_by_class, link_effects
from dakehu.analytics.series import series_of
from tests.analytics import books

# Carl Bacon, Practical Portfolio Performance Measurement and Attribution, 2nd edition 2008, chapter 5: UK, Japanese and
# US equities; portfolio 8.3 %, benchmark 6.4 %.
OWN, OWN_RETURNS = np.array([0.4, 0.3, 0.3]), np.array([0.20, -0.05, 0.06])
MARKET, MARKET_RETURNS = np.array([0.4, 0.2, 0.4]), np.array([0.10, -0.04, 0.08])


def test_the_effects_are_those_that_bacon_prints():
    made = brinson(OWN, OWN_RETURNS, MARKET, MARKET_RETURNS)
    assert np.round(made.allocation * 100, 2).tolist() == [0.0, -1.04, -0.16]
    assert np.round(made.selection * 100, 2).tolist() == [4.0, -0.2, -0.8]
    assert np.round(made.interaction * 100, 2).tolist() == [0.0, -0.1, 0.2]
    assert made.total() == pytest.approx(0.083 - 0.064)


def test_a_class_that_one_side_lacks_selects_nothing_and_one_that_is_held_must_have_a_return():
    made = brinson(np.array([1.0, 0.0]), np.array([0.1, np.nan]), np.array([0.5, 0.5]), np.array([0.1, 0.02]))
    assert made.selection.tolist() == [0.0, 0.0] and made.total() == pytest.approx(0.1 - 0.06)
    with pytest.raises(ValueError, match="no return"):
        brinson(np.array([0.5, 0.5]), np.array([0.1, np.nan]), np.array([0.5, 0.5]), np.array([0.1, 0.02]))
    with pytest.raises(ValueError, match="sum to 1"):
        brinson(np.array([0.5, 0.4]), OWN_RETURNS[:2], np.array([0.5, 0.5]), MARKET_RETURNS[:2])


def test_linked_effects_sum_to_the_excess_of_the_compounded_returns():
    random = np.random.default_rng(7)
    for _ in range(200):
        count = int(random.integers(1, 12))
        own, market = random.dirichlet(np.ones(4), count), random.dirichlet(np.ones(4), count)
        r, b = random.normal(0.01, 0.08, (count, 4)), random.normal(0.01, 0.05, (count, 4))
        periods = [brinson(own[t], r[t], market[t], b[t]) for t in range(count)]
        whole, theirs = (own * r).sum(1), (market * b).sum(1)
        made = link_effects(periods, whole, theirs)
        assert made.total() == pytest.approx(np.prod(1 + whole) - np.prod(1 + theirs), abs=1e-12)
    flat = Effects(np.zeros(2), np.zeros(2), np.zeros(2))
    assert link_effects([flat], np.array([0.02]), np.array([0.02])).total() == 0
    with pytest.raises(ValueError, match="same periods"):
        link_effects([flat], np.array([0.02, 0.01]), np.array([0.02]))


def test_the_change_of_worth_is_net_inflow_and_market_less_fees_by_class():
    # stock: 100 bought at 10 with a fee of 5 on day 0, 40 sold at 12 with 2 on day 2; fund: 10 bought at 5 on day 1
    book = books.book_of(
        [(0, 0, 0, 100, 1000, 5), (0, 0, 2, -40, 480, 2), (0, 1, 1, 10, 50, 1)],
        [[10.0, 11.0, 12.0, 13.0], [5.0, 5.0, 5.5, 6.0]],
        kind=[0, 1],
    )
    whole = change(book, 0, -1, 3)
    assert whole.closing[:2].tolist() == [780, 60] and whole.opening.sum() == 0
    assert whole.net_inflow[:2].tolist() == [1005 - 478, 51] and whole.fees[:2].tolist() == [7, 1]
    assert whole.market[:2].tolist() == [780 - 1000 + 480, 10]
    later = change(book, 0, 1, 3)
    assert later.opening[:2].tolist() == [1100, 50] and later.market[:2].tolist() == [780 + 480 - 1100, 10]


def test_parts_of_the_change_add_up_for_any_book_and_any_days():
    random = np.random.default_rng(11)
    prices = np.cumprod(1 + random.normal(0, 0.02, (8, 60)), axis=1) * 20
    book = books.invented(40, prices, np.full(60, np.nan), 3)
    for client in range(40):
        first, last = sorted(random.integers(-1, 60, 2).tolist())
        made = change(book, client, first, last)
        assert made.opening + made.net_inflow + made.market - made.fees == pytest.approx(made.closing, abs=1e-6)
        days = series_of(book, client)
        at = np.searchsorted(days.ordinals, book.ordinals[last]) if last >= 0 else len(days.ordinals)
        if at < len(days.ordinals) and days.ordinals[at] == book.ordinals[last]:
            assert float(made.closing.sum()) == pytest.approx(float(days.value[at]), rel=1e-9, abs=1e-6)


def test_contributions_of_classes_are_the_return_of_the_day():
    # stock: 100 at 10 on day 0; day 2: half is sold at 12 and a bond bought for 600; inflow and outflow are not netted
    book = books.book_of(
        [(0, 0, 0, 100, 1000, 0), (0, 0, 2, -50, 600, 0), (0, 1, 2, 6, 600, 0), (0, 1, 3, -6, 630, 0)],
        [[10.0, 11.0, 12.0, 12.0], [100.0, 100.0, 101.0, 105.0]],
        kind=[0, 2],
    )
    weights, brought = days_by_class(book, 0, -1, 3)
    assert weights.sum(axis=1) == pytest.approx([1, 1, 1, 1]) and weights[1].tolist() == [1, 0, 0, 0, 0, 0]
    assert weights[2, [0, 2]] == pytest.approx([1100 / 1700, 600 / 1700])
    assert brought[2, [0, 2]] == pytest.approx([(600 + 600 - 1100) / 1700, 6 / 1700])
    assert brought.sum(axis=1) == pytest.approx(series_of(book, 0).returns)


def test_contributions_add_up_to_the_returns_of_any_client_on_any_day():
    random = np.random.default_rng(5)
    prices = np.cumprod(1 + random.normal(0, 0.02, (8, 60)), axis=1) * 20
    book = books.invented(40, prices, np.full(60, np.nan), 9)
    for client in range(40):
        days = series_of(book, client)
        first, last = (int(np.searchsorted(book.ordinals, days.ordinals[at])) for at in (0, -1))
        weights, brought = days_by_class(book, client, first - 1, last)
        assert brought.sum(axis=1) == pytest.approx(days.returns, abs=1e-12)
        assert weights.sum(axis=1) == pytest.approx(np.ones(len(days.returns)))


def test_contributed_effects_are_brinsons_with_the_interaction_in_the_selection():
    weights, returns = np.array([0.4, 0.5, 0.1]), np.array([0.20, 0.05, 0.01])
    shares, market = np.array([0.3, 0.4, 0.3]), np.array([0.10, 0.07, 0.02])
    known, made = (
        brinson(weights, returns, shares, market),
        contribution_effects(weights, weights * returns, shares, market),
    )
    assert made.allocation == pytest.approx(known.allocation)
    assert made.selection == pytest.approx(known.selection + known.interaction)
    assert made.total() == pytest.approx(known.total())
