"""Changes under scenarios agree with a plain sum, for any number of threads."""

import numpy as np
import pytest

from dakehu.analytics import stress


@pytest.fixture(scope="module")
def book():
    drawn = np.random.default_rng(3)
    counts = drawn.integers(0, 7, 9_001)
    offsets = np.r_[0, np.cumsum(counts)].astype(np.int64)
    security = drawn.integers(0, 50, offsets[-1]).astype(np.int32)
    value = drawn.normal(1e5, 3e5, offsets[-1])
    return offsets, security, value, drawn.normal(-0.1, 0.2, (50, 14))


def test_changes_are_the_sums_of_worth_times_shock(book):
    offsets, security, value, shocks = book
    found = stress.changes(*book)
    for client in (0, 1, 4_000, 8_999, 9_000):
        held = slice(offsets[client], offsets[client + 1])
        plain = (value[held, None] * shocks[security[held]]).sum(axis=0)
        assert found[client] == pytest.approx(plain, rel=1e-12, abs=1e-6)


def test_the_number_of_threads_changes_no_bit(book):
    assert (stress.changes(*book, threads=1) == stress.changes(*book, threads=3)).all()


def test_who_holds_nothing_loses_nothing_and_an_unknown_shock_is_not_taken_for_none():
    offsets, shocks = np.array([0, 0, 1], dtype=np.int64), np.array([[np.nan]])
    found = stress.changes(offsets, np.array([0], dtype=np.int32), np.array([10.0]), shocks)
    assert found[0, 0] == 0 and np.isnan(found[1, 0])
