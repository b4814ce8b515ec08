"""Kill -9 an import, the import of its edited file, an undo, and an undo by the worker at random moments, and check the
result.

    python scripts/kill_at_random.py [ROUNDS [ROWS]]                                      (SQLite, in a separate directory)
    python scripts/with_postgres.py -- python scripts/kill_at_random.py [ROUNDS [ROWS]]   (PostgreSQL, in a separate database)

Each round kills each of them once (the second import twice), in a separate process, at a random moment within the
duration of the same work when it last completed, since the machine's load may change. After every kill the desk must
be as before or as after, the batch must state which, and the audit chain must be intact; when repeated, it must end
as if nothing had happened, without duplicates; and the undo must restore the previous state. Prints one line per
round, and exits with 1 at the first fault.
"""

import csv
import hashlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from dakehu.foundation.access.actor import acting_as, system_actor

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from import_far_trans import database, start  # noqa: E402
from made_clients import HEADINGS, clients  # noqa: E402

QUARTERS = ("first quarter", "second quarter", "third quarter", "last quarter", "after the end, as expected")


class Wrong(Exception):
    """A fault left behind by a kill."""


def require(holds: bool, what: str) -> None:
    if not holds:
        raise Wrong(what)


def begin() -> None:
    """Write a client table of several slices, so that a kill can fall between two of them."""
    from dakehu.exchange.imports import chunking

    chunking.SLICE = 250


def as_system() -> Any:

    return acting_as(system_actor("kill -9 harness", "cli"))


def do(what: str, batch: int) -> Any:
    """Import an uploaded batch, undo it, or let the worker undo it."""
    from dakehu.exchange.imports import service as intake
    from dakehu.foundation.gates import perform

    with as_system():
        if what == "import":
            return intake._apply(batch, False, lambda *_: None)
        return perform("workbook.undo", {"batch": batch}) if what == "undo" else undo_by_worker(batch)


def undo_by_worker(batch: int) -> None:
    """Queue the undo as the page does, unless it is queued, and let a worker run the due jobs. The lease of a killed
    worker is treated as expired, so that there is no wait."""
    from dakehu.exchange.imports import undo
    from dakehu.foundation.actions.models import Batch
    from dakehu.foundation.base import clock
    from dakehu.foundation.jobs import queue as jobs

    undo.AT_ONCE = 0
    undo.begin(batch)
    jobs._rows().filter(state="running").update(leased_until=clock.now())
    jobs.run_due_jobs()
    job = jobs.get_job(Batch.objects.get(pk=batch).job_ref, None)
    require(job["kind"] == undo.KIND and job["state"] == "done", f"the job of the undo: {job}")


def upload(path: Path) -> int:
    from dakehu.exchange.imports import service as imports

    with as_system():
        return int(imports.open_upload(path.name, path.read_bytes()).pk)


def state() -> str:
    """Return a fingerprint of every row of client data, without ids, versions and times."""
    from dakehu.foundation.access.encrypted_fields import EncryptedTextField
    from dakehu.foundation.access.query_guard import scoped_models
    from dakehu.foundation.audit.models import AuditEntry
    from dakehu.foundation.records.recorded import UNTRACKED

    seen = hashlib.sha256()
    with as_system():
        for model in sorted(scoped_models(), key=lambda m: m._meta.label):
            if model is AuditEntry:
                continue
            numbers = {"client_id", "number"} if getattr(model, "derived", False) else {"client_id"}
            names = [
                f.attname
                for f in model._meta.concrete_fields
                if f.name not in UNTRACKED
                and not f.primary_key
                and not isinstance(f, EncryptedTextField)
                and f.attname not in numbers
            ]
            if model.client_path == "client":
                names.append("client__code")
            lines = sorted(map(repr, model.objects.values_list(*names)))
            seen.update("\n".join([model._meta.label, *lines]).encode())
    return seen.hexdigest()[:16]


def check_desk(batch: int, applied: bool | None) -> None:
    """Check that the audit chain is intact, no client is duplicated, and the batch states what happened."""
    from django.db.models import Count

    from dakehu.foundation.actions.models import Batch
    from dakehu.foundation.audit import anchor, verification
    from dakehu.foundation.schema.fields import model_of

    with as_system():
        verdict = verification.verify()
        require(verdict.broken is None, f"the audit chain: {verdict}")
        anchor.remember_head()
        for label, by in (
            ("clients.Contact", ("client", "value_index")),
            ("clients.Coverage", ("client", "user", "until")),
        ):
            twice = model_of(label).objects.values(*by).annotate(n=Count("pk")).filter(n__gt=1)
            require(not twice.exists(), f"{label} twice")
        if applied is not None:
            require((Batch.objects.get(pk=batch).state == "applied") is applied, "the batch says something else")


