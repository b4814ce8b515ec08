"""Ten million trades in the journal, in SQLite and in PostgreSQL: importing a day of 100,000, the same day again,
reading everything, one client's history.

    .venv/bin/python scripts/with_postgres.py -- .venv/bin/python benchmarks/journal_ten_million.py [DAYS]

The journal: one day at a time through the product's own action (reconciled, registered, audited), then compacted; all
reads within scope. The peers use plain tables of the same nineteen columns with an index on (client, asset, day) and
a unique key of (source, day, place); a day is inserted by executemany or COPY, replaces the day's rows, and is read
back into numpy by the fastest way that their drivers support. `again` is the repeated import of the day.
"""

import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from dakehu.foundation.access.actor import acting_as, system_actor

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from import_far_trans import database, start  # noqa: E402

CLIENTS, PRODUCTS, EACH = 50_000, 800, 100_000
FIRST = date(2026, 1, 5)
SOURCE = "柜台"


def trades_of_day(number: int, clients: np.ndarray, products: np.ndarray) -> pa.Table:
    from dakehu.domains.ledger.trades import daily_feed
    from dakehu.domains.ledger.trades.transaction_types import TransactionType

    draw = np.random.default_rng(number)
    none, sold = np.zeros(EACH, np.int64), draw.random(EACH) < 0.4
    lots, price = draw.integers(1, 50, EACH) * 100, np.round(draw.uniform(3, 80, EACH), 2)
    amount = np.rint(lots * price * 100).astype(np.int64)
    fee = np.maximum(amount // 4000, 500)
    report = {
        "client": draw.choice(clients, EACH),
        "asset": draw.choice(products, EACH),
        "side": np.where(sold, int(TransactionType.SELL), int(TransactionType.BUY)),
        "quantity": np.where(sold, -lots, lots) * 1000,
        "price": price,
        "amount": amount,
        "net": np.where(sold, amount, -amount) - fee,
        "commission": fee,
        "stamp": none,
        "transfer": none,
        "other": none,
        "time": np.sort(draw.integers(34200, 54000, EACH)),
        "currency": ["CNY"] * EACH,
        "ref": [f"{number:04}{n:06}" for n in range(EACH)],
    }
    return pa.table({f.name: pa.array(report[f.name], f.type) for f in daily_feed.COLUMNS}, schema=daily_feed.COLUMNS)


def time_call(body: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    made = body()
    return time.perf_counter() - begun, made


def median(bodies: list[Callable[[], Any]]) -> float:
    return float(np.median([time_call(body)[0] for body in bodies]))


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


# --- ours -------------------------------------------------------------------------------------------


def people() -> tuple[np.ndarray, np.ndarray]:
    from django.db import transaction

    from dakehu.domains.ledger.models import Product
    from dakehu.foundation.records import bulk_sql
    from dakehu.foundation.schema.fields import model_of

    client = model_of("clients.Client")
    with acting_as(system_actor("benchmark", "cli")), transaction.atomic():
        clients = [client(code=f"DK{n:07}", name=f"客户{n}") for n in range(CLIENTS)]
        products = [Product(name=f"股票{n}", kind="stock", currency="CNY", lot=1) for n in range(PRODUCTS)]
        bulk_sql.insert(client, clients)
        bulk_sql.insert(Product, products)
    return np.array([c.pk for c in clients]), np.array([p.pk for p in products])


def measure_dakehu(days: int, clients: np.ndarray, products: np.ndarray) -> dict[str, Any]:
    from dakehu.domains.ledger.trades import compaction, journal, reader
    from dakehu.domains.ledger.trades import daily_feed as counter

    def parameter(number: int, table: pa.Table) -> Any:
        return counter.import_daily_feed(source=SOURCE, day=FIRST + timedelta(days=number), table=table)

    with acting_as(system_actor("benchmark", "cli")):
        for number in range(days - 5):
            parameter(number, trades_of_day(number, clients, products))
        before, _ = time_call(lambda: reader.trades_of_clients([int(clients[0])]))
        packed, report = time_call(compaction.compact)
        tables = {number: trades_of_day(number, clients, products) for number in range(days - 5, days)}
        append = median([lambda n=n, t=t: parameter(n, t) for n, t in tables.items()])
        again = median([lambda n=n, t=t: parameter(n, t) for n, t in tables.items()])
        nightly, _ = time_call(compaction.compact)
        full, table = time_call(reader.all_trades)
        assert table.num_rows == days * EACH, table.num_rows
        one = median([lambda c=c: reader.trades_of_clients([int(c)]) for c in clients[:20]])
        compaction.SOON = timedelta(0)
        compaction.compact()  # deletes files kept for readers
        disk = size_of(journal.folder())
    return {
        "append": append,
        "again": again,
        "full": full,
        "one": one,
        "disk": disk,
        "first compaction": packed,
        "nightly compaction": nightly,
        "one, uncompacted": before,
        "buckets": report["buckets"],
    }


# --- peers ------------------------------------------------------------------------------------------

TABLE = """CREATE TABLE {name} (client bigint, asset int, day {day}, seq bigint, side smallint, quantity bigint,
    price double precision, amount bigint, net bigint, commission bigint, stamp bigint, transfer bigint, other bigint,
    time int, currency text, ref text, source text, place int, batch bigint, UNIQUE (source, day, place))"""
INDEX = "CREATE INDEX {name}_by_client ON {name} (client, asset, day)"
COLUMNS = 19


def plain_rows(number: int, table: pa.Table) -> list[tuple[Any, ...]]:
    day = (FIRST + timedelta(days=number)).isoformat()
    cells = table.to_pydict()
    size = table.num_rows
    columns = [cells["client"], cells["asset"], [day] * size, range(size), *(cells[n] for n in table.column_names[2:])]
    return list(zip(*columns, [SOURCE] * size, range(size), [number] * size, strict=True))


def sqlite(days: int, clients: np.ndarray, products: np.ndarray, folder: Path) -> dict[str, Any]:
    base = sqlite3.connect(folder / "peer.sqlite3", isolation_level=None)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("PRAGMA synchronous=NORMAL")
    base.execute(TABLE.format(name="trades", day="text"))
    base.execute(INDEX.format(name="trades"))
    insert = f"INSERT INTO trades VALUES ({', '.join('?' * COLUMNS)})"

    def parameter(number: int, rows: list[tuple[Any, ...]]) -> None:
        base.execute("BEGIN")
        day = (FIRST + timedelta(days=number)).isoformat()
        base.execute("DELETE FROM trades WHERE source = ? AND day = ?", (SOURCE, day))
        base.executemany(insert, rows)
        base.execute("COMMIT")

    def everything() -> int:
        cursor = base.execute(
            "SELECT client, asset, day, quantity, price, amount, net, commission FROM trades ORDER BY client, asset, day"
        )
        columns = [np.array(column) for column in zip(*cursor.fetchall(), strict=True)]
        return len(columns[0])

    for number in range(days - 5):
        parameter(number, plain_rows(number, trades_of_day(number, clients, products)))
    given = {n: plain_rows(n, trades_of_day(n, clients, products)) for n in range(days - 5, days)}
    append = median([lambda n=n, r=r: parameter(n, r) for n, r in given.items()])
    again = median([lambda n=n, r=r: parameter(n, r) for n, r in given.items()])
    full, count = time_call(everything)
    assert count == days * EACH
    one = median(
        [
            lambda c=c: base.execute("SELECT * FROM trades WHERE client = ? ORDER BY asset, day", (int(c),)).fetchall()
            for c in clients[:20]
        ]
    )
    return {"append": append, "again": again, "full": full, "one": one, "disk": size_of(folder)}


def postgres(days: int, clients: np.ndarray, products: np.ndarray) -> dict[str, Any]:
    import psycopg

    with psycopg.connect(os.environ["DAKEHU_OWNER_URL"], autocommit=True) as base:
        base.execute(TABLE.format(name="peer_trades", day="date"))
        base.execute(INDEX.format(name="peer_trades"))

        def parameter(number: int, rows: list[tuple[Any, ...]]) -> None:
            day = (FIRST + timedelta(days=number)).isoformat()
            with base.transaction(), base.cursor() as cursor:
                cursor.execute("DELETE FROM peer_trades WHERE source = %s AND day = %s", (SOURCE, day))
                with cursor.copy("COPY peer_trades FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)

        def everything() -> int:
            cursor = base.cursor(binary=True)
            cursor.execute(
                "SELECT client, asset, day, quantity, price, amount, net, commission FROM peer_trades ORDER BY client, asset, day"
            )
            columns = [np.array(column) for column in zip(*cursor.fetchall(), strict=True)]
            return len(columns[0])

        for number in range(days - 5):
            parameter(number, plain_rows(number, trades_of_day(number, clients, products)))
        base.execute("ANALYZE peer_trades")
        given = {n: plain_rows(n, trades_of_day(n, clients, products)) for n in range(days - 5, days)}
        append = median([lambda n=n, r=r: parameter(n, r) for n, r in given.items()])
        again = median([lambda n=n, r=r: parameter(n, r) for n, r in given.items()])
        full, count = time_call(everything)
        assert count == days * EACH
        one = median(
            [
                lambda c=c: base.execute(
                    "SELECT * FROM peer_trades WHERE client = %s ORDER BY asset, day", (int(c),)
                ).fetchall()
                for c in clients[:20]
            ]
        )
        disk = base.execute("SELECT pg_total_relation_size('peer_trades')").fetchone()
    return {"append": append, "again": again, "full": full, "one": one, "disk": disk[0] if disk else 0}


def child(kind: str, days: int) -> None:
    if kind == "journal":
        start()
        report = measure_dakehu(days, *people())
    else:
        both = np.arange(1, CLIENTS + 1), np.arange(1, PRODUCTS + 1)
        start()  # the schema of a day comes from the product
        report = sqlite(days, *both, Path(os.environ["DAKEHU_HOME"])) if kind == "SQLite" else postgres(days, *both)
    print(json.dumps(report))


def main() -> int:
    """Run each side in a separate process, in turn; print one table."""
    import subprocess

    days = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print(f"{days * EACH:,} trades of {CLIENTS:,} clients, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(
        "| | a day of 100,000 in, s | the same again, s | everything read, s | one client, ms | disk, MB |\n|---|---|---|---|---|---|"
    )
    kinds = ["journal", "SQLite", *(["PostgreSQL"] if os.environ.get("DAKEHU_OWNER_URL") else [])]
    for kind in kinds:
        with tempfile.TemporaryDirectory(prefix="dakehu-bench-") as home:
            given = {
                **os.environ,
                **database(),
                "DAKEHU_HOME": home,
                "DJANGO_SETTINGS_MODULE": "dakehu.project.settings",
            }
            run = subprocess.run(
                [sys.executable, __file__, "--child", kind, str(days)],
                env=given,
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
                check=False,
            )
        if run.returncode:
            return run.returncode
        report = json.loads(run.stdout.splitlines()[-1])
        print(
            f"| {kind} | {report['append']:.2f} | {report['again']:.3f} | {report['full']:.1f} | {report['one'] * 1000:.1f} | {report['disk'] / 1e6:,.0f} |",
            flush=True,
        )
        more = {k: round(v, 2) for k, v in report.items() if k not in ("append", "again", "full", "one", "disk")}
        if more:
            print(f"  {more}", flush=True)
    print(f"load at the end {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], int(sys.argv[3]))
    else:
        sys.exit(main())
