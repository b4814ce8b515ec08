"""100 scenarios over 300,000 clients compared with scipy's sparse product, alternating in one run.

    PYTHONPATH=src .venv/bin/python benchmarks/stress.py [CLIENTS] [SCENARIOS]

Positions are drawn: on average 3.4 per client in 5,000 securities, about a million in total. Each method runs five
times, alternating; the best and the median are reported. Aim: 1.3 times as fast. scipy is part of the development
requirements.
"""

import sys
import time
from statistics import median

import numpy as np
from scipy.sparse import csr_matrix

from dakehu.analytics import stress

SECURITIES, ROUNDS, MEAN = 5_000, 5, 3.4


def main(clients: int, scenarios: int) -> None:
    """Print the time of each method and the largest difference between them."""
    drawn = np.random.default_rng(0)
    offsets = np.r_[0, np.cumsum(drawn.poisson(MEAN, clients))].astype(np.int64)
    security = drawn.integers(0, SECURITIES, offsets[-1]).astype(np.int32)
    value = drawn.lognormal(11, 1.5, offsets[-1])
    shocks = np.ascontiguousarray(drawn.normal(-0.1, 0.15, (SECURITIES, scenarios)))
    sparse = csr_matrix((value, security, offsets), shape=(clients, SECURITIES))
    ways = {"dakehu": lambda: stress.changes(offsets, security, value, shocks), "scipy sparse": lambda: sparse @ shocks}
    stress.changes(offsets[:2], security, value, shocks)  # compiled before timing
    took: dict[str, list[float]] = {name: [] for name in ways}
    found = {}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            start = time.perf_counter()
            found[name] = way()
            took[name].append(time.perf_counter() - start)
    print(f"{clients:,} clients, {len(value):,} positions, {scenarios} scenarios")
    for name, times in took.items():
        print(f"{name:14} best {min(times) * 1e3:.0f} ms, median {median(times) * 1e3:.0f} ms")
    difference = np.abs(found["dakehu"] - found["scipy sparse"]).max() / np.abs(found["scipy sparse"]).max()
    ratio = min(took["scipy sparse"]) / min(took["dakehu"])
    print(f"{ratio:.2f} times as fast (best of each); largest relative difference {difference:.1e}")


if __name__ == "__main__":
    main(*(int(word.replace("_", "").replace(",", "")) for word in [*sys.argv[1:], "300000", "100"][:2]))
