"""Read pages from a real streaming replica, and check for stale data, data of others, and failures.

    python scripts/replica_drive.py [SECONDS]

A primary and a replica on this machine, a desk configured with both. Two people, Lin and Wang, open pages as a
browser does and write occasionally. Checked: how many pages the replica serves; that writers see their changes
immediately; that neither sees the other's client there (row security); that reads are recorded on the primary; that a
stalled replica is not used after two seconds, so that no older data is shown; and that no page fails when it is
killed. Prints the figures; exits with 1 if one is wrong.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from kill_the_server import Desk
from postgres_cluster import Cluster, free_port

PASSWORD = "Correct-horse-9"  # noqa: S105  of people invented for the drive
SETTLED = 12  # seconds after a write until the writer reads from the replica again
MAKE = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "dakehu.project.settings"
import django
django.setup()
from dataclasses import replace
from dakehu.domains.team.queries import actor_of
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions.registry import act
from dakehu.foundation.gates import perform
made = {}
for name in ("lin", "wang"):
    with acting_as(system_actor("set the stage", "cli")):
        user = perform("team.add_user", {"username": name, "name": name, "role": "manager", "password": "Correct-horse-9"})
        with act("test.settle"):
            user.must_change = False
            user.save()
    with acting_as(replace(actor_of(user), door="cli")):
        made[name] = [perform("clients.create", {"name": f"{name}的客户{n}", "code": f"{name}{n}"}).pk for n in range(20)]
print(json.dumps(made))
"""
MAKE_MORE = MAKE.replace('("lin", "wang")', '("zhou",)')
READ = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "dakehu.project.settings"
import django
django.setup()
from django.db import models
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.schema.fields import model_of
with acting_as(system_actor("count readings", "cli")):
    print(json.dumps(sum(models.QuerySet(model_of("compliance.ReadEntry")).values_list("times", flat=True))))
"""


class Browser:
    """One person's browser."""

    def __init__(self, desk: Desk, name: str) -> None:
        self.desk, self.served = desk, Counter[str]()
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))
        page = self.get("/sign-in")[1]
        field = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        form = {"username": name, "password": PASSWORD, "csrfmiddlewaretoken": field[1] if field else ""}
        self.opener.open(f"{desk.address}/sign-in", urlencode(form).encode(), timeout=60).read()
        self.served.clear()

    def get(self, path: str) -> tuple[int, str]:
        """Return status and text of a page; count which server answered."""
        request = Request(self.desk.address + path, headers={"Accept": "text/html"})  # noqa: S310
        try:
            with self.opener.open(request, timeout=60) as answer:
                text = answer.read().decode()
                self.served[answer.headers.get("X-Read-From", "primary")] += 1
                return int(answer.status), text
        except HTTPError as refused:
            self.served[f"{refused.code}"] += 1
            return refused.code, ""
        except (URLError, OSError) as fault:
            self.served[f"failed: {fault}"] += 1
            return 0, ""

    def rename(self, client: int, name: str) -> int:
        """Change the name of a client by the browser's API session."""
        page = self.get(f"/clients/{client}/")[1]
        field = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page) or re.search(
            r'"X-CSRFToken": ?"([^"]+)"', page
        )
        headers = {
            "Content-Type": "application/json",
            "X-CSRFToken": field[1] if field else "",
            "Accept": "application/json",
        }
        body = json.dumps({"client": client, "name": name}).encode()
        request = Request(f"{self.desk.address}/api/v1/actions/clients.change", body, headers)  # noqa: S310
        try:
            with self.opener.open(request, timeout=60) as answer:
                return int(answer.status)
        except HTTPError as refused:
            print(refused.read()[:300])
            return refused.code


