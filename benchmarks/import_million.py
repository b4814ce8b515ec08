"""A million clients from CSV and 200,000 from XLSX through the real worker, compared with django-import-export in the
same run.

    .venv/bin/python benchmarks/import_million.py [ROWS [XLSX_ROWS]]
    .venv/bin/python scripts/with_postgres.py -- .venv/bin/python benchmarks/import_million.py [ROWS [XLSX_ROWS]]

dakehu: an empty database, a served desk and its worker as separate processes; a desk head uploads each file and
imports it in the background, while a compliance user repeatedly requests the first page of the client list. Each row
has eleven columns, including ID number and mobile: it becomes a client with sealed ID number and blind index, pinyin, a
main member of staff, and a sealed contact with two blind indexes, all in one act. A second file is cancelled half way.
The peer gets the same columns, already parsed and mapped, and fills plain copies of the same four tables: the client,
the staff who serve the client, the mobile as a contact and a line of search words, with the rows it can handle: 5,000
by default, 20,000 with `use_bulk`, where the three other tables are filled by `bulk_create` after each batch.
DAKEHU_BENCH_KINDS selects the sides to run: peer,peer-bulk,ours.
"""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from dakehu.foundation.access.actor import acting_as, system_actor

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from import_far_trans import database, let_the_peer_count, plain_model, start  # noqa: E402
from made_clients import HEADINGS, clients, write_csv  # noqa: E402

PASSWORD = "Measured-2026-desk"
WATCHER = "watch"
PEER_ROWS = {False: 5_000, True: 20_000}


def write_xlsx(path: Path, count: int) -> Path:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("基本信息")
        for at, row in enumerate((HEADINGS, *clients(count, seed=2, first=1_000_000))):
            sheet.write_row(at, 0, row)
    return path


# --- ours -------------------------------------------------------------------------------------------


def create_staff() -> Any:
    """Create a desk head who imports, and a compliance user who reads all clients during the import."""
    from dataclasses import replace

    from dakehu.domains.team import queries as team
    from dakehu.foundation.gates import perform

    with acting_as(system_actor("benchmark", "cli")):
        perform("team.create_branch", {"code": "B1", "name": "上海", "city": "上海"})
        perform("team.create_team", {"name": "一组", "branch": "B1"})
        for name, role in (("bench", "团队负责人"), (WATCHER, "合规")):
            perform(
                "team.add_user",
                {"username": name, "name": name, "role": role, "team": "一组", "password": PASSWORD + "1"},
            )
    for name in ("bench", WATCHER):
        with acting_as(replace(team.actor_of(team.find_user(name)), door="web")):
            perform("team.change_my_password", {"current": PASSWORD + "1", "password": PASSWORD})
    return replace(team.actor_of(team.find_user("bench")), door="web")


def serve(port: int) -> subprocess.Popen[bytes]:
    workers = "2" if os.environ.get("DAKEHU_DATABASE_URL") else "1"
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--workers",
            workers,
            "--blocking-threads",
            "8",
            "--log-level",
            "error",
            "--no-access-log",
            "dakehu.project.wsgi:application",
        ]
    )


def sign_in(address: str) -> Any:
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    for _ in range(300):
        try:
            page = browser.open(address + "sign-in", timeout=5).read().decode()
            break
        except OSError:
            time.sleep(0.2)
    mark = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    form = {"username": WATCHER, "password": PASSWORD, "csrfmiddlewaretoken": mark.group(1) if mark else ""}
    browser.open(address + "sign-in", urlencode(form).encode(), timeout=30).read()
    return browser


def ask_for_the_list(browser: Any, address: str, stop: threading.Event, seconds: list[float]) -> None:
    while not stop.wait(0.1):
        begun = time.perf_counter()
        browser.open(address + "clients/rows?size=50", timeout=120).read()
        seconds.append(time.perf_counter() - begun)


def peak_mb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) >> 10  # type: ignore[union-attr]


