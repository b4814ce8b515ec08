"""Lose a desk in use, restore it to a minute ago, and compare it with an external ledger.

    python scripts/restore_to_a_minute_ago.py [SECONDS]              (SQLite: snapshots every few seconds)
    python scripts/restore_to_a_minute_ago.py --postgres [SECONDS]   (PostgreSQL: base backup, archived log, snapshots)

Writers create clients and record outside the desk when each was acknowledged. After SECONDS (120) everything is
killed and removed: desk, keys, database. The desk is restored to the moment T, half of that time before the end (a
minute, as a rule), by the commands given in deploy/ and the guide. Then everything acknowledged before T must exist
exactly once, nothing started after T may exist, and the audit chain must be intact. A second restore goes as near to
the end as the backups allow, and reports how many acknowledged writes are lost. Prints the figures; exits with 1 if
one is wrong.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kill_the_server import ROOT, STORED, Desk
from postgres_cluster import Cluster, free_port

WRITERS, EVERY = 4, 10  # threads; seconds between two snapshots
CLOCK = timedelta(seconds=0.5)  # writes acknowledged this close before T may be on either side of it
SCRIPTS = ROOT / "deploy" / "postgres"


@dataclass
class Entry:
    """A write in the external ledger: when it was sent, and when it was acknowledged (None: never)."""

    code: str
    sent: datetime
    acknowledged: datetime | None = None


class Writers:
    """Threads that create clients, and the ledger of acknowledged writes."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.ledger, self.stop = desk, list[Entry](), threading.Event()
        self.threads = [threading.Thread(target=self._write, args=(n,), daemon=True) for n in range(WRITERS)]
        for thread in self.threads:
            thread.start()

    def _write(self, number: int) -> None:
        count = 0
        while not self.stop.is_set():
            count += 1
            entry = Entry(f"B{number}-{count:06}", datetime.now(UTC))
            self.ledger.append(entry)
            status = self.desk.ask("actions/clients.create", {"name": f"测试{entry.code}", "code": entry.code})
            if status in (200, 201):
                entry.acknowledged = datetime.now(UTC)
            else:
                time.sleep(0.1)

    def end(self) -> list[Entry]:
        self.stop.set()
        for thread in self.threads:
            thread.join(timeout=60)
        return self.ledger


