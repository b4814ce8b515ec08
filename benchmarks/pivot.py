"""Response time of a pivot over many clients, compared with DuckDB alone on the same snapshot and the database's
GROUP BY.

    PYTHONPATH=.:src .venv/bin/python benchmarks/pivot.py [COUNT] [--home FOLDER] [--seconds 6]
    .venv/bin/python scripts/with_postgres.py -- .venv/bin/python benchmarks/pivot.py …

COUNT clients (100,000), those of the list's benchmark. The snapshot is taken by the product's own step; `insight.pivot` is
run in one process by 1 and by 16 users, each in a thread, with scope, clearance and labels. DuckDB counts the same
columns of the same file for a user who sees all except walled clients; it has no scope, no labels and no combined
group totals. With PostgreSQL available the desk runs there, and its GROUP BY is measured as the owner of the tables,
without row security. `--home` keeps the seeded SQLite database.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
USERS = (1, 16)
READERS = ("compliance", "m7", "compliance", "m11")  # users in turn: all except walled, or own 481
PIVOTS: dict[str, dict[str, Any]] = {
    "risk × branch, sum of assets": {"rows": "risk_level", "columns": "branch", "measure": "sum:assets"},
    "branch × quarter of contact, count": {"rows": "branch", "columns": "last_contact_on:quarter"},
    "segment, mean, two filters": {
        "rows": "segment",
        "measure": "mean:assets",
        "filters": {"risk_level.in": ["C4", "C5"], "assets.ge": 500_000},
    },
    "manager, sum, top 20": {"rows": "manager", "measure": "sum:assets", "top": 20},
    "assets in bands × risk, share of row": {"rows": "assets", "columns": "risk_level", "measure": "row_share"},
    "risk × segment, median of assets": {"rows": "risk_level", "columns": "segment", "measure": "median:assets"},
}
SETS = "GROUPING SETS ((1, 2), (1), (2), ())"
PEER = "SELECT risk_level, {branch}, sum(assets), count(*) FROM {table} WHERE {seen} GROUP BY " + SETS


def main() -> int:
    """Seed, take the snapshot, measure, print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=100_000)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--seed", action="store_true", help=argparse.SUPPRESS)
    line = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dakehu-bench-") as folder:
        home = line.home or Path(folder)
        home.mkdir(exist_ok=True)
        os.environ["DAKEHU_HOME"] = str(home)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dakehu.project.settings")
        if not line.seed and not (home / "dakehu.sqlite3").exists():
            _seed_apart(line.count, home)
        import django

        django.setup()
        _fill(line.count, home)
        if not line.seed:
            _measure(line.seconds)
    return 0


def _seed_apart(clients: int, home: Path) -> None:
    """Seed the SQLite database in a separate process: this one may use PostgreSQL."""
    env = {key: value for key, value in os.environ.items() if key not in ("DAKEHU_DATABASE_URL", "DAKEHU_OWNER_URL")}
    env["PYTHONPATH"] = f"{ROOT}:{ROOT / 'src'}"
    command = [sys.executable, __file__, str(clients), "--home", str(home), "--seed"]
    subprocess.run(command, env=env, cwd=ROOT, check=True)


def _fill(clients: int, home: Path) -> None:
    """Fill an empty database: SQLite from scratch, PostgreSQL from the SQLite file."""
    from django.core.management import call_command
    from django.db import connections

    from benchmarks import million_clients
    from dakehu.foundation.access.actor import acting_as, system_actor
    from dakehu.foundation.schema.fields import model_of

    is_postgres = "owner" in connections.databases
    call_command("migrate", database="owner" if is_postgres else "default", verbosity=0)
    with acting_as(system_actor("benchmark", "cli")):
        if model_of("clients.Client").objects.exists():
            return
    if is_postgres:
        million_clients.copy_to_postgres(home / "dakehu.sqlite3")
    else:
        million_clients.create_clients(clients)