def run_python(desk: Desk, text: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", text], env=desk.environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return json.loads(done.stdout)


def run_on_replica(cluster: Cluster, port: int, statement: str) -> None:
    import psycopg

    with psycopg.connect(cluster.superuser(port), autocommit=True) as server:
        server.execute(statement)


def drive(desk: Desk, cluster: Cluster, port: int, replica: "subprocess.Popen[bytes]", seconds: float) -> bool:
    people = run_python(desk, MAKE)
    desk.start()
    browsers = {name: Browser(desk, name) for name in people}
    time.sleep(SETTLED)
    print("signed in", flush=True)
    foreign, own, until = 0, 0, time.monotonic() + seconds
    while time.monotonic() < until:
        for name, browser in browsers.items():
            other = "wang" if name == "lin" else "lin"
            for client in people[name][:5]:
                status, text = browser.get(f"/clients/{client}/")
                own += status == 200
                foreign += f"{name}的客户" not in text
                foreign += browser.get(f"/clients/{people[other][0]}/")[0] != 404
            text = browser.get("/clients/")[1]
            foreign += f"{other}的客户" in text
    served = sum((browser.served for browser in browsers.values()), Counter[str]())
    readings = run_python(desk, READ)
    print(
        f"{seconds:.0f} s of reading: {dict(served)}; foreign or missing {foreign}; own clients opened {own}, recorded {readings}"
    )
    stale = 0
    for number in range(10):
        lin, client = browsers["lin"], people["lin"][number]
        status = lin.rename(client, f"改名{number}")
        stale += status not in (200, 201) or f"改名{number}" not in lin.get(f"/clients/{client}/")[1]
    print(f"10 changes, each looked at right after: not seen {stale}")
    time.sleep(SETTLED)
    wang = browsers["wang"]
    wang.served.clear()
    wang.get("/clients/")
    before = dict(wang.served)
    run_on_replica(cluster, port, "SELECT pg_wal_replay_pause()")
    run_python(desk, MAKE_MORE)  # the primary advances
    time.sleep(2.5)
    wang.served.clear()
    for _ in range(6):
        wang.get("/clients/")
    standing = dict(wang.served)
    run_on_replica(cluster, port, "SELECT pg_wal_replay_resume()")
    time.sleep(3)
    wang.served.clear()
    for _ in range(6):
        wang.get("/clients/")
    print(f"before {before}; replica standing still: {standing}; again: {dict(wang.served)}")
    again = wang.served["replica"]
    replica.kill()
    replica.wait()
    wang.served.clear()
    for _ in range(30):
        wang.get("/clients/")
    print(f"replica killed: {dict(wang.served)}")
    failed = [key for key in wang.served if key not in ("primary", "replica")]
    is_right = not foreign and not stale and "replica" not in standing and again > 0 and not failed
    return is_right and served["replica"] > served["primary"] and readings >= own


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # SIGTERM must still stop the servers
    cluster, port, other = Cluster(), free_port(), free_port()
    primary = replica = desk = None
    with tempfile.TemporaryDirectory(prefix="dakehu-replica-") as folder:
        try:
            data, copy = cluster.folder / "data", cluster.folder / "replica"
            cluster.initialise(data)
            primary = cluster.start(data, port, wal_level="replica", max_wal_senders=5)
            urls = cluster.urls(port)
            os.environ |= {"DAKEHU_DATABASE_URL": urls.app, "DAKEHU_OWNER_URL": urls.owner}
            desk = Desk(Path(folder) / "home")
            desk.command("migrate")
            connect = ["-h", "127.0.0.1", "-p", port, "-U", "postgres"]
            cluster.run(cluster.programs / "pg_basebackup", "-D", copy, "-R", "--checkpoint", "fast", *connect)
            replica = cluster.start(copy, other)
            desk.environment["DAKEHU_REPLICA_URL"] = urls.app.replace(f":{port}/", f":{other}/")
            is_right = drive(desk, cluster, other, replica, seconds)
        finally:
            if desk is not None and desk.serve is not None:
                desk.serve.terminate()
                desk.serve.wait(timeout=90)
            cluster.remove(replica, primary)
    print(f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
