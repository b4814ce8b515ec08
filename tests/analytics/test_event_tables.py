"""Windows over dated events: which events they include, and that past windows exclude later events."""

import numpy as np
import pytest

from dakehu.analytics.event_tables import EventTable


def of(*rows):
    client, day, amount = (np.array(column) for column in zip(*rows, strict=True))
    return EventTable(client, day, {"x": amount.astype(float)})


TABLE = of((1, 100, 5), (1, 110, 7), (2, 110, 1), (1, 130, np.nan), (1, 131, 4))
ONE = np.array([1])


@pytest.mark.parametrize(
    ("day", "length", "ago", "count", "total"),
    [
        (110, 11, 0, 2, 12),
        (110, 10, 0, 1, 7),
        (109, 10, 0, 1, 5),
        (131, 2, 0, 2, 4),
        (131, 2, 1, 1, 0),
        (131, 40, 20, 2, 12),
    ],
)
def test_a_window_holds_its_first_and_last_day(day, length, ago, count, total):
    days = np.array([day])
    assert TABLE.past(ONE, days, length, ago=ago) == count
    assert TABLE.past(ONE, days, length, ago=ago, of="x") == total


@pytest.mark.parametrize("seed", range(20))
def test_windows_agree_with_counting_by_hand(seed):
    random = np.random.default_rng(seed)
    client, day, amount = random.integers(0, 5, 60), random.integers(0, 90, 60), random.normal(size=60)
    table = EventTable(client, day, {"x": amount})
    at, own = random.integers(0, 90, 30), random.integers(0, 6, 30)
    for one, when in zip(own, at, strict=True):
        mine = (client == one) & (day > when - 14) & (day <= when)
        found = table.past(np.array([one]), np.array([when]), 14, of="x")[0]
        assert found == pytest.approx(amount[mine].sum())
        before = day[(client == one) & (day <= when)]
        since = table.days_since(np.array([one]), np.array([when]))[0]
        first = table.days_since_first(np.array([one]), np.array([when]))[0]
        assert (
            (np.isnan(since) and np.isnan(first))
            if not len(before)
            else (since, first) == (when - before.max(), when - before.min())
        )


@pytest.mark.parametrize(("length", "ago"), [(1, -1), (10, -5), (0, 0)])
def test_the_past_refuses_a_window_that_ends_later(length, ago):
    with pytest.raises(ValueError):
        TABLE.past(ONE, np.array([110]), length, ago=ago)


@pytest.mark.parametrize(("first", "last"), [(0, 5), (-3, 5), (5, 4)])
def test_the_future_begins_after_the_day(first, last):
    with pytest.raises(ValueError):
        TABLE.future(ONE, np.array([110]), first, last)


def test_the_future_counts_what_came_after():
    assert TABLE.future(ONE, np.array([110]), 1, 20) == 1
    assert TABLE.future(ONE, np.array([110]), 1, 21, of="x") == 4


def test_an_empty_table_knows_nothing():
    nothing = EventTable(np.zeros(0, np.int64), np.zeros(0, np.int64))
    assert nothing.past(ONE, np.array([5]), 3) == 0
    assert np.isnan(nothing.days_since(ONE, np.array([5]))).all()
