"""A full pull of a million clients over HTTP: rows per second, memory, and the list's response time in the meantime.

    .venv/bin/python benchmarks/odata_million.py [--clients 1000000] [--home FOLDER]

Served by `dakehu serve` on SQLite, with the clients of list_million.py (`--home` keeps them for the next time). For
comparison, with the same rows: Arrow as `dakehu.client` reads it, in batches; the JSON API page by page; and DuckDB's
export of the same columns straight from the file as CSV, without access control or masking. Pulls name their columns,
or take all columns (Arrow: with the figures, balances and tiers related to the clients; OData has these as separate
sets).
"""

import argparse
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import duckdb
import orjson
import polars as pl
import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.list_million import SHOWN, Asker, running_server  # noqa: E402  (the repository must be importable first)
from dakehu.client import Desk  # noqa: E402

COLUMNS = ("code", "name", "kind", "segment", "risk_level", "assets", "status", "last_contact_on", "branch")
READER = "compliance"
LINK = re.compile(rb'"@odata.nextLink":"([^"]+)"')
OFTEN = 0.1  # seconds between two memory samples


def child(clients: int) -> None:
    """Prepare in a separate process: seed, and print the reader's token and cookie."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client as Browser

    from benchmarks import million_clients
    from dakehu.domains.team import queries as team
    from dakehu.foundation.access.actor import acting_as, system_actor
    from dakehu.foundation.gates import perform
    from dakehu.foundation.installation import derived_data
    from dakehu.foundation.schema.fields import model_of

    call_command("migrate", verbosity=0)
    with acting_as(system_actor("benchmark", "cli")):
        if not model_of("clients.Client").objects.exists():
            million_clients.create_clients(clients)
        user = model_of("team.User").objects.get(username=READER)
        browser = Browser()
        browser.force_login(user, backend="dakehu.domains.team.sign_in.backends.StaffBackend")
        actor = team.actor_of(user)
    if not derived_data.is_current():  # otherwise the server would start by rebuilding it
        derived_data.rebuild(lambda _: None)
    with acting_as(actor):
        token = perform("team.create_token", {"name": "benchmark"})["token"]
    cookie = "; ".join(f"{key}={value.value}" for key, value in browser.cookies.items())
    print(json.dumps({"token": token, "cookie": cookie}))


class Watch:
    """Monitors the memory of the desk's processes and the response times of the list, while a block runs."""

    def __init__(self, port: int, cookie: str, is_read: bool = True) -> None:
        self.port, self.cookie, self.is_read = port, cookie, is_read
        self.most, self.waits, self.done = 0, [], threading.Event()  # type: ignore[var-annotated]

    def __enter__(self) -> "Watch":
        self.threads = [threading.Thread(target=self._weigh)]
        self.threads += [threading.Thread(target=self._read)] if self.is_read else []
        for thread in self.threads:
            thread.start()
        self.begun = time.perf_counter()
        return self

    def __exit__(self, *fault: object) -> None:
        self.seconds = time.perf_counter() - self.begun
        self.done.set()
        for thread in self.threads:
            thread.join()

    def _weigh(self) -> None:
        """Record the largest process without file mappings (SQLite maps 256 MB of the database, reclaimable)."""
        while not self.done.wait(OFTEN):
            for process in psutil.Process().children(recursive=True):
                try:
                    held = process.memory_info()
                    self.most = max(self.most, held.rss - getattr(held, "shared", 0))
                except psutil.Error:
                    continue

    def _read(self) -> None:
        asker = Asker(self.port, self.cookie)
        while not self.done.wait(0.02):
            begun = time.perf_counter()
            asker.ask(f"/clients/rows?size=50&show={SHOWN}")
            self.waits.append(time.perf_counter() - begun)

    @property
    def p95(self) -> float:
        """Return milliseconds, 0 without any read."""
        waits = sorted(self.waits)
        return waits[int(len(waits) * 0.95)] * 1000 if waits else 0.0


def get_bytes(address: str, token: str) -> bytes:
    with urlopen(Request(address, headers={"Authorization": f"Bearer {token}"}), timeout=300) as answer:
        return bytes(answer.read())


def odata(port: int, token: str, query: str) -> Iterator[tuple[int, int]]:
    """Yield (rows, bytes) of each page of a pull."""
    address = f"http://127.0.0.1:{port}/odata/v4/Clients{query}"
    while address:
        body = get_bytes(address, token)
        yield len(orjson.loads(body)["value"]), len(body)
        found = LINK.search(body[:4000])
        address = found[1].decode() if found else ""