def run_and_kill(what: str, batch: int, after: float) -> float:
    """Start the work in a separate process and kill it after `after` seconds; return its actual running time."""
    child = subprocess.Popen([sys.executable, __file__, "--child", what, str(batch)], stdout=subprocess.PIPE, text=True)
    require(child.stdout is not None and child.stdout.readline() == "go\n", "the child did not start")
    begun = time.perf_counter()
    try:
        child.wait(timeout=after)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    child.stdout.close()  # type: ignore[union-attr]
    ran = time.perf_counter() - begun
    wait_for_server()
    return ran


def wait_for_server() -> None:
    """Wait until the server has noticed: a COMMIT in transit when the child died is still executed."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
    until = time.monotonic() + 60
    while True:
        with connection.cursor() as cursor:
            cursor.execute(others)
            if cursor.fetchone()[0] == 0:
                return
        require(time.monotonic() < until, "the server still works for a child that is dead")
        time.sleep(0.02)


def write(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([HEADINGS, *rows])
    return path


def empty() -> None:
    """Delete all client data (the audit remains)."""
    from django.db import connections

    from dakehu.foundation.access.query_guard import scoped_models
    from dakehu.foundation.audit.models import AuditEntry

    tables = [m._meta.db_table for m in scoped_models() if m is not AuditEntry]
    connections["default"].close()
    if "owner" in connections:
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        return
    with connections["default"].constraint_checks_disabled(), connections["default"].cursor() as cursor:
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608  names come from models


def run(rounds: int, count: int, seed: int) -> None:
    from django.db import connection

    begin()
    draw = random.Random(seed)  # noqa: S311  moments, not secrets
    fell: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="dakehu-kill-") as folder:
        first = list(clients(count))
        edited = [[*row[:5], "退休" if n % 3 else row[5], *row[6:]] for n, row in enumerate(first)]
        edited += list(clients(count // 4, seed=2, first=5_000_000))
        files = write(Path(folder) / "first.csv", first), write(Path(folder) / "edited.csv", edited)
        steps = (
            ("import", files[0], 0, 1),
            ("import", files[1], 1, 2),
            ("undo", None, 2, 1),
            ("import", files[1], 1, 2),
            ("undo by the worker", None, 2, 1),
        )
        states, lasted, batch = [state()], [], 0
        for what, path, _, _ in steps:  # once without a kill, to measure the duration and result of each
            batch = upload(path) if path else batch
            begun = time.perf_counter()
            do(what, batch)
            lasted.append(time.perf_counter() - begun)
            states.append(state())
        require(
            len(set(states)) == 3 and states[1] == states[3] == states[5], "an undo without a kill does not lead back"
        )
        for number in range(1, rounds + 1):
            empty()
            line = []
            for nth, (what, path, before, after) in enumerate(steps):
                batch = upload(path) if path else batch
                connection.close()
                moment = draw.uniform(0, 1.1)
                ran = run_and_kill(what, batch, moment * lasted[nth])
                found = state()
                require(found in (states[before], states[after]), f"{what}: neither the old nor the new state")
                there = found == states[after]
                check_desk(batch, there is (what == "import"))
                fell[f"{QUARTERS[min(int(moment * 4), 4)]}, {'new' if there else 'old'}"] += 1
                line.append(f"{what} {ran:.2f} of {lasted[nth]:.2f} s, {'new' if there else 'old'}")
                begun = time.perf_counter()
                if what != "undo" or not there:
                    do(
                        what, batch
                    )  # repeat: an import is written once, and the worker undoes once, whether or not it had been done
                if not there:
                    lasted[nth] = time.perf_counter() - begun
                require(state() == states[after], f"{what} done again leads elsewhere")
                check_desk(batch, what == "import")
            print(f"round {number}: {'; '.join(line)}", flush=True)
    print(f"{connection.vendor}: {rounds} rounds, {len(steps) * rounds} kills; when, and which state was left:")
    print(
        "; ".join(
            f"{when} {fell[when]}" for when in sorted(fell, key=lambda w: (QUARTERS.index(w.rsplit(",", 1)[0]), w))
        )
    )


def child(what: str, batch: int) -> None:
    import django

    django.setup()
    begin()
    print("go", flush=True)
    do(what, batch)


def main() -> int:
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], int(sys.argv[3]))
        return 0
    rounds, count = (int(n) for n in (sys.argv[1:3] + ["50", "1500"][len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory(prefix="dakehu-kill-home-") as home:
        os.environ.update(database(), DAKEHU_HOME=home, DJANGO_SETTINGS_MODULE="dakehu.project.settings")
        start()
        try:
            run(rounds, count, seed=20261123)
        except Wrong as wrong:
            print(f"wrong: {wrong}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
