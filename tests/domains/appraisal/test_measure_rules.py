"""Measures: values, intervals and points, computed manually."""

from decimal import Decimal as D

import pytest

from dakehu.domains.appraisal.measures import rules


def rows(*pairs):
    return [rules.Row("service.Moment", pk, D(value), D(weight)) for pk, (value, weight) in enumerate(pairs, 1)]


@pytest.mark.parametrize(
    ("value", "floor", "target", "points"),
    [
        ("0.85", "0.70", "0.95", "60"),
        ("0.95", "0.70", "0.95", "100"),
        ("0.99", "0.70", "0.95", "100"),
        ("0.70", "0.70", "0.95", "0"),
        ("0.10", "0.70", "0.95", "0"),
        ("2", "5", "1", "75"),  # lower is better
        ("6", "5", "1", "0"),
        ("0", "5", "1", "100"),
    ],
)
def test_points_lie_between_floor_and_target(value, floor, target, points):
    assert rules.points(D(value), D(floor), D(target)) == D(points)


def test_a_scale_without_length_is_no_scale():
    with pytest.raises(ValueError, match="the same"):
        rules.points(D("0.5"), D("0.9"), D("0.9"))


@pytest.mark.parametrize(
    ("k", "n", "rate", "strength", "result"),
    [("18", "20", "0.80", "20", "0.85"), ("0", "0", "0.80", "20", "0.80"), ("10", "10", "0.5", "0", "1")],
)
def test_few_cases_are_drawn_towards_the_branch(k, n, rate, strength, result):
    assert rules.shrink(D(k), D(n), D(rate), D(strength)) == D(result)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [("18", "20", "0.6990", "0.9721"), ("0", "10", "0.0000", "0.2775"), ("10", "10", "0.7225", "1.0000")],
)
def test_wilson_gives_the_published_interval(k, n, low, high):
    found = rules.wilson(D(k), D(n))
    assert tuple(one.quantize(D("0.0001")) for one in found) == (D(low), D(high))


@pytest.mark.parametrize(("count", "low", "high"), [(0, 0.0, 3.69), (4, 1.09, 10.24), (10, 4.80, 18.39)])
def test_a_count_has_a_poisson_interval(count, low, high):
    found = rules.poisson_interval(count)
    assert [float(one) for one in found] == pytest.approx([low, high], abs=0.05)


def test_a_share_follows_from_its_rows():
    found = rules.value_of(rules.SHARE, rows(("1", "1"), ("0", "1"), ("0.5", "0.5")))
    assert (found.k, found.n, found.count, found.raw) == (D("1.5"), D("2.5"), 2, D("0.6"))


def test_nothing_counted_has_no_value():
    assert rules.value_of(rules.SHARE, []).raw is None
    assert rules.value_of(rules.MEDIAN, []).raw is None
    assert rules.value_of(rules.RATIO, rows(("1", "0"))).raw is None


@pytest.mark.parametrize(("values", "median"), [(("3", "1", "2"), "2"), (("1", "2", "3", "10"), "2.5"), (("7",), "7")])
def test_the_median_is_that_of_the_values(values, median):
    found = rules.value_of(rules.MEDIAN, rows(*((value, "1") for value in values)))
    assert (found.raw, found.count) == (D(median), len(values))


def test_the_interval_of_a_median_is_made_of_values():
    found = rules.value_of(rules.MEDIAN, rows(*((str(n), "1") for n in range(1, 101))))
    assert (found.raw, found.low, found.high) == (D("50.5"), D(40), D(61))


def test_one_big_client_does_not_decide_the_net_inflow():
    small = [("1", "100")] * 98
    found = rules.value_of(rules.TRIMMED, rows(*small, ("-90000", "100000"), ("500000", "100")))
    assert found.raw == D("0.01")


def test_the_order_of_rows_changes_nothing():
    some = rows(("1", "1"), ("0", "1"), ("0.333", "0.333"), ("0.1", "0.7"))
    assert rules.value_of(rules.SHARE, some) == rules.value_of(rules.SHARE, some[::-1])


@pytest.mark.parametrize(("share", "value"), [("0.95", 19), ("0.5", 10), ("1", 20), ("0.01", 1)])
def test_a_percentile_is_one_of_the_values(share, value):
    assert rules.percentile([D(n) for n in range(20, 0, -1)], D(share)) == value
