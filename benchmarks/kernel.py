"""The portfolio kernel compared with common tools: seconds, ratios, growth and memory, in one run on one machine.

    make bench        (includes this)
    .venv/bin/python benchmarks/kernel.py [--quick]

Invented clients, distributed like a broker's: accounts opened over four fifths of 1,250 days, four runs of trades
each in 800 securities, 13 trades per client on average (most few, some hundreds), 60 % of runs sold out. Every peer
computes on the same trades and prices, on as many clients as it can handle, and its figures are compared with ours
before its time is reported:

    pandas + empyrical   daily value by pandas, eleven figures by empyrical-reloaded
    pandas + quantstats  the same values, ten figures by quantstats
    DuckDB SQL           nine figures in one statement, with as many threads as ours
    numpy                thirteen figures, in vectorised chunks of 64 clients

Ours is measured on the figures that the peer computes, and on all figures.

The table of values by client and day is never written. Its size divided by the triad bandwidth (a = b + s·c, three
columns moved, measured in the same run with the same threads) is the cost of one pass over it; our time is reported
in such passes.
"""

import argparse
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "src")]
warnings.filterwarnings("ignore")

import kernel_peers as peers  # noqa: E402

from dakehu.analytics import intraday, kernel  # noqa: E402
from dakehu.analytics.figures import Column  # noqa: E402
from dakehu.analytics.jit import compiled  # noqa: E402

ASSETS, DAYS, RUNS, EACH = 800, 1250, 4, 3.3
THREADS = os.cpu_count() or 1