def _measure(seconds: float) -> None:
    from django.db import connection

    from dakehu.domains.insight.pivots import table_data
    from dakehu.domains.insight.snapshots.collection import take_snapshot

    table_data.READ_LIVE = 0
    begun = time.perf_counter()
    snapshot = take_snapshot()
    size = max(path.stat().st_size for path in Path(os.environ["DAKEHU_HOME"], "insight").glob("*.arrow"))
    print(
        f"{connection.vendor}, {snapshot.height:,} clients, {len(snapshot.kinds)} columns, snapshot {size / 1e6:.0f} MB in "
        f"{time.perf_counter() - begun:.1f} s; load of the machine {os.getloadavg()[0]:.1f}"
    )
    print(f"{'p50 / p95 in ms (answers a second)':44}" + "".join(f"{f'{users} users':>26}" for users in USERS))
    for name, asked in PIVOTS.items():
        _line(name, _asker(asked), seconds)
    duck, plain = _duckdb(snapshot), _database()
    _line("DuckDB alone: risk × branch", lambda: duck, seconds)
    _line(f"{connection.vendor} GROUP BY: risk × branch", lambda: plain, seconds)
    print(f"load of the machine afterwards {os.getloadavg()[0]:.1f}")


def _line(name: str, make: Callable[[], Callable[[int], None]], seconds: float) -> None:
    cells = []
    for users in USERS:
        half, most, pace = _measure_answers(make(), users, seconds)
        cells.append(f"{f'{half:.1f} / {most:.1f} ({pace:.0f})':>26}")
    print(f"{name:44}" + "".join(cells), flush=True)


def _measure_answers(ask: Callable[[int], None], users: int, seconds: float) -> tuple[float, float, float]:
    """Return (p50, p95 in ms, responses per second) of users sending requests in turn, after a warm-up."""
    from django.db import connections

    taken: list[float] = []
    numbers: Iterator[int] = count()

    def ask_repeatedly(until: float, keep: bool) -> None:
        while time.perf_counter() < until:
            begun = time.perf_counter()
            ask(next(numbers))
            if keep:
                taken.append(time.perf_counter() - begun)
        connections.close_all()

    for keep, length in ((False, min(3.0, seconds / 2)), (True, seconds)):
        until = time.perf_counter() + length
        threads = [threading.Thread(target=ask_repeatedly, args=(until, keep)) for _ in range(users)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    taken.sort()
    return taken[len(taken) // 2] * 1000, taken[int(len(taken) * 0.95)] * 1000, len(taken) / seconds


def _asker(asked: dict[str, Any]) -> Callable[[], Callable[[int], None]]:
    """Return a factory of functions that run a pivot as one of the readers, re-authenticated for each request."""
    from dakehu.domains.team.queries import actor_of
    from dakehu.foundation.access.actor import acting_as, system_actor
    from dakehu.foundation.gates import ask
    from dakehu.foundation.schema.fields import model_of

    with acting_as(system_actor("benchmark", "cli")):
        users = {name: model_of("team.User").objects.get(username=name) for name in set(READERS)}

    def run(number: int) -> None:
        with acting_as(actor_of(users[READERS[number % len(READERS)]])):
            ask("insight.pivot", asked)

    return lambda: run


def _duckdb(snapshot: Any) -> Callable[[int], None]:
    """Return DuckDB's own sums of the same columns, without walled clients."""
    import duckdb

    walled = snapshot.values["walled"].index(True) + 1 if True in snapshot.values["walled"] else 0
    table = snapshot.table.select(["risk_level", "branch", "assets", "walled"])
    sql = PEER.format(branch="branch", table="clients", seen=f"walled <> {walled}")
    local = threading.local()

    def run(_: int) -> None:
        if not hasattr(local, "base"):
            local.base = duckdb.connect()
            local.base.register("clients", table)
        local.base.execute(sql).fetchall()

    return run


def _database() -> Callable[[int], None]:
    """Return the database's own sums, as the owner of the tables if there is one."""
    from django.db import connection, connections

    alias = "owner" if "owner" in connections.databases else "default"
    seen = "NOT walled"
    sql = PEER.format(branch="branch_id", table="clients_client", seen=seen)
    if connection.vendor == "sqlite":  # no grouping sets: only the cells
        sql = sql.replace(SETS, "1, 2")

    def run(_: int) -> None:
        with connections[alias].cursor() as cursor:
            cursor.execute(sql)
            cursor.fetchall()

    return run


if __name__ == "__main__":
    sys.exit(main())
