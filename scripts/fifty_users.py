"""Fifty people work on a desk on two cores under faults: acknowledged writes must be stored afterwards.

    python scripts/with_postgres.py -- python scripts/fifty_users.py [MINUTES] [--clients N] [--kills N]
    python scripts/fifty_users.py 3                                             (SQLite)

Fifty signed-in managers open pages and write with realistic pauses: today, list, client page with its tabs, search,
calendar, new clients, interactions, follow-ups. At the same time files of clients are imported and the nightly run
processes all. Five times (--kills) a process is killed: in turn the web processes, the worker, and `dakehu serve`
with all its processes, which is then started again. An external ledger records each acknowledged write. Afterwards
each must be stored exactly once, and the audit chain must be intact. Prints p50 and p95 by page and errors by kind;
exits with 1 if a write is lost or duplicated, or the chain broken.
"""

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from contextlib import suppress
from http.client import HTTPException
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

from kill_the_server import STORED, Desk

USERS, PASSWORD = 50, "Correct-horse-9"
PAUSE = (1.0, 5.0)  # seconds between two requests of one person
IMPORT_EVERY, NIGHT_AFTER = 60.0, 0.3  # seconds; share of the time after which the nightly run starts
PREPARE = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "dakehu.project.settings"
import django
django.setup()
from dataclasses import replace
from dakehu.domains.team.queries import actor_of, find_user
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions.registry import act
from dakehu.foundation.gates import perform
users, clients, password = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
made = {}
for number in range(users):
    name = f"u{number:02}"
    with acting_as(system_actor("set the stage", "cli")):
        user = perform("team.add_user", {"username": name, "name": f"经理{number:02}", "role": "manager", "password": password})
        with act("test.settle"):
            user.must_change = False
            user.save()
    with acting_as(replace(actor_of(user), door="cli")):
        token = perform("team.create_token", {"name": "drive"})
        rows = [perform("clients.create", {"name": f"客户{name}{n:03}", "code": f"{name}-{n:04}"}) for n in range(clients // users)]
    made[name] = {"token": token["token"], "clients": [[row.pk, row.code] for row in rows]}
print(json.dumps(made))
"""
STORED_WORK = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "dakehu.project.settings"
import django
django.setup()
from django.db import models
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.schema.fields import model_of
with acting_as(system_actor("count what was stored", "cli")):
    print(json.dumps([
        *models.QuerySet(model_of("service.Interaction")).values_list("summary", flat=True),
        *models.QuerySet(model_of("service.FollowUp")).values_list("subject", flat=True),
    ]))
"""


class Board:
    """The results of all requests: seconds by page, errors by kind, and the ledger of acknowledged writes."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.errors: Counter[str] = Counter()
        self.codes: set[str] = set()  # clients
        self.marks: set[str] = set()  # texts of interactions and follow-ups
        self.tried: set[str] = set()

    def note(self, page: str, seconds: float, status: int) -> None:
        with self.lock:
            if status in (200, 201):
                self.seconds[page].append(seconds)
            else:
                self.errors[f"{page}: {status or 'no server'}"] += 1


class Person(threading.Thread):
    """One manager at work: pages in the browser's session, writes by token, with pauses."""

    def __init__(self, desk: Desk, name: str, facts: dict[str, Any], board: Board, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.desk, self.name_, self.board, self.stop = desk, name, board, stop
        self.token, self.clients = facts["token"], facts["clients"]
        self.draw = random.Random(name)  # noqa: S311  habits, not secrets
        self.browser: OpenerDirector | None = None
        self.count = 0

    def run(self) -> None:
        while not self.stop.is_set():
            if self.browser is None:
                self.sign_in()
            elif self.draw.random() < 0.3:
                self.write()
            else:
                self.read()
            self.stop.wait(self.draw.uniform(*PAUSE))

    def sign_in(self) -> None:
        browser = build_opener(HTTPCookieProcessor(CookieJar()))
        try:
            page = browser.open(f"{self.desk.address}/sign-in", timeout=60).read().decode()
            field = page.split('name="csrfmiddlewaretoken" value="', 1)[1].split('"', 1)[0]
            form = {"username": self.name_, "password": PASSWORD, "csrfmiddlewaretoken": field}
            answer = browser.open(f"{self.desk.address}/sign-in", urlencode(form).encode(), timeout=60)
            if "/sign-in" in answer.geturl():
                raise ValueError("not signed in")
            self.browser = browser
        except (OSError, HTTPException, ValueError, IndexError):
            self.board.note("sign-in", 0.0, 0)

    def read(self) -> None:
        client = self.draw.choice(self.clients)[0]
        page, path = self.draw.choice(
            [
                ("today", "/"),
                ("list", "/clients/"),
                ("search", f"/clients/?q={self.name_}"),
                ("client", f"/clients/{client}/"),
                ("client", f"/clients/{client}/"),
                ("calendar", "/calendar/"),
                ("palette", f"/palette?q={self.name_}-00"),
            ]
        )
        begun, status = time.monotonic(), 0
        try:
            answer = self.browser.open(self.desk.address + path, timeout=60)  # type: ignore[union-attr]
            answer.read()
            status = answer.status
            if "/sign-in" in answer.geturl():
                self.browser, status = None, 401
        except HTTPError as refused:
            status = refused.code
        except (URLError, OSError, HTTPException):
            status = 0
        self.board.note(page, time.monotonic() - begun, status)

    def write(self) -> None:
        self.count += 1
        mark, code = f"{self.name_}记{self.count:05}", self.draw.choice(self.clients)[1]
        kind = self.draw.choice(("clients.create", "service.log_interaction", "service.plan_follow_up"))
        values: dict[str, Any] = {"name": f"新客户{mark}", "code": f"N{self.name_}-{self.count:05}"}
        if kind == "service.log_interaction":
            values = {"client": code, "held_at": "2026-11-27 10:30", "channel": "call", "summary": mark}
        elif kind == "service.plan_follow_up":
            values = {"client": code, "subject": mark, "due_on": "2026-12-31"}
        ledger, key = (self.board.codes, values["code"]) if kind == "clients.create" else (self.board.marks, mark)
        with self.board.lock:
            self.board.tried.add(key)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        begun, status = time.monotonic(), 0
        try:
            request = Request(f"{self.desk.address}/api/v1/actions/{kind}", json.dumps(values).encode(), headers)  # noqa: S310
            answer = build_opener().open(request, timeout=60)
            answer.read()
            status = answer.status
        except HTTPError as refused:
            status = refused.code
        except (URLError, OSError, HTTPException):
            status = 0
        self.board.note(f"write {kind}", time.monotonic() - begun, status)
        if status in (200, 201):
            with self.board.lock:
                ledger.add(key)


def run_quietly(desk: Desk, *words: str) -> tuple[int, str]:
    """Run a command next to the desk without aborting on failure; return its status and output."""
    program = [sys.executable, "-m", "dakehu.interfaces.cli.main", *words, "--json"]
    done = subprocess.run(program, env=desk.environment, capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout or done.stderr)[-300:]


class Beside(threading.Thread):
    """Repeated imports of clients, and one nightly run, in other processes next to the desk."""

    def __init__(self, desk: Desk, folder: Path, minutes: float, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.desk, self.folder, self.stop = desk, folder, stop
        self.night_at = time.monotonic() + minutes * 60 * NIGHT_AFTER
        self.imported: list[str] = []
        self.notes: list[str] = []

    def run(self) -> None:
        night: subprocess.Popen[Any] | None = None
        round_ = 0
        while not self.stop.is_set():
            if night is None and time.monotonic() > self.night_at:
                words = [sys.executable, "-m", "dakehu.interfaces.cli.main", "nightly", "--json"]
                log = (self.folder / "night.log").open("w")
                night = subprocess.Popen(words, env=self.desk.environment, stdout=log, stderr=log)
            round_ += 1
            codes = [f"I{round_:03}-{number:04}" for number in range(1000)]
            path = self.folder / f"import-{round_}.csv"
            with path.open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream).writerows([("客户号", "姓名"), *((code, f"导入{code}") for code in codes)])
            status, said = run_quietly(self.desk, "import", str(path), "--as", "u00")
            self.notes.append(f"import {round_}: status {status}" + (f" {said}" if status else ""))
            if status == 0:
                self.imported += codes
            self.stop.wait(IMPORT_EVERY)
        if night is not None:
            status = night.wait(timeout=600)
            end = "" if status == 0 else ": " + (self.folder / "night.log").read_text(encoding="utf-8")[-2000:]
            self.notes.append(f"nightly run: status {status}{end}")


def kill_something(desk: Desk, number: int) -> str:
    """Kill a web process, the worker, or everything, which is restarted; return the downtime of the site."""
    kind = ("everything", "worker", "web")[number % 3]
    begun = time.monotonic()
    if kind == "everything":
        desk.serve.kill()
        desk.serve.wait()
        for process in [one for kind_ in ("web", "answering", "worker") for one in desk.processes()[kind_]]:
            with suppress(Exception):
                process.wait(timeout=10)
        desk.start()
    else:
        found = desk.processes()[kind]
        if found:
            found[0].kill()
        while not desk.answers(timeout=5):
            time.sleep(0.1)
    site = time.monotonic() - begun
    while not desk.is_whole() and time.monotonic() - begun < 120:
        time.sleep(0.2)
    return f"{kind}: answers after {site:.1f} s, whole after {time.monotonic() - begun:.1f} s"


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


def run_program(desk: Desk, text: str, *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", text, *words], env=desk.environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return json.loads(done.stdout)


def report(
    board: Board, beside: Beside, minutes: float, events: list[str], stored: Counter[str], verified: Any
) -> bool:
    """Print the figures; return whether nothing was lost, duplicated or broken."""
    print(
        f"{'PostgreSQL' if os.environ.get('DAKEHU_DATABASE_URL') else 'SQLite'}, {USERS} users, {minutes:.0f} minutes"
    )
    print("\n".join(f"  killed {event}" for event in events))
    print("\n".join(f"  {note}" for note in beside.notes))
    print("page: requests, p50 / p95 / longest ms")
    for page, seconds in sorted(board.seconds.items()):
        figures = " / ".join(
            f"{1000 * value:.0f}" for value in (percentile(seconds, 0.5), percentile(seconds, 0.95), max(seconds))
        )
        print(f"  {page}: {len(seconds)}, {figures}")
    print(f"errors by kind: {dict(sorted(board.errors.items()))}")
    acknowledged = board.codes | board.marks | set(beside.imported)
    lost = [key for key in acknowledged if key not in stored]
    doubled = [key for key in board.tried | set(beside.imported) if stored[key] > 1]
    beyond = [key for key in board.tried - board.codes - board.marks if key in stored]
    print(
        f"writes acknowledged {len(board.codes | board.marks)} and {len(beside.imported)} rows imported: lost {len(lost)}, "
        f"doubled {len(doubled)}; stored without an answer {len(beyond)}"
    )
    print(
        f"audit entries {verified['entries']}, broken {verified['broken']}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    return not lost and not doubled and verified["broken"] is None


def main() -> int:
    read = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    read.add_argument("minutes", type=float, nargs="?", default=30.0)
    read.add_argument("--clients", type=int, default=2000, help="how many to begin with")
    read.add_argument("--kills", type=int, default=5)
    line = read.parse_args()
    with tempfile.TemporaryDirectory(prefix="dakehu-fifty-") as name:
        folder = Path(name)
        desk = Desk(folder / "home")
        desk.command("migrate")
        people = run_program(desk, PREPARE, str(USERS), str(line.clients), PASSWORD)
        print(f"started in {desk.start():.1f} s", flush=True)
        os.nice(5)
        board, stop = Board(), threading.Event()
        threads: list[threading.Thread] = [Person(desk, name, facts, board, stop) for name, facts in people.items()]
        beside = Beside(desk, folder, line.minutes, stop)
        for thread in (*threads, beside):
            thread.start()
        begun, events = time.monotonic(), list[str]()
        for number in range(line.kills):
            time.sleep(max(0.0, begun + line.minutes * 60 * (number + 1) / (line.kills + 1) - time.monotonic()))
            events.append(f"at {time.monotonic() - begun:.0f} s, {kill_something(desk, number)}")
            print(events[-1], flush=True)
        time.sleep(max(0.0, begun + line.minutes * 60 - time.monotonic()))
        stop.set()
        for thread in threads:
            thread.join(timeout=90)
        beside.join(timeout=900)
        stored = Counter([*run_program(desk, STORED), *run_program(desk, STORED_WORK)])
        verified = desk.command("verify")
        desk.serve.terminate()
        desk.serve.wait(timeout=90)
        is_right = report(board, beside, line.minutes, events, stored, verified)
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
