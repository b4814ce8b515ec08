"""The nightly close of 300,000 invented clients with 4 million trades, on this machine and on a Spark cluster of two
workers: every figure compared, with seconds and memory of each.

    .venv/bin/python benchmarks/close_spark.py [--clients 300000] [--home FOLDER]

Each close runs in a separate process on a copy of the same home. `--home` keeps the seeded home for the next time.
Memory is resident memory as reported by the system, highest sum observed; shared pages are counted in each process.
"""

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa

from dakehu.foundation.access.actor import acting_as, system_actor

DAY = date(2026, 11, 20)
PRODUCTS, DAYS, RUNS, EACH = 800, 1250, 4, 3.3  # trading days; securities of a client, trades in each on average
QUICK_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
TWO_WORKERS = (
    "--master local-cluster[2,1,1024] --conf spark.cores.max=2 --conf spark.scheduler.minRegisteredResourcesRatio=1 "
    "--conf spark.driver.host=127.0.0.1 --conf spark.driver.bindAddress=127.0.0.1 --conf spark.ui.enabled=false "
    f"--conf 'spark.executor.extraJavaOptions={QUICK_START}' --driver-java-options '{QUICK_START}' pyspark-shell"
)


def desk(home: Path) -> None:
    """Set up Django on the given home."""
    os.environ |= {"DAKEHU_HOME": str(home), "DJANGO_SETTINGS_MODULE": "dakehu.project.settings"}
    import django

    django.setup()


def create_desk(home: Path, count: int) -> int:
    """Create clients, products, prices and a counter file of trades for each day; return the number of trades."""
    desk(home)
    from django.core.management import call_command
    from django.db import transaction

    from dakehu.domains.ledger.models import PriceFile, Product, SecurityCode
    from dakehu.domains.ledger.trades import daily_feed as counter
    from dakehu.domains.ledger.trades import journal
    from dakehu.foundation.calendar import trading_days
    from dakehu.foundation.records import bulk_sql
    from dakehu.foundation.schema.fields import model_of

    call_command("migrate", verbosity=0)
    dice, client = np.random.default_rng(4), model_of("clients.Client")
    with acting_as(system_actor("benchmark", "cli")):
        days = trading_days.trading_days_between(DAY - timedelta(days=2 * DAYS), DAY)[-DAYS:]
        for start in range(0, count, 20_000):
            with transaction.atomic():
                end = min(start + 20_000, count)
                bulk_sql.insert(client, [client(code=f"DK{n:07}", name=f"客户{n}") for n in range(start, end)])
        with transaction.atomic():
            products = [Product(name=f"股票{n}", kind="stock", currency="CNY", lot=1) for n in range(PRODUCTS)]
            bulk_sql.insert(Product, products)
            codes = [SecurityCode(product=p, market="SSE", code=f"{600000 + n}") for n, p in enumerate(products)]
            bulk_sql.insert(SecurityCode, codes)
        numbers = np.array([p.pk for p in products])
        owners = np.array(list(client.objects.order_by("pk").values_list("pk", flat=True)))
        prices = np.round(20 * np.exp(np.cumsum(dice.normal(0.0002, 0.02, (PRODUCTS, DAYS)), axis=1)), 2) + 0.01
        made = trades(dice, owners, prices)
        places = np.searchsorted(made["day"], np.arange(DAYS + 1))
        files = []
        for n, day in enumerate(days):
            name = journal.new_name()
            table = {"asset": numbers, "day": [day] * PRODUCTS, "price": prices[:, n]}
            journal.write(journal.path_of(name), pa.table(table, schema=journal.PRICES))
            files.append(PriceFile(file=name, source="行情", day=day, rows=PRODUCTS))
            own = {key: column[places[n] : places[n + 1]] for key, column in made.items()}
            if len(own["day"]):
                counter.import_daily_feed(source="柜台", day=day, table=day_of(own, numbers))
        with transaction.atomic():
            bulk_sql.insert(PriceFile, files)
    return len(made["day"])


def trades(dice: Any, owners: np.ndarray, prices: np.ndarray) -> dict[str, np.ndarray]:
    """Return runs of trades by day: bought first, then partly sold and bought again, positions never negative."""
    runs = len(owners) * RUNS
    counts = dice.poisson(EACH - 1, runs) + 1
    owner, asset, lots = np.repeat(owners, RUNS), dice.integers(0, PRODUCTS, runs), dice.integers(1, 30, runs)
    run = np.repeat(np.arange(runs), counts)
    nth = np.arange(len(run)) - np.repeat(np.cumsum(counts) - counts, counts)
    day = np.sort(dice.integers(0, DAYS, len(run)) + run * DAYS) - run * DAYS  # ascending within each run
    shares = np.select([nth == 0, nth % 2 == 1], [1000, -300], 500) * lots[run]
    order = np.argsort(day, kind="stable")
    made = {"client": owner[run], "asset": asset[run], "day": day, "shares": shares, "price": prices[asset[run], day]}
    return {name: column[order] for name, column in made.items()}


