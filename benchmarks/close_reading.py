"""From the journal's files to all clients' figures: the cost of reading compared with the kernel.

    .venv/bin/python benchmarks/close_reading.py [--clients 300000] [--home FOLDER]

Invented clients and trades as in close_spark.py, one day at a time through the counter's action, compacted. Each line
is the best of three rounds: registers and buckets of trades, a price file for every trading day, the book in the
firm's currency, the kernel on all cores. `--home` keeps the seeded home for the next time.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import close_spark
import numpy as np

from dakehu.foundation.access.actor import acting_as, elevated, system_actor

ROUNDS = 3


def measure_round() -> dict[str, float]:
    """Return the seconds of each part, with trades and prices re-read."""
    from dakehu.analytics import kernel
    from dakehu.domains.ledger.close import book as close_book
    from dakehu.domains.ledger.close import firm_book
    from dakehu.domains.ledger.close import inputs as close_inputs

    seconds = dict[str, float]()

    def time_call(name: str, body: Callable[[], Any]) -> Any:
        begun = time.perf_counter()
        made = body()
        seconds[name] = time.perf_counter() - begun
        return made

    made = time_call("trades", lambda: close_inputs.arrays_for_close(close_spark.DAY))
    days = time_call("calendar", lambda: firm_book.calendar_of(made.day, close_spark.DAY))
    prices = time_call("prices", lambda: close_inputs.price_matrix(made.assets, days))
    held = time_call("held", lambda: close_book.closing_positions(made.offsets, made.asset, made.quantity))
    time_call("stale", lambda: close_book.stale_prices(held.index, prices.as_of, int(days[-1]), 30))
    book = time_call("book", lambda: firm_book.book_of(made, prices))
    figures = time_call("kernel", lambda: kernel.compute(book))
    assert np.isfinite(figures.values[:, 0]).all()
    return seconds


def main() -> None:
    line = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    line.add_argument("--clients", type=int, default=300_000)
    line.add_argument("--home", type=Path)
    report = line.parse_args()
    with tempfile.TemporaryDirectory(prefix="close-reading-") as made:
        home = report.home or Path(made) / "home"
        if not home.exists():
            home.mkdir(mode=0o700)
            print(f"{close_spark.create_desk(home, report.clients):,} trades", flush=True)
        close_spark.desk(home)
        from dakehu.domains.ledger.trades import compaction

        with acting_as(system_actor("benchmark", "cli")), elevated("benchmark"):
            compaction.compact()
            measure_round()  # the kernel is compiled, or loaded from the cache
            rounds = [measure_round() for _ in range(ROUNDS)]
    best = {name: min(one[name] for one in rounds) for name in rounds[0]}
    print(", ".join(f"{name} {seconds:.2f} s" for name, seconds in best.items()))
    whole = min(sum(one.values()) for one in rounds)
    ratio = whole / best["kernel"]
    print(
        f"from the journal to figures {whole:.2f} s, {ratio:.2f} times the kernel (aim 2), load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
