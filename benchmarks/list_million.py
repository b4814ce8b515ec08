"""Response times of lists, searches and a client page among a million clients: p50 and p95 for 1 and 16 users.

    .venv/bin/python benchmarks/list_million.py [--clients 1000000] [--home FOLDER] [--seconds 6]
    .venv/bin/python scripts/with_postgres.py -- .venv/bin/python benchmarks/list_million.py …

The second command measures SQLite and then PostgreSQL, with the same rows. Served by `dakehu serve`, requested over
HTTP by signed-in users with scope, gates and (on PostgreSQL) row security in force. `--home` keeps the seeded SQLite
database for the next time.
"""

import argparse
import itertools
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

from dakehu.foundation.access.actor import acting_as, system_actor

ROOT = Path(__file__).resolve().parents[1]
NAMES = (
    "张伟",
    "李娜",
    "王芳",
    "陈静",
    "刘洋",
    "张",
    "王建国",
    "恒远",
    "投资管理",
    "上海恒远",
    "曾",
    "赵志辉",
    "萧",
    "科技",
    "林晓",
)
LETTERS = ("zw", "ln", "wangf", "zhangwei", "cj", "zengm", "shhy", "liuy", "wjg", "zhaozh")
# The columns that the grid shows, and therefore requests, by default.
SHOWN = ",".join(
    (
        "name",
        "code",
        "segment",
        "kind",
        "risk_level",
        "assets",
        "status",
        "last_contact_on",
        "next_contact_on",
        "occupation",
        "branch",
    )
)
READERS = ("compliance", "admin", "m7")
USERS = (1, 16)


def requests(clients: int) -> dict[str, tuple[str, Iterator[str]]]:
    """Return {what is measured: (requesting user, endless addresses)}"""
    dice = random.Random(3)

    def rows(**given: str) -> str:
        return f"/clients/rows?size=50&show={SHOWN}&" + "&".join(
            f"{name}={quote(value)}" for name, value in given.items()
        )

    def repeat_addresses(make: object) -> Iterator[str]:
        return (make() for _ in itertools.count())  # type: ignore[operator]

    def filters() -> dict[str, str]:
        return {
            "segment": dice.choice(("银卡", "金卡", "白金", "钻石")),
            "risk_level": dice.choice(("C1", "C3", "C5")),
            "branch": f"B{dice.randrange(40):02}",
            "sort": dice.choice(("-assets", "assets", "name", "-last_contact_on")),
        }

    def four() -> str:
        return f"{dice.randrange(10_000):04}"

    def palette(text: str) -> str:
        return f"/palette?q={quote(text)}"

    return {
        "list page of 50, sees all": ("compliance", repeat_addresses(lambda: rows())),
        "list page of 50, sees all, masked": ("admin", repeat_addresses(lambda: rows())),
        "3 filters and a sort": ("compliance", repeat_addresses(lambda: rows(**filters()))),
        "list by fragment": ("compliance", repeat_addresses(lambda: rows(q=dice.choice(NAMES)))),
        "list by fragment, filter, sort": (
            "compliance",
            repeat_addresses(
                lambda: rows(q=dice.choice(NAMES), segment=dice.choice(("银卡", "金卡")), sort="-last_contact_on")
            ),
        ),
        "list by initials": ("compliance", repeat_addresses(lambda: rows(q=dice.choice(LETTERS)))),
        "list by last four": ("compliance", repeat_addresses(lambda: rows(q=four()))),
        "search as one types: fragment": ("compliance", repeat_addresses(lambda: palette(dice.choice(NAMES)))),
        "search as one types: initials": ("compliance", repeat_addresses(lambda: palette(dice.choice(LETTERS)))),
        "search as one types: last four": ("compliance", repeat_addresses(lambda: palette(four()))),
        "a manager's own 481, list": ("m7", repeat_addresses(lambda: rows())),
        "a manager's own 481, searched": ("m7", repeat_addresses(lambda: rows(q=dice.choice(NAMES)))),
        "one client (JSON)": ("compliance", repeat_addresses(lambda: f"/api/v1/clients/{dice.randrange(clients) + 1}")),
        "client page (HTML)": ("compliance", repeat_addresses(lambda: f"/clients/{dice.randrange(clients) + 1}/")),
    }


class Asker:
    """One user's browser with one kept-alive connection."""

    def __init__(self, port: int, cookie: str) -> None:
        self.head = f"Host: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nAccept: application/json, text/html\r\n\r\n"
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=120)

    def ask(self, address: str) -> int:
        """Send a request and read the whole response; return its status."""
        self.socket.sendall(f"GET {address} HTTP/1.1\r\n{self.head}".encode())
        read = b""
        while b"\r\n\r\n" not in read:
            part = self.socket.recv(65536)
            if not part:
                raise ConnectionError(address)
            read += part
        head, _, body = read.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        left = int(fields.get(b"content-length", b"0")) - len(body)
        while left > 0:
            left -= len(self.socket.recv(65536))
        return int(head.split(b" ", 2)[1])