def command(environment: dict[str, str], *words: Any) -> Any:
    program = [sys.executable, "-m", "dakehu.interfaces.cli.main", *map(str, words), "--json"]
    done = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{words}: {done.stdout[-2000:]}{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def kill_all(desk: Desk, *others: "subprocess.Popen[Any]") -> None:
    """Kill everything at once, as in a machine failure."""
    for process in [one for kind in desk.processes().values() for one in kind]:
        with suppress(Exception):
            process.kill()
    desk.serve.kill()
    desk.serve.wait()
    for other in others:
        with suppress(ProcessLookupError):
            os.killpg(other.pid, signal.SIGKILL)
        other.wait()


def compare_with_ledger(
    title: str, environment: dict[str, str], ledger: list[Entry], moment: datetime | None, seconds: float
) -> bool:
    """Compare a restored desk with the ledger and print the result; return whether all is correct."""
    listed = subprocess.run(
        [sys.executable, "-c", STORED], env=environment, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        raise SystemExit(listed.stderr[-3000:])
    codes = json.loads(listed.stdout)
    stored, verified = set(codes), command(environment, "verify")
    known = [entry for entry in ledger if entry.acknowledged is not None]
    limit = moment or datetime.max.replace(tzinfo=UTC)
    due = [entry for entry in known if entry.acknowledged < limit - CLOCK]
    missing = [entry for entry in due if entry.code not in stored]
    beyond = [entry for entry in ledger if moment and entry.sent > limit + CLOCK and entry.code in stored]
    last = max((entry.acknowledged for entry in known if entry.code in stored), default=None)
    end = max(entry.acknowledged for entry in known)
    print(f"{title}: restored in {seconds:.1f} s; {len(stored)} clients, {len(codes) - len(stored)} doubled")
    print(
        f"  acknowledged in all {len(known)}, before the moment {len(due)}: missing {len(missing)}; from after it {len(beyond)}"
    )
    print(
        f"  the newest write there is {(end - last).total_seconds() if last else float('nan'):.1f} s older than the last one acknowledged"
    )
    print(f"  audit entries {verified['entries']}, broken {verified['broken']}, rows {verified.get('rows')}")
    is_right = not beyond and len(codes) == len(stored) and verified["broken"] is None
    return is_right and (moment is None or not missing)


def restore_snapshot(environment: dict[str, str], snapshots: Path, password: Path, moment: datetime | None) -> float:
    begun = time.monotonic()
    at = ["--at", moment.isoformat()] if moment else []
    command(environment, "restore", snapshots, "--password-file", password, *at)
    return time.monotonic() - begun


def try_sqlite(seconds: float, folder: Path) -> bool:
    desk, password = Desk(folder / "home"), folder / "password"
    snapshots = folder / "snapshots"
    password.write_text("a password of snapshots\n")
    desk.prepare()
    desk.start()
    log = (folder / "snapshots.log").open("w")
    words = ["backup", snapshots, "--snapshots", "--every", str(EVERY), "--password-file", password, "--json"]
    keeper = subprocess.Popen(
        [sys.executable, "-m", "dakehu.interfaces.cli.main", *map(str, words)],
        env=desk.environment,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    writers = Writers(desk)
    time.sleep(seconds)
    kill_all(desk, keeper)
    ledger = writers.end()
    size = (desk.home / "dakehu.sqlite3").stat().st_size / 1e6
    shutil.rmtree(desk.home)
    made = [json.loads(line) for line in Path(log.name).read_text().splitlines() if line.startswith("{")]
    each = sorted(one["bytes"] for one in made[1:]) or [0]
    print(
        f"SQLite, {size:.0f} MB: {len(made)} snapshots, the first {made[0]['bytes'] / 1e6:.1f} MB, "
        f"those that followed {each[len(each) // 2] / 1e6:.2f} MB (median)"
    )
    wanted = datetime.now(UTC) - timedelta(seconds=seconds / 2)
    moment = max(
        at for one in made if (at := datetime.fromisoformat(one["at"])) <= wanted
    )  # the snapshot used for restoring to T
    results = []
    for title, at, until in (("to T", wanted, moment), ("to the newest snapshot", None, None)):
        environment = {**desk.environment, "DAKEHU_HOME": str(folder / f"restored-{len(results)}")}
        took = restore_snapshot(environment, snapshots, password, at)
        results.append(compare_with_ledger(title, environment, ledger, until, took))
    return all(results)


def try_postgres(seconds: float, folder: Path) -> bool:
    cluster, port = Cluster(), free_port()
    data, archive, received = cluster.folder / "data", cluster.folder / "wal", cluster.folder / "received"
    for made in (archive, received):
        made.mkdir()
    cluster.give()
    cluster.initialise(data)
    part, kept = f"{archive}/%f.part", f"{archive}/%f"
    settings = {
        "wal_level": "replica",
        "archive_mode": "on",
        "archive_command": f"test ! -f {kept} && cp %p {part} && mv {part} {kept}",
        "archive_timeout": 60,
    }
    server = cluster.start(data, port, **settings)
    receiver = again = None
    try:
        urls = cluster.urls(port)
        os.environ |= {"DAKEHU_DATABASE_URL": urls.app, "DAKEHU_OWNER_URL": urls.owner}
        desk, password, snapshots = Desk(folder / "home"), folder / "password", folder / "snapshots"
        password.write_text("a password of snapshots\n")
        desk.prepare()
        connect = ["-h", "127.0.0.1", "-p", port, "-U", "postgres"]
        begun = time.monotonic()
        cluster.environment["PG_BIN"] = str(cluster.programs)
        cluster.run(SCRIPTS / "base-backup.sh", cluster.folder / "base", *connect)
        print(f"PostgreSQL: base backup in {time.monotonic() - begun:.1f} s")
        receiver = cluster.begin(
            cluster.programs / "pg_receivewal", "-D", received, "--synchronous", "--no-loop", *connect
        )
        desk.start()
        writers = Writers(desk)
        stop = threading.Event()

        def keep_snapshots() -> None:
            while not stop.wait(EVERY):
                command(desk.environment, "backup", snapshots, "--snapshots", "--password-file", password)

        keeper = threading.Thread(target=keep_snapshots, daemon=True)
        keeper.start()
        time.sleep(seconds)
        stop.set()
        keeper.join(timeout=60)
        kill_all(desk, server, receiver)
        ledger = writers.end()
        shutil.rmtree(desk.home)
        shutil.rmtree(data)
        moment = datetime.now(UTC) - timedelta(seconds=seconds / 2)
        results = []
        for title, at in (("to T", moment), ("to the last change", None)):
            target, began = cluster.folder / f"data-{len(results)}", time.monotonic()
            cluster.run(
                SCRIPTS / "restore-to.sh",
                cluster.folder / "base",
                target,
                at.isoformat() if at else "",
                archive,
                received,
            )
            again = cluster.start(target, port)
            while _is_recovering(cluster, port):
                time.sleep(0.2)
            recovered = time.monotonic() - began
            environment = {**desk.environment, "DAKEHU_HOME": str(folder / f"restored-{len(results)}")}
            took = restore_snapshot(environment, snapshots, password, at)
            print(f"  the database took {recovered:.1f} s of it")
            results.append(compare_with_ledger(title, environment, ledger, at, recovered + took))
            cluster.run(cluster.programs / "pg_ctl", "-D", target, "stop", "-m", "fast")
            again.wait(timeout=60)
        return all(results)
    finally:
        cluster.remove(server, receiver, again)


def _is_recovering(cluster: Cluster, port: int) -> bool:
    import psycopg

    try:
        with psycopg.connect(cluster.superuser(port), connect_timeout=5) as server:
            row = server.execute("SELECT pg_is_in_recovery()").fetchone()
            return row is None or bool(row[0])
    except psycopg.OperationalError:
        return True


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # SIGTERM must still stop the servers
    words = [word for word in sys.argv[1:] if word != "--postgres"]
    seconds = float(words[0]) if words else 120.0
    with tempfile.TemporaryDirectory(prefix="dakehu-lost-") as folder:
        run = try_postgres if "--postgres" in sys.argv else try_sqlite
        is_right = run(seconds, Path(folder))
    print(f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