def wait_for_job(number: int, enough: Any) -> dict[str, Any]:
    from dakehu.foundation.jobs import queue as jobs

    while True:
        seen = jobs.get_job(number, None)
        if enough(seen):
            return seen
        time.sleep(0.05)


def through_the_worker(actor: Any, path: Path, port: int, *, stop_at: float = 2.0) -> dict[str, Any]:
    """Upload and import one file with a separate worker; cancel it once its progress reaches `stop_at`."""
    from dakehu.exchange.imports import service as imports
    from dakehu.foundation.jobs import queue as jobs
    from dakehu.foundation.schema.fields import model_of

    address, asked, stop = f"http://127.0.0.1:{port}/", [], threading.Event()
    with acting_as(actor):
        batch = imports.open_upload(path.name, path.read_bytes())
    browser = sign_in(address)
    asking = threading.Thread(target=ask_for_the_list, args=(browser, address, stop, asked))
    worker = subprocess.Popen([sys.executable, "-m", "dakehu.interfaces.cli.main", "work"])
    asking.start()
    try:
        with acting_as(actor):
            number = imports.start_apply(batch.pk)
        begun = time.perf_counter()
        seen = wait_for_job(number, lambda report: report["ended"] or report["share"] >= stop_at)
        if not seen["ended"]:
            jobs.request_stop(number)
            asked_to_stop = time.perf_counter()
            seen = wait_for_job(number, lambda report: report["ended"])
            begun = asked_to_stop
        taken, peak = time.perf_counter() - begun, peak_mb(worker.pid)
    finally:
        stop.set()
        worker.terminate()
        worker.wait()
        asking.join()
    with acting_as(system_actor("benchmark", "cli")):
        stored = model_of("clients.Client").objects.count()
    asked.sort()
    return {
        "state": seen["state"],
        "error": seen["error"],
        "rows": seen["result"].get("created", 0),
        "seconds": round(taken, 1),
        "peak_mb": peak,
        "stored": stored,
        "p50_ms": round(asked[len(asked) // 2] * 1000),
        "p95_ms": round(asked[len(asked) * 95 // 100] * 1000),
        "asked": len(asked),
    }


def ours(rows: int, xlsx_rows: int) -> dict[str, Any]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    actor, server = create_staff(), serve(port)
    made: dict[str, Any] = {}
    try:
        with tempfile.TemporaryDirectory(prefix="dakehu-bench-") as folder:
            book = write_xlsx(Path(folder) / "clients.xlsx", xlsx_rows)
            made["cancelled"] = through_the_worker(actor, book, port, stop_at=0.4)
            made["xlsx"] = through_the_worker(actor, book, port)
            made["csv"] = through_the_worker(actor, write_csv(Path(folder) / "clients.csv", rows), port)
    finally:
        server.terminate()
        server.wait()
    return made


# --- the peer ---------------------------------------------------------------------------------------


def peer_resource(columns: list[str], *, bulk: bool) -> Any:
    """Return a resource over plain tables: dependent rows are written after their client, in bulk after each batch."""
    from django.utils import timezone
    from import_export import resources

    from dakehu.foundation.search.text import CLEARED, OPEN, code_tokens, mark, name_tokens, tokens

    client, coverage, contact, line = (
        plain_model(f"clients.{name}") for name in ("Client", "Coverage", "Contact", "SearchLine")
    )
    today, staff = timezone.localdate(), 1

    def write(table: Any, rows: list[Any]) -> None:
        if bulk:
            table.objects.bulk_create(rows)
        else:
            for row in rows:
                row.save()

    def write_dependents(made: list[tuple[Any, str]]) -> None:
        write(coverage, [coverage(client=one.pk, user=staff, role="main", since=today) for one, _ in made])
        write(contact, [contact(client=one.pk, kind="mobile", value=mobile, primary=True) for one, mobile in made])
        write(line, [line(client=one.pk, number=one.pk, words=words_of(one), what="clients.Client") for one, _ in made])

    def words_of(one: Any) -> str:
        public = " ".join((code_tokens(one.code), tokens(one.occupation), tokens(one.segment)))
        return f"{mark(name_tokens(one.name), CLEARED)} {mark(public, OPEN)}"

    class Clients(resources.ModelResource):
        waiting: list[tuple[Any, str]] = []

        class Meta:
            model = client
            import_id_fields = ["code"]
            fields = columns
            use_bulk = bulk
            skip_diff = bulk
            batch_size = 1000

        def after_save_instance(self, instance: Any, row: Any, **_: Any) -> None:
            self.waiting.append((instance, row["mobile"]))
            if not bulk:
                write_dependents(self.waiting)
                self.waiting.clear()

        def bulk_create(self, *given: Any, **named: Any) -> None:
            super().bulk_create(*given, **named)
            write_dependents(self.waiting)
            self.waiting.clear()

    return Clients()


def peer(*, bulk: bool) -> dict[str, Any]:
    import resource

    import tablib

    from dakehu.foundation.schema.fields import model_of

    let_the_peer_count()
    create_staff()  # the staff who serve the clients
    names = ["code", "name", "gender", "id_number", "mobile", "occupation", "segment", "risk_level", "risk_tested_on"]
    names += ["assets", "opened_on"]
    rows = list(clients(PEER_ROWS[bulk]))
    for row in rows:
        row[2] = {"男": "male", "女": "female"}[row[2]]
    begun = time.perf_counter()
    data = tablib.Dataset(*rows, headers=names)
    result = peer_resource([name for name in names if name != "mobile"], bulk=bulk).import_data(data, raise_errors=True)
    taken = time.perf_counter() - begun
    assert result.totals["new"] == len(rows), result.totals
    for label in ("Client", "Coverage", "Contact", "SearchLine"):
        stored = model_of(f"clients.{label}").objects.count()
        assert stored == len(rows), (label, stored)
    return {
        "rows": len(rows),
        "seconds": round(taken, 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
    }


def child(kind: str, rows: int, xlsx_rows: int) -> None:
    start()
    report = ours(rows, xlsx_rows) if kind == "ours" else {kind: _peer_as_system(kind)}
    print(json.dumps(report))


def _peer_as_system(kind: str) -> dict[str, Any]:

    with acting_as(system_actor("benchmark", "cli")):
        return peer(bulk=kind == "peer-bulk")


def main() -> int:
    """Run each side in a separate process and database and print one table."""
    rows, xlsx_rows = (int(n) for n in (sys.argv[1:3] + ["1000000", "200000"][len(sys.argv) - 1 :]))
    where = "PostgreSQL" if os.environ.get("DAKEHU_OWNER_URL") else "SQLite"
    load = ", ".join(f"{n:.1f}" for n in os.getloadavg())
    print(f"{where}, {os.cpu_count()} cores, load at the start {load}")
    for kind in os.environ.get("DAKEHU_BENCH_KINDS", "peer,peer-bulk,ours").split(","):
        with tempfile.TemporaryDirectory(prefix="dakehu-bench-") as home:
            given = {
                **os.environ,
                **database(),
                "DAKEHU_HOME": home,
                "DJANGO_SETTINGS_MODULE": "dakehu.project.settings",
            }
            command = [sys.executable, __file__, "--child", kind, str(rows), str(xlsx_rows)]
            run = subprocess.run(command, env=given, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
        if run.returncode:
            return run.returncode
        for label, report in json.loads(run.stdout.splitlines()[-1]).items():
            speed = report["rows"] / report["seconds"] if report["seconds"] else 0
            more = {k: v for k, v in report.items() if k not in ("rows", "seconds", "peak_mb")}
            print(
                f"{label:12} {report['rows']:>9,} rows {report['seconds']:>7} s {speed:>8,.0f} rows/s {report['peak_mb']:>6,} MB  {more or ''}",
                flush=True,
            )
    print("load at the end", ", ".join(f"{n:.1f}" for n in os.getloadavg()))
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    else:
        sys.exit(main())