def measure_load(
    port: int, cookie: str, addresses: Iterator[str], users: int, seconds: float
) -> tuple[float, float, float]:
    """Return (p50, p95 in ms, responses/s) of `users` sending requests in turn for `seconds`, after a warm-up."""
    taken: list[float] = []
    lock, faults = threading.Lock(), []

    def send_requests(until: float, keep: bool) -> None:
        asker = Asker(port, cookie)
        while time.perf_counter() < until:
            with lock:
                address = next(addresses)
            begun = time.perf_counter()
            status = asker.ask(address)
            if status != 200:
                faults.append(f"{status} {address}")
                return
            if keep:
                taken.append(time.perf_counter() - begun)

    for keep, length in ((False, min(2.0, seconds / 3)), (True, seconds)):
        begun = time.perf_counter()
        threads = [threading.Thread(target=send_requests, args=(begun + length, keep)) for _ in range(users)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if faults:
        raise SystemExit(f"not answered: {faults[0]}")
    taken.sort()
    return taken[len(taken) // 2] * 1000, taken[int(len(taken) * 0.95)] * 1000, len(taken) / seconds


@contextmanager
def running_server(env: dict[str, str]) -> Iterator[int]:
    """Run `dakehu serve` as shipped until the block ends; yield its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "dakehu.interfaces.cli.main", "serve", "--port", str(port), "--no-browser"],
        env=env,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(1200):
            try:
                urlopen(f"http://127.0.0.1:{port}/health", timeout=2).close()
                break
            except OSError:
                time.sleep(0.5)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


def child(what: str, home: Path, clients: int) -> None:
    """Prepare in a separate process: seed SQLite, or copy it to PostgreSQL; print the readers' cookies."""
    import django
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    from benchmarks import million_clients
    from dakehu.foundation.actions.registry import act
    from dakehu.foundation.database.migration_state import rendered_in_place
    from dakehu.foundation.installation import derived_data
    from dakehu.foundation.installation.models import InstallationRecord
    from dakehu.foundation.schema.fields import model_of

    with rendered_in_place():
        call_command("migrate", database="owner" if "owner" in connections else "default", verbosity=0)
    with acting_as(system_actor("benchmark", "cli")):
        empty = not model_of("clients.Client").objects.exists()
    seconds = 0.0
    if empty:
        seconds = (
            million_clients.create_clients(clients)
            if what == "sqlite"
            else million_clients.copy_to_postgres(home / "dakehu.sqlite3")
        )
        with acting_as(system_actor("benchmark", "cli")), act("benchmark.derived_data", "benchmark"):
            # The lines of the search are created with the rows; the server need not rebuild two million of them.
            InstallationRecord.objects.update_or_create(
                name=derived_data.NAME, defaults={"value": derived_data.declarations()}
            )
    from django.test import Client as Browser

    cookies = {}
    with acting_as(system_actor("benchmark", "cli")):
        for name in READERS:
            browser = Browser()
            browser.force_login(
                model_of("team.User").objects.get(username=name),
                backend="dakehu.domains.team.sign_in.backends.StaffBackend",
            )
            cookies[name] = "; ".join(f"{key}={value.value}" for key, value in browser.cookies.items())
    print(json.dumps({"cookies": cookies, "seconds": round(seconds)}))


def main() -> int:
    """Seed, serve, measure, print one table per database."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--only", default="", help="measure only what has this in its name")
    parser.add_argument("--on", choices=("sqlite", "postgresql"), help="on this database only")
    line = parser.parse_args()
    urls = {key: os.environ[key] for key in ("DAKEHU_DATABASE_URL", "DAKEHU_OWNER_URL") if key in os.environ}
    plain = {key: value for key, value in os.environ.items() if key not in urls}
    plain |= {"DJANGO_SETTINGS_MODULE": "dakehu.project.settings", "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
    plain["DAKEHU_REQUESTS_PER_MINUTE"] = "0"  # sixteen users share one sign-in and exceed one person's limit
    with tempfile.TemporaryDirectory(prefix="dakehu-bench-") as folder:
        home = line.home or Path(folder)
        home.mkdir(exist_ok=True)
        for what in ("sqlite", "postgresql") if urls else ("sqlite",):
            if what == line.on or not line.on:
                env = {**plain, "DAKEHU_HOME": str(home), **(urls if what == "postgresql" else {})}
                measure_database(what, env, home, line)
    return 0


def measure_database(what: str, env: dict[str, str], home: Path, line: argparse.Namespace) -> None:
    made = subprocess.run(
        [sys.executable, __file__, "--child", what, str(home), str(line.clients)],
        env=env,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    ready = json.loads(made.stdout.splitlines()[-1])
    print(
        f"\n{what}, {line.clients:,} clients, made ready in {ready['seconds']} s; "
        f"load of the machine {os.getloadavg()[0]:.1f}"
    )
    print(f"{'p50 / p95 in ms (answers a second)':40}" + "".join(f"{f'{users} users':>28}" for users in USERS))
    with running_server(env) as port:
        for name, (who, addresses) in requests(line.clients).items():
            if line.only not in name:
                continue
            cells = []
            for users in USERS:
                half, most, pace = measure_load(port, ready["cookies"][who], addresses, users, line.seconds)
                cells.append(f"{f'{half:.1f} / {most:.1f} ({pace:.0f})':>28}")
            print(f"{name:40}" + "".join(cells), flush=True)
    print(f"load of the machine afterwards {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
    else:
        sys.exit(main())
