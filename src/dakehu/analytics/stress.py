"""Change in portfolio value of many clients under many scenarios, in one pass over their positions."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from dakehu.analytics.jit import compiled

AT_ONCE = 4000  # clients per task of a thread


@compiled
def _changes(first, last, offsets, security, value, shocks, changes):
    """Write the changes of clients first..last; previous contents of `changes` are overwritten."""
    scenarios = shocks.shape[1]
    for client in range(first, last):
        row = changes[client]
        begin, end = offsets[client], offsets[client + 1]
        if begin == end:
            row[:] = 0.0
            continue
        shock, worth = shocks[security[begin]], value[begin]
        for j in range(scenarios):
            row[j] = worth * shock[j]
        for i in range(begin + 1, end):
            shock, worth = shocks[security[i]], value[i]
            for j in range(scenarios):
                row[j] += worth * shock[j]


def changes(
    offsets: np.ndarray, security: np.ndarray, value: np.ndarray, shocks: np.ndarray, threads: int | None = None
) -> np.ndarray:
    """Return the change in each client's portfolio value under each scenario.

    Shape: offsets int64 [C + 1]; client c holds the positions offsets[c]..offsets[c + 1]. security int32 [P], row of
        `shocks`. value float64 [P], market value of a position, negative where short. shocks float64 [A, S],
        C-contiguous. → float64 [C, S].
    Meaning: Σ value × shock; positions do not interact, and nothing is traded.
    Unit: as `value`; a shock of −0.1 is a fall of 10 %.
    Missing: a NaN among the shocks of a held security makes that client's change NaN.
    """
    clients = len(offsets) - 1
    found = np.empty((clients, shocks.shape[1]))  # its memory pages are first touched by the threads that fill them
    tasks = range(0, clients, AT_ONCE)
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        list(
            pool.map(
                lambda first: _changes(first, min(first + AT_ONCE, clients), offsets, security, value, shocks, found),
                tasks,
            )
        )
    return found