def api(port: int, token: str, clients: int) -> Iterator[tuple[int, int]]:
    """Yield the same for the JSON API with 1,000 rows per page; only a tenth of all rows, as it is slow."""
    for start in range(0, clients // 10, 1000):
        body = get_bytes(f"http://127.0.0.1:{port}/api/v1/clients?limit=1000&offset={start}", token)
        yield len(orjson.loads(body)["rows"]), len(body)


def arrow(port: int, token: str, columns: tuple[str, ...] = (), order: str = "") -> Iterator[tuple[int, int]]:
    """Yield the same for the Python client: bytes in memory, since the stream itself is compressed."""
    with Desk(f"http://127.0.0.1:{port}", token) as desk:
        for batch in desk.clients(columns=columns, order=order).batches():
            yield batch.num_rows, batch.nbytes


def duck(home: Path, folder: Path) -> tuple[int, int]:
    """Return (rows, bytes) of DuckDB's CSV of the same columns: read by sqlite3 into a polars frame, as its SQLite
    extension is not part of the wheel."""
    target = folder / "clients.csv"
    columns = ", ".join(f"c.{name}" for name in COLUMNS if name != "branch")
    tables = "clients_client c LEFT JOIN team_branch b ON b.id = c.branch_id ORDER BY c.id"
    with sqlite3.connect(f"file:{home / 'dakehu.sqlite3'}?mode=ro", uri=True) as base:
        frame = pl.read_database(f"SELECT {columns}, b.name AS branch FROM {tables}", base, infer_schema_length=None)
    duckdb.sql(f"COPY (SELECT * FROM frame) TO '{target}' (HEADER)")
    return frame.height, target.stat().st_size


def print_row(name: str, rows: int, size: int, watch: Watch | None, seconds: float) -> None:
    memory = f"{watch.most / 2**20:6.0f} MB" if watch else " " * 9
    waits = f"{watch.p95:7.0f} ms" if watch and watch.waits else " " * 10
    print(f"{name:34}{rows:>11,}{rows / seconds:>12,.0f}{size / max(rows, 1):>8.0f}{memory:>12}{waits:>12}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path)
    line = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dakehu-bench-") as folder:
        home = line.home or Path(folder)
        home.mkdir(exist_ok=True)
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "dakehu.project.settings",
            "DAKEHU_HOME": str(home),
            "DAKEHU_REQUESTS_PER_MINUTE": "0",
            "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
        }
        made = subprocess.run(
            [sys.executable, __file__, "--child", str(line.clients)],
            env=env,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        ready = json.loads(made.stdout.splitlines()[-1])
        measure(home, Path(folder), ready, line.clients, env)
    return 0


def measure(home: Path, folder: Path, ready: dict[str, str], clients: int, env: dict[str, str]) -> None:
    chosen = "?$select=" + ",".join(COLUMNS)
    print(f"{clients:,} clients, load of the machine {os.getloadavg()[0]:.1f}")
    print(f"{'':34}{'rows':>11}{'rows/s':>12}{'bytes':>8}{'memory':>12}{'list p95':>12}")
    with running_server(env) as port:
        with Watch(port, ready["cookie"]) as idle:
            time.sleep(5)
        print_row("nobody pulls", 0, 0, idle, idle.seconds)
        for name, pages in (
            ("OData, 9 columns", lambda: odata(port, ready["token"], chosen)),
            ("OData, 9 columns, by assets", lambda: odata(port, ready["token"], f"{chosen}&$orderby=assets%20desc")),
            ("OData, every column", lambda: odata(port, ready["token"], "")),
            ("Arrow, 9 columns", lambda: arrow(port, ready["token"], COLUMNS, "code")),
            ("Arrow, 9 columns, by assets", lambda: arrow(port, ready["token"], COLUMNS, "-assets")),
            ("Arrow, every column", lambda: arrow(port, ready["token"], (), "code")),
            ("JSON API, every column, a tenth", lambda: api(port, ready["token"], clients)),
        ):
            for is_read in (False, True):
                with Watch(port, ready["cookie"], is_read) as watch:
                    found = list(pages())
                whole = sum(rows for rows, _ in found), sum(size for _, size in found)
                print_row(f"{name}{', list read' if is_read else ''}", *whole, watch, watch.seconds)
    begun = time.perf_counter()
    rows, size = duck(home, folder)
    print_row("DuckDB, CSV of the 9 columns", rows, size, None, time.perf_counter() - begun)
    print(f"load of the machine afterwards {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(int(sys.argv[2]))
    else:
        sys.exit(main())
