"""Kill -9 random processes of a desk that is served while sixteen threads use it, and check the result.

    python scripts/kill_the_server.py [MINUTES]                                      (SQLite, in a separate directory)
    python scripts/with_postgres.py -- python scripts/kill_the_server.py [MINUTES]   (PostgreSQL)

Eight threads write clients, eight read, and every ten seconds one of the processes that `dakehu serve` started is killed: a
web process, its serving child, or the background worker. Each time the site must respond again and every process be
back within five seconds. Finally `dakehu serve` itself is killed: no process may survive, and a new one must start.
Every acknowledged write must be stored exactly once, and the audit chain must be intact. Prints the figures; exits
with 1 if one is wrong.
"""

import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import psutil

ROOT = Path(__file__).resolve().parents[1]
EVERY, LIMIT, WRITERS, READERS = 10.0, 5.0, 8, 8
STORED = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "dakehu.project.settings"
import django
django.setup()
from django.db import models
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.schema.fields import model_of
with acting_as(system_actor("count what was stored", "cli")):
    print(json.dumps(list(models.QuerySet(model_of("clients.Client")).values_list("code", flat=True))))
"""


def parent_of(process: psutil.Process) -> int:
    try:
        return int(process.ppid())
    except psutil.Error:
        return 0


class Desk:
    """A desk in a separate directory, served on a free port."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {
            **os.environ,
            "DAKEHU_HOME": str(home),
            "LANG": "en",
            "PYTHONPATH": str(ROOT / "src"),
            "DAKEHU_REQUESTS_PER_MINUTE": "0",  # this load exceeds the limit of one person
        }
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = (home.parent / "serve.log").open("w")
        self.token = ""
        self.serve: Any = None

    def command(self, *words: str) -> Any:
        program = [sys.executable, "-m", "dakehu.interfaces.cli.main", *words, "--json"]
        done = subprocess.run(program, env=self.environment, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    def prepare(self) -> None:
        """Set up the tables, a manager, and a token for writing and reading."""
        self.command("user", "add", "username=lin", "name=林晓", "role=manager", "password=Correct-horse-9")
        self.command(
            "do", "team.change_my_password", "current=Correct-horse-9", "password=Battery-staple-9", "--as", "lin"
        )
        self.token = self.command("do", "team.create_token", "name=kill", "--as", "lin")["token"]

    def start(self) -> float:
        """Serve; return the seconds until it responds."""
        begun = time.monotonic()
        words = ["serve", "--no-browser", "--port", str(self.port)]
        self.serve = subprocess.Popen(
            [sys.executable, "-m", "dakehu.interfaces.cli.main", *words],
            env=self.environment,
            stdout=self.log,
            stderr=self.log,
        )
        while not self.answers(timeout=30) and self.serve.poll() is None:
            time.sleep(0.1)
        return time.monotonic() - begun

    def answers(self, timeout: float = 2) -> bool:
        try:
            with urlopen(self.address + "/health", timeout=timeout) as answer:  # noqa: S310  our own address
                return bool(answer.status == 200)
        except (OSError, HTTPException):
            return False

    def ask(self, path: str, body: Any = None) -> int:
        """Return the status of a request to the API; 0 if no server responded."""
        sent = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            with urlopen(Request(f"{self.address}/api/v1/{path}", sent, headers), timeout=30) as answer:  # noqa: S310
                answer.read()
                return int(answer.status)
        except HTTPError as refused:
            return int(refused.code)
        except (URLError, OSError, ValueError, HTTPException):
            return 0

    def processes(self) -> dict[str, list[psutil.Process]]:
        """Return all live processes of this desk by kind, with any parent, without the script's own commands."""
        found: dict[str, list[psutil.Process]] = {"web": [], "answering": [], "worker": [], "other": []}
        for process in psutil.process_iter():
            try:
                if process.pid == self.serve.pid or process.status() == psutil.STATUS_ZOMBIE:
                    continue
                if process.environ().get("DAKEHU_HOME") != str(self.home):
                    continue
                words = process.cmdline()
            except psutil.Error:
                continue
            if "dakehu.interfaces.cli.child" in words:
                found["worker" if words[-1] == "work" else "web"].append(process)
            else:
                found["other"].append(process)
        mains = {process.pid for process in found["web"]}
        found["answering"] = [process for process in found["web"] if parent_of(process) in mains]
        found["web"] = [process for process in found["web"] if process not in found["answering"]]
        return found

    def orphans(self) -> list[int]:
        """Return processes of this desk that do not descend from `serve`."""
        below = {one.pid for one in psutil.Process(self.serve.pid).children(recursive=True)} if self.lives() else set()
        return [one.pid for kind in self.processes().values() for one in kind if one.pid not in below]

    def lives(self) -> bool:
        return self.serve.poll() is None

    def is_whole(self) -> bool:
        """Return whether everything runs: all three web processes, the serving child of each, and the worker."""
        found = self.processes()
        return (len(found["web"]), len(found["answering"]), len(found["worker"])) == (3, 3, 1)


class Load:
    """Threads that write and read, and their results."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.stop = desk, threading.Event()
        self.acknowledged: set[str] = set()
        self.tried: set[str] = set()
        self.statuses: Counter[str] = Counter()
        self.lock = threading.Lock()
        bodies = [(self.write, n) for n in range(WRITERS)] + [(self.read, n) for n in range(READERS)]
        self.threads = [threading.Thread(target=body, args=(n,), daemon=True) for body, n in bodies]

    def write(self, number: int) -> None:
        count = 0
        while not self.stop.is_set():
            count += 1
            code = f"T{number}-{count:06}"
            self.tried.add(code)
            status = self.desk.ask("do/clients.create", {"name": f"测试{code}", "code": code})
            with self.lock:
                self.statuses[f"write {status}"] += 1
                if status in (200, 201):
                    self.acknowledged.add(code)
            if status == 0:
                time.sleep(0.2)

    def read(self, number: int) -> None:
        while not self.stop.is_set():
            status = self.desk.ask("q/clients.list") if number % 2 else self.desk.ask("clients?limit=20")
            with self.lock:
                self.statuses[f"read {status}"] += 1
            if status == 0:
                time.sleep(0.2)


def kill_and_watch(desk: Desk, draw: random.Random) -> dict[str, Any]:
    """Kill one process; return seconds until the site responds, until everything is back, and the remaining orphans."""
    found = desk.processes()
    kind = draw.choice([kind for kind in ("web", "answering", "worker") if found[kind]])
    victim = draw.choice(found[kind])
    begun = time.monotonic()
    victim.kill()
    time.sleep(0.05)
    while not desk.answers(timeout=1):
        time.sleep(0.05)
    site = time.monotonic() - begun
    while not (desk.is_whole() and victim.pid not in {p.pid for kind in desk.processes().values() for p in kind}):
        if time.monotonic() - begun > 60:
            break
        time.sleep(0.1)
    return {"kind": kind, "site": site, "whole": time.monotonic() - begun, "orphans": len(desk.orphans())}


def main() -> int:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
    draw = random.Random(20261129)  # noqa: S311  moments, not secrets
    with tempfile.TemporaryDirectory(prefix="dakehu-kill-serve-") as folder:
        desk = Desk(Path(folder) / "home")
        desk.prepare()
        started = desk.start()
        os.nice(10)  # real clients run on other machines: the load must not use the desk's processor time
        load = Load(desk)
        for thread in load.threads:
            thread.start()
        time.sleep(EVERY / 2)
        until, kills, begun = time.monotonic() + minutes * 60, [], time.monotonic()
        while time.monotonic() < until:
            next_kill = time.monotonic() + EVERY
            kills.append(kill_and_watch(desk, draw))
            print(f"{time.monotonic() - begun:6.1f} s  {kills[-1]}", flush=True)
            time.sleep(max(0.0, next_kill - time.monotonic()))
        load.stop.set()
        for thread in load.threads:
            thread.join(timeout=60)
        seconds = time.monotonic() - begun
        desk.serve.kill()
        desk.serve.wait()
        ended = time.monotonic()
        while desk.orphans() and time.monotonic() - ended < LIMIT:
            time.sleep(0.1)
        left = len(desk.orphans())
        restarted = desk.start()
        listed = subprocess.run([sys.executable, "-c", STORED], env=desk.environment, capture_output=True, check=True)
        stored = Counter(json.loads(listed.stdout))
        verified = desk.command("verify")
        desk.serve.terminate()
        desk.serve.wait(timeout=60)
        after = len(desk.orphans())
    lost = len(load.acknowledged - stored.keys())
    doubled = sum(count > 1 for count in stored.values())
    site, whole = sorted(kill["site"] for kill in kills), sorted(kill["whole"] for kill in kills)
    late = [kill for kill in kills if kill["site"] > LIMIT]
    print(
        f"{'PostgreSQL' if os.environ.get('DAKEHU_DATABASE_URL') else 'SQLite'}, {seconds:.0f} s, {len(kills)} kills: "
        f"{dict(Counter(kill['kind'] for kill in kills))}"
    )
    print(f"requests: {dict(sorted(load.statuses.items()))}")
    print(
        f"writes acknowledged {len(load.acknowledged)}, lost {lost}, doubled {doubled}, stored without an answer "
        f"{len((stored.keys() & load.tried) - load.acknowledged)}"
    )
    print(
        f"site answers after a kill: median {site[len(site) // 2]:.2f} s, longest {site[-1]:.2f} s; later than {LIMIT:.0f} s: {len(late)}"
    )
    print(f"every process back: median {whole[len(whole) // 2]:.2f} s, longest {whole[-1]:.2f} s")
    print(
        f"orphans after kills {sum(kill['orphans'] for kill in kills)}, after kill -9 of serve {left}, after its end {after}"
    )
    print(
        f"first start {started:.1f} s, start after kill -9 of serve {restarted:.1f} s; audit entries {verified['entries']}, "
        f"broken {verified['broken']}; load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    return int(bool(lost or doubled or late or left or after or verified["broken"]))


if __name__ == "__main__":
    sys.exit(main())
