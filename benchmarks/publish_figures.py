"""Only the publishing of a close's figures: from chunks of figures on disk to the table that lists read, old figures
replaced.

    python benchmarks/publish_figures.py [--clients 300000]                                      (SQLite)
    python scripts/with_postgres.py -- python benchmarks/publish_figures.py [--clients 300000]   (PostgreSQL)

Minimal clients and random figures; published twice, so that the second time replaces existing ones. During
publishing a reader, a separate process like the web processes, continuously reads the figures of one client: the
longest wait is printed.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from import_far_trans import database, start  # noqa: E402
from postgres_processor import server_seconds  # noqa: E402

AT_ONCE = 20_000
DAYS = np.arange(18_000, 20_500, dtype=np.int32)


def write_chunks(folder: Path, clients: np.ndarray) -> list[Path]:
    """Write random figures of clients in chunks, a fifth of each figure missing."""
    from dakehu.analytics.figures import COLUMNS, Column, Figures, Reason
    from dakehu.analytics.month_ends import MONTHS, MonthEnds
    from dakehu.domains.ledger.close import chunks

    dice, paths = np.random.default_rng(3), []
    for begin in range(0, len(clients), AT_ONCE):
        own = clients[begin : begin + AT_ONCE]
        values = dice.normal(0, 1000, (len(own), COLUMNS))
        for column in (Column.PEAK_DAY, Column.TROUGH_DAY, Column.FIRST_DAY):
            values[:, column] = dice.integers(0, len(DAYS), len(own))
        missing = dice.random((len(own), 1)) < 0.2
        reasons = np.where(missing, Reason.TOO_SHORT, Reason.NONE).astype(np.uint8).repeat(COLUMNS, axis=1)
        months = MonthEnds(
            *(dice.normal(1e5, 1e4, (len(own), MONTHS)) for _ in range(2)), dice.normal(0, 1000, len(own))
        )
        path = folder / f"{begin}.parquet"
        chunks.write(path, own, Figures(np.where(missing, np.nan, values), reasons), months)
        paths.append(path)
    return paths


def read_all_the_time() -> None:
    """Read one client's figures repeatedly until standard input ends; print each response time as JSON."""
    import django

    django.setup()
    from dakehu.domains.ledger.models import Figures
    from dakehu.foundation.access.actor import acting_as, system_actor

    stop, waits = threading.Event(), list[float]()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    with acting_as(system_actor("benchmark", "cli")):
        list(Figures.objects.order_by("client_id")[:1])
        print("ready", flush=True)
        while not stop.wait(0.005):
            begun = time.perf_counter()
            list(Figures.objects.order_by("client_id")[:1])
            waits.append(time.perf_counter() - begun)
    print(json.dumps(waits))


@contextmanager
def reader() -> Iterator[list[float]]:
    """Run a reader in parallel; the yielded list contains its response times in seconds afterwards."""
    command = [sys.executable, __file__, "--read"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        process.stdout.readline()
        waits: list[float] = []
        yield waits
        process.stdin.close()
        waits += json.loads(process.stdout.read())


def main() -> None:
    """Seed, publish twice, print."""
    line = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    line.add_argument("--clients", type=int, default=300_000)
    line.add_argument("--read", action="store_true", help="be the reader beside")
    given = line.parse_args()
    if given.read:
        read_all_the_time()
        return
    with tempfile.TemporaryDirectory(prefix="dakehu-publish-") as home:
        os.environ.update(database(), DAKEHU_HOME=home, DJANGO_SETTINGS_MODULE="dakehu.project.settings")
        start()
        from django.db import connection, transaction

        from dakehu.domains.ledger.close import run as close_run
        from dakehu.foundation.access.actor import acting_as, system_actor
        from dakehu.foundation.records import bulk_columns
        from dakehu.foundation.schema.fields import model_of

        with acting_as(system_actor("benchmark", "cli")):
            ids: list[int] = []
            for begin in range(0, given.clients, 50_000):
                names = [f"K{n:07}" for n in range(begin, min(begin + 50_000, given.clients))]
                with transaction.atomic():
                    ids += bulk_columns.insert(model_of("clients.Client"), len(names), {"code": names, "name": names})
            parts = write_chunks(Path(home), np.array(ids, np.int64))
            for title, day in (
                ("into an empty table", date(2026, 11, 26)),
                ("old figures replaced", date(2026, 11, 27)),
            ):
                with reader() as waits:
                    begun, busy, served = time.perf_counter(), time.process_time(), server_seconds()
                    close_run.publish(day=day, digest=title, name=title, parts=parts, days=DAYS, current=True)
                    whole, used = time.perf_counter() - begun, time.process_time() - busy
                    served = server_seconds() - served
                print(
                    f"{connection.vendor}, {given.clients:,} clients, {title}: {whole:.1f} s, processor: {used:.1f} s here, "
                    f"{served:.1f} s of the server with the reader; a reader waited {max(waits) * 1000:.0f} ms at most of {len(waits)}; "
                    f"load {os.getloadavg()[0]:.1f}, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB",
                    flush=True,
                )


if __name__ == "__main__":
    main()