def generate_book(
    clients: int, *, assets: int = ASSETS, days: int = DAYS, each: float = EACH, seed: int = 4
) -> kernel.Book:
    """Return runs of trades in one security each: bought, then partly sold and bought again, never below zero."""
    dice = np.random.default_rng(seed)
    prices = np.round(20 * np.exp(np.cumsum(dice.normal(0.0002, 0.02, (assets, days)), axis=1)), 2) + 0.01
    busy = np.exp(dice.normal(0, 1.1, clients))
    opened = (dice.random(clients) * 0.8 * days).astype(np.int64)
    runs = clients * RUNS
    counts = np.minimum(dice.poisson(np.repeat(busy / busy.mean(), RUNS) * (each - 1)) + 1, 150)
    run = np.repeat(np.arange(runs), counts)
    nth = np.arange(len(run)) - np.repeat(np.cumsum(counts) - counts, counts)
    chosen = (dice.integers(0, assets, runs).reshape(clients, RUNS) + np.arange(RUNS)) % assets
    asset = np.sort(chosen, axis=1).ravel()[run]
    start = opened[run // RUNS]
    day = np.sort(start + (dice.random(len(run)) * (days - start)).astype(np.int64) + run * days) - run * days
    shares = np.select([nth == 0, nth % 2 == 1], [1000, -300], 500) * dice.integers(1, 30, runs)[run]
    last = np.cumsum(counts) - 1
    out = last[(counts > 1) & (dice.random(runs) < 0.6)]  # 60 % of runs end without a position
    shares[out] -= np.add.reduceat(shares, np.append(0, last[:-1] + 1))[run[out]]
    order = np.lexsort((nth, day, asset, run // RUNS))
    client, asset, day, shares = (run // RUNS)[order], asset[order], day[order], shares[order]
    value = np.round(np.abs(shares) * prices[asset, day], 2)
    fee = np.maximum(np.round(value * 0.00025, 2), 5.0)
    quantity = shares * 1000
    return kernel.Book(
        offsets=np.searchsorted(client, np.arange(clients + 1)).astype(np.int64),
        asset=asset.astype(np.int32),
        day=day.astype(np.int32),
        quantity=quantity,
        value=value,
        fee=fee,
        flow=kernel.securities_flow(quantity, value, fee),
        prices=prices,
        ordinals=700_000 + (np.arange(days) * 365.25 / 250).astype(np.int64),
        market=3000 * np.exp(np.cumsum(dice.normal(0.0002, 0.01, days))),
        kind=(np.arange(assets) % 6).astype(np.int8),
    )


def first_clients(book: kernel.Book, clients: int) -> kernel.Book:
    """Return the first clients of a book."""
    end = int(book.offsets[clients])
    own = {name: getattr(book, name)[:end] for name in ("asset", "day", "quantity", "value", "fee", "flow")}
    rest = {name: getattr(book, name) for name in ("prices", "ordinals", "market", "kind")}
    return kernel.Book(offsets=book.offsets[: clients + 1], **own, **rest)


def best(body: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    """Return (seconds of the fastest of several runs, its result)."""
    taken, made = [], None
    for _ in range(times):
        begun = time.perf_counter()
        made = body()
        taken.append(time.perf_counter() - begun)
    return min(taken), made


def triad(threads: int) -> float:
    """Return the bytes per second moved by a = b + s·c, counted as three columns."""
    from concurrent.futures import ThreadPoolExecutor

    size = 30_000_000
    a, b, c = np.zeros(size), np.ones(size), np.ones(size)
    parts = [slice(n * size // threads, (n + 1) * size // threads) for n in range(threads)]

    def run() -> None:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda p: _triad(a[p], b[p], c[p]), parts))

    run()
    return 3 * 8 * size / best(run, 7)[0]


@compiled
def _triad(a, b, c):
    for i in range(a.size):
        a[i] = b[i] + 3.0 * c[i]


# --- reports -----------------------------------------------------------------------------------


def compare_with_peers(book: kernel.Book, quick: bool) -> None:
    """Compare ours per client on one core with the peers: for the figures that the peer computes, and for all."""
    few = first_clients(book, 2_000 if quick else 30_000)
    kernel.compute(first_clients(book, 10), threads=1)
    threads = {"DuckDB SQL": THREADS}

    def per_client(name: str, columns: Collection[Column]) -> tuple[float, kernel.Figures]:
        seconds, figures = best(lambda: kernel.compute(few, threads=threads.get(name, 1), columns=columns), 5)
        return seconds / few.clients, figures

    own, ours = per_client("", Column)
    print(
        f"kernel, {len(Column)} figures: {own * 1e6:.1f} µs a client on one core, "
        f"{per_client('DuckDB SQL', Column)[0] * 1e6:.1f} on {THREADS}\n"
    )
    print(
        "| | figures | clients | ms a client | ours, µs: the same, all | times ours: the same, all | aim "
        "| largest difference |\n|---|---|---|---|---|---|---|---|"
    )
    sizes = (
        {"pandas + empyrical": 30, "pandas + quantstats": 15, "DuckDB SQL": 300, "numpy": 512}
        if quick
        else {"pandas + empyrical": 300, "pandas + quantstats": 60, "DuckDB SQL": 3_000, "numpy": 4_096}
    )
    for name, aim in (("pandas + empyrical", 3000), ("pandas + quantstats", 3000), ("DuckDB SQL", 100), ("numpy", 15)):
        some = first_clients(book, sizes[name])
        try:
            peers.PEERS[name](first_clients(book, 2), THREADS)  # imports and first calls are not timed
            taken, figures = best(lambda n=name, b=some: peers.PEERS[n](b, THREADS), 1)
        except ImportError as absent:
            print(f"| {name} | not installed here: {absent.name} | | | | | {aim} | |")
            continue
        differs = max(peers.difference(ours.values[: some.clients, column], held) for column, held in figures.items())
        per = taken / some.clients
        (same, part), (every, _) = per_client(name, list(figures)), per_client(name, Column)
        assert all(np.array_equal(part.column(c), ours.column(c), equal_nan=True) for c in figures)
        print(
            f"| {name} | {len(figures)} | {some.clients:,} | {per * 1e3:.3f} | {same * 1e6:.2f}, {every * 1e6:.2f} "
            f"| {per / same:,.0f}, {per / every:,.0f} | {aim:,} | {differs:.0e} |",
            flush=True,
        )
        assert differs < 1e-6, f"{name} computes something else"


def measure_whole_book(book: kernel.Book) -> float:
    """Measure the whole book, in passes over the table that is never written; return its seconds."""
    kernel.compute(first_clients(book, 5000), threads=THREADS)
    for threads in dict.fromkeys((1, THREADS)):
        rate = triad(threads)
        seconds = best(lambda n=threads: kernel.compute(book, threads=n))[0]
        size = book.clients * book.prices.shape[1] * 8
        print(
            f"{book.clients:,} clients, {len(book.asset):,} trades, {threads} thread(s): {seconds:.2f} s, triad {rate / 1e9:.1f} GB/s, "
            f"{seconds / (size / rate):.1f} passes over {size / 1e9:.1f} GB (aim 8)",
            flush=True,
        )
    return seconds


def measure_from_parquet(book: kernel.Book, alone: float) -> None:
    """Measure reading trades from Parquet, computing and writing figures, compared with the kernel alone."""
    with tempfile.TemporaryDirectory(prefix="dakehu-bench-") as folder:
        path = Path(folder) / "trades.parquet"
        client = np.repeat(np.arange(book.clients), np.diff(book.offsets))
        names = ("asset", "day", "quantity", "value", "fee", "flow")
        columns = {"client": pa.array(client), **{n: pa.array(getattr(book, n)) for n in names}}
        pq.write_table(pa.table(columns), path, compression="zstd", row_group_size=200_000)

        def run() -> None:
            table = pq.read_table(path)
            plain = {n: table[n].combine_chunks().to_numpy() for n in ("client", *names)}
            offsets = np.searchsorted(plain.pop("client"), np.arange(book.clients + 1)).astype(np.int64)
            rest = {n: getattr(book, n) for n in ("prices", "ordinals", "market", "kind")}
            made = kernel.compute(kernel.Book(offsets=offsets, **plain, **rest), threads=THREADS)
            values = np.ascontiguousarray(made.values.T)
            figures = pa.table({c.name: pa.array(values[c]) for c in Column})
            pq.write_table(figures, Path(folder) / "figures.parquet", compression="zstd", use_dictionary=False)

        seconds = best(run, 3)[0]
    print(
        f"from Parquet to figures in Parquet: {seconds:.2f} s, {seconds / alone:.2f} times the kernel (aim 2)",
        flush=True,
    )


def running_day(book: kernel.Book, alone: float) -> None:
    """Measure the current day, its prices and trades, from the state of the last close."""
    days = book.prices.shape[1]
    owner = np.repeat(np.arange(book.clients), np.diff(book.offsets))
    late = book.day == days - 1
    names = ("asset", "day", "quantity", "value", "fee", "flow")
    before = {n: getattr(book, n)[~late] for n in names} | {"kind": book.kind}
    offsets = np.searchsorted(owner[~late], np.arange(book.clients + 1)).astype(np.int64)
    night = kernel.Book(
        offsets=offsets, prices=book.prices[:, :-1], ordinals=book.ordinals[:-1], market=book.market[:-1], **before
    )
    state = intraday.initial_state(night)
    day = intraday.Day(
        int(book.ordinals[-1]),
        np.ascontiguousarray(book.prices[:, -1]),
        float(book.market[-1] / book.market[-2] - 1),
        owner[late].astype(np.int32),
        book.asset[late],
        book.quantity[late],
        book.flow[late],
    )
    room = intraday.advance(state, day)
    seconds, sums = best(lambda: intraday.advance(state, day, out=room), 7)
    report, made = best(lambda: intraday.figures(sums, day.ordinal), 3)
    full = kernel.compute(book, threads=THREADS).values
    held = full[:, Column.HOLDINGS] > 0
    worst = max(peers.difference(full[held, c], made[held, i]) for i, c in enumerate(intraday.INTRADAY_FIGURES))
    assert worst < 1e-6, worst
    print(
        f"a day on from last night: {seconds * 1e3:.1f} ms for {book.clients:,} clients and {late.sum():,} trades, {alone / seconds:.0f} times cheaper than all {days} days "
        f"(aim 150); {report * 1e3:.0f} ms more for the figures from the sums; largest difference {worst:.0e}",
        flush=True,
    )


def growth(quick: bool) -> None:
    """Print µs per client on one core as the book grows in one direction at a time."""
    n = 1_000 if quick else 10_000
    directions: dict[str, list[tuple[int, dict[str, Any]]]] = {
        "clients": [(k * n, {}) for k in (1, 2, 4, 8)],
        "days": [(n, {"days": d}) for d in (250, 1250, 2500, 5000)],
        "trades a client": [(n, {"each": e}) for e in (1.25, 3.3, 10, 32)],
        "assets": [(n, {"assets": a}) for a in (800, 8_000, 20_000)],
    }
    for name, steps in directions.items():
        report = []
        for clients, given in steps:
            book = generate_book(clients, **given)
            seconds = best(lambda b=book: kernel.compute(b, threads=1), 2)[0]
            size = {"clients": clients, "days": given.get("days"), "assets": given.get("assets")}.get(name) or round(
                len(book.asset) / clients
            )
            report.append(f"{size:,}: {seconds / clients * 1e6:.1f}")
        print(f"growth in {name}, µs a client: {'; '.join(report)}", flush=True)


def peak() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def main() -> None:
    line = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    line.add_argument("--quick", action="store_true", help="small numbers, to see that everything runs")
    quick = line.parse_args().quick
    print(f"{THREADS} cores, load {os.getloadavg()[0]:.1f}")
    book = generate_book(5_000 if quick else 300_000)
    loaded = peak()
    alone = measure_whole_book(book)
    print(f"memory: {loaded:,} MB with the book and its making, {peak():,} MB at most with the figures of everybody")
    measure_from_parquet(book, alone)
    running_day(book, alone)
    compare_with_peers(book, quick)
    growth(quick)
    print(f"load at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
