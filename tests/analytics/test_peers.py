"""The implementations that the kernel is benchmarked against compute the same figures."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import kernel as bench
import kernel_peers as peers

from dakehu.analytics import kernel


@pytest.fixture(scope="module")
def computed():
    book = bench.generate_book(40, assets=60, days=300)
    return book, kernel.compute(book, threads=1).values


@pytest.mark.parametrize("name", ["pandas + empyrical", "DuckDB SQL", "numpy"])
def test_a_peer_comes_to_the_same_figures(computed, name):
    book, ours = computed
    figures = peers.PEERS[name](book, 1)
    assert len(figures) >= 9
    for column, theirs in figures.items():
        assert peers.difference(ours[:, column], theirs) < 1e-9, column.name


def test_a_peer_that_computes_something_else_is_found_out(computed):
    _, ours = computed
    assert peers.difference(ours[:, 0], ours[:, 0] * 1.001) > 1e-4
    assert peers.difference(ours[:, 0], np.full(len(ours), np.nan)) == float("inf")
