"""The close of tens of millions of trades: seconds, processor and memory of compaction, close and publishing.

    .venv/bin/python benchmarks/close_buckets.py --home FOLDER [--clients 600000] [--trades 100] [--engine local]

Invented clients with `--trades` trades each on average in 800 securities over 1,250 days, in a file of trades and one of prices
for each day; written straight into the journal and its register, since the import is not measured. An existing
home is used unchanged. Memory is the peak of the process (VmHWM) in each part.
"""

import argparse
import json
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import close_spark
import numpy as np
import pyarrow as pa

from dakehu.foundation.access.actor import acting_as, system_actor

PRODUCTS, DAYS = close_spark.PRODUCTS, close_spark.DAYS


def create_desk(clients: int, each: int) -> int:
    """Write clients, products, prices and trades; return the number of trades."""
    from django.db import connection, transaction

    from dakehu.domains.ledger.models import PriceFile, Product, SecurityCode, TradeBatch
    from dakehu.domains.ledger.trades import journal
    from dakehu.foundation.calendar import trading_days
    from dakehu.foundation.records import bulk_sql
    from dakehu.foundation.schema.fields import model_of

    model, dice = model_of("clients.Client"), np.random.default_rng(6)
    days = trading_days.trading_days_between(close_spark.DAY - timedelta(days=2 * DAYS), close_spark.DAY)[-DAYS:]
    with transaction.atomic():
        bulk_sql.insert(model, [model(code="DK0000000", name="客户")])
        names = [f.column for f in model._meta.concrete_fields]
        values = [
            "n" if name == "id" else "'DK' || n" if name == "code" else "name || n" if name == "name" else f'"{name}"'
            for name in names
        ]
        columns = ", ".join(f'"{name}"' for name in names)
        numbers = "WITH RECURSIVE k(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM k WHERE n < %s) "
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO clients_client ({columns}) {numbers} SELECT {', '.join(values)} FROM k, clients_client WHERE id = 1",
                [clients],
            )
        products = [Product(name=f"股票{n}", kind="stock", currency="CNY", lot=1) for n in range(PRODUCTS)]
        bulk_sql.insert(Product, products)
        codes = [SecurityCode(product=p, market="SH", code=f"{600000 + n}") for n, p in enumerate(products)]
        bulk_sql.insert(SecurityCode, codes)
    owners = np.arange(1, clients + 1)
    ids = np.array([p.pk for p in products])
    prices = np.round(20 * np.exp(np.cumsum(dice.normal(0.0002, 0.02, (PRODUCTS, DAYS)), axis=1)), 2) + 0.01
    size, batches, files = clients * each // DAYS, [], []
    for n, day in enumerate(days):
        name = journal.new_name()
        table = {"asset": ids, "day": [day] * PRODUCTS, "price": prices[:, n]}
        journal.write(journal.path_of(name), pa.table(table, schema=journal.PRICES))
        files.append(PriceFile(file=name, source="行情", day=day, rows=PRODUCTS))
        own = _draw(dice, owners, prices[:, n], size)
        rows = _rows(close_spark.day_of(own, ids), day, n + 1)
        name = journal.new_name()
        journal.write(journal.path_of(name), rows)
        batches.append(
            TradeBatch(
                file=name,
                source="柜台",
                day=day,
                first_day=day,
                last_day=day,
                sha256="",
                rows=size,
                amount=0,
                net=0,
                fee=0,
            )
        )
    with transaction.atomic():
        bulk_sql.insert(PriceFile, files)
        bulk_sql.insert(TradeBatch, batches)
        assert [batch.pk for batch in batches] == list(range(1, DAYS + 1))
    return size * DAYS


def _draw(dice: Any, owners: np.ndarray, prices: np.ndarray, size: int) -> dict[str, np.ndarray]:
    """Return a day's trades: mostly purchases, each client in its own few dozen securities."""
    client = owners[dice.integers(0, len(owners), size)]
    asset = (client * 7 + dice.integers(0, 24, size)) % PRODUCTS
    shares = np.where(dice.random(size) < 0.6, 100, -60) * dice.integers(1, 30, size)
    return {"client": client, "asset": asset, "shares": shares, "price": prices[asset], "day": asset}


def _rows(table: pa.Table, day: Any, batch: int) -> pa.Table:
    """Return a day as the journal stores it."""
    from dakehu.domains.ledger.trades import daily_feed

    return daily_feed._journal_rows(table, day, batch)


def measure_part(name: str, body: Any) -> Any:
    """Run a part; print its seconds, processor seconds and peak memory."""
    Path("/proc/self/clear_refs").write_text("5")
    begun, used = time.perf_counter(), time.process_time()
    result = body()
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(
        f"{name}: {time.perf_counter() - begun:.1f} s, processor {time.process_time() - used:.1f} s, "
        f"{int(peak.split()[1]) // 1024:,} MiB, load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    return result


def main() -> None:
    line = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    line.add_argument("--home", type=Path, required=True)
    line.add_argument("--clients", type=int, default=600_000)
    line.add_argument("--trades", type=int, default=100)
    line.add_argument("--engine", default="local")
    wanted = line.parse_args()
    is_new = not wanted.home.exists()
    wanted.home.mkdir(mode=0o700, exist_ok=True)
    close_spark.desk(wanted.home)
    from django.core.management import call_command

    from dakehu.domains.ledger.close import run as close_run
    from dakehu.domains.ledger.trades import compaction

    call_command("migrate", verbosity=0)
    parts: list[tuple[str, float]] = []
    begun = time.perf_counter()

    def progress(share: float, words: str = "") -> None:
        if not parts or parts[-1][0] != str(words):
            parts.append((str(words), round(time.perf_counter() - begun, 1)))

    with acting_as(system_actor("benchmark", "cli")):
        if is_new:
            count = measure_part("seeded", lambda: create_desk(wanted.clients, wanted.trades))
            print(f"{count:,} trades", flush=True)
        print(json.dumps(measure_part("compacted", compaction.compact)), flush=True)
        begun = time.perf_counter()
        report = measure_part(
            "closed",
            lambda: close_run.close(day=close_spark.DAY, allow_stale=30, engine=wanted.engine, progress=progress),
        )
    print(json.dumps(report), parts)


if __name__ == "__main__":
    main()