def day_of(own: dict[str, np.ndarray], numbers: np.ndarray) -> pa.Table:
    """Return a day's trades in the counter's format."""
    from dakehu.domains.ledger.trades import daily_feed
    from dakehu.domains.ledger.trades.transaction_types import TransactionType

    size = len(own["day"])
    nothing = np.zeros(size, np.int64)
    amount = np.rint(np.abs(own["shares"]) * own["price"] * 100).astype(np.int64)
    fee = np.maximum(amount // 4000, 500)
    bought = own["shares"] > 0
    table = {
        "client": own["client"],
        "asset": numbers[own["asset"]],
        "side": np.where(bought, int(TransactionType.BUY), int(TransactionType.SELL)),
        "quantity": own["shares"] * 1000,
        "price": own["price"],
        "amount": amount,
        "net": np.where(bought, -amount, amount) - fee,
        "commission": fee,
        "stamp": nothing,
        "transfer": nothing,
        "other": nothing,
        "time": nothing - 1,
        "currency": ["CNY"] * size,
        "ref": [""] * size,
    }
    return pa.table({f.name: pa.array(table[f.name], f.type) for f in daily_feed.COLUMNS}, schema=daily_feed.COLUMNS)


def close(home: Path, engine: str) -> None:
    """Run one close; print the start times of its parts in seconds."""
    desk(home)
    from dakehu.domains.ledger.close import run as close_run

    begun, seen = time.perf_counter(), dict[str, float]()

    def progress(share: float, words: str = "") -> None:
        seen.setdefault(str(words), round(time.perf_counter() - begun, 1))

    with acting_as(system_actor("benchmark", "cli")):
        report = close_run.close(day=DAY, allow_stale=30, engine=engine, progress=progress)
    seen["published"] = round(time.perf_counter() - begun, 1)
    print(json.dumps(report | {"seconds": seen}))


def measure_close(home: Path, engine: str) -> dict[str, Any]:
    """Run a close in a separate process and measure the memory of its processes."""
    begun, peak, most = time.perf_counter(), {"desk": 0, "java": 0, "workers": 0}, 0
    run = subprocess.Popen(
        [sys.executable, __file__, "--close", engine, "--home", str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYSPARK_SUBMIT_ARGS": TWO_WORKERS},
    )
    watched = psutil.Process(run.pid)
    while run.poll() is None:
        now = dict.fromkeys(peak, 0)
        for process in [watched, *watched.children(recursive=True)]:
            try:
                kind = "desk" if process == watched else "java" if process.name() == "java" else "workers"
                now[kind] += process.memory_info().rss
            except psutil.Error:
                continue
        peak, most = {kind: max(peak[kind], now[kind]) for kind in peak}, max(most, sum(now.values()))
        time.sleep(0.3)
    assert run.stdout is not None
    report = run.stdout.read()
    if run.returncode:
        raise SystemExit(f"the close with {engine} ended with {run.returncode}: {report.decode()}")
    memory = {kind: round(size / 2**20) for kind, size in (peak | {"all": most}).items()}
    return json.loads(report) | {"whole": round(time.perf_counter() - begun, 1), "memory_MiB": memory}


def differing(one: Path, other: Path) -> dict[str, int]:
    """Return the number of differing figures: in the history files by bit, and in the published table by row."""
    from dakehu.domains.ledger.close import chunks as close_chunks

    files = [
        next(path for path in (home / "close").glob("*.parquet") if "holdings" not in path.name)
        for home in (one, other)
    ]
    (clients, figures), (same_clients, same) = (close_chunks.read(path) for path in files)
    assert np.array_equal(clients, same_clients)
    bits = int((figures.values.view(np.int64) != same.values.view(np.int64)).sum())
    reasons = int((figures.reasons != same.reasons).sum())
    base = sqlite3.connect(next(one.glob("*.sqlite3")))
    base.execute("ATTACH ? AS other", (str(next(other.glob("*.sqlite3"))),))
    names = [row[1] for row in base.execute("PRAGMA table_info(ledger_figures)")]
    report = ", ".join(f'"{name}"' for name in names if name not in ("id", "created_at", "changed_at"))
    query = (
        f"SELECT count(*) FROM (SELECT {report} FROM ledger_figures EXCEPT SELECT {report} FROM other.ledger_figures)"
    )
    return {
        "clients": len(clients),
        "figures": figures.values.size,
        "bits": bits,
        "reasons": reasons,
        "table_rows": base.execute(query).fetchone()[0],
    }


def main() -> None:
    line = argparse.ArgumentParser(description=__doc__)
    line.add_argument("--clients", type=int, default=300_000)
    line.add_argument("--home", type=Path)
    line.add_argument("--close", choices=("local", "spark"))
    report = line.parse_args()
    if report.close:
        return close(report.home, report.close)
    with tempfile.TemporaryDirectory(prefix="close-spark-") as made:
        home = report.home or Path(made) / "home"
        if not home.exists():
            home.mkdir(mode=0o700)
            begun = time.perf_counter()
            print(
                f"{create_desk(home, report.clients):,} trades, seeded in {time.perf_counter() - begun:.0f} s",
                flush=True,
            )
        else:
            desk(home)
        homes = {engine: Path(made) / engine for engine in ("local", "spark")}
        for engine, copy in homes.items():
            shutil.copytree(home, copy)
            print(engine, json.dumps(measure_close(copy, engine)), f"load {os.getloadavg()[0]:.1f}", flush=True)
        print("differing", json.dumps(differing(homes["local"], homes["spark"])))


if __name__ == "__main__":
    main()
