"""Response time of Today with a million clients: p50 and p95 for 1 and 16 managers, after a night with moments for
every client.

    python benchmarks/today_million.py [--clients 1000000] [--days 62] [--home FOLDER] [--seconds 6]                 (SQLite)
    python scripts/with_postgres.py -- python benchmarks/today_million.py [--clients …]                              (PostgreSQL)

The desk of night_million.py, served by `dakehu serve` and requested over HTTP by signed-in managers, each for
their own page, with scope, gates and (on PostgreSQL) row security in force. `--home` keeps the seeded SQLite desk.
"""

import argparse
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from http_load import measure_latency  # noqa: E402
from import_far_trans import database, start  # noqa: E402
from list_million import running_server  # noqa: E402

READERS = 40  # managers sending requests in turn
USERS = (1, 16)


def prepare(clients: int, days: int) -> None:
    """Seed the desk unless it exists, and print the cookies of some managers."""
    start()
    from django.test import Client as Browser
    from night_desk import create_desk

    from dakehu.foundation.access.actor import acting_as, system_actor
    from dakehu.foundation.schema.fields import model_of

    with acting_as(system_actor("benchmark", "cli")):
        user, client = model_of("team.User"), model_of("clients.Client")
        if not client.objects.exists():
            create_desk(clients, days)
        managers = list(user.objects.filter(role="manager").order_by("pk"))
        chosen = random.Random(8).sample(managers, min(READERS, len(managers)))
        cookies = []
        for one in chosen:
            browser = Browser()
            browser.force_login(one, backend="dakehu.domains.team.sign_in.backends.StaffBackend")
            cookies.append("; ".join(f"{key}={value.value}" for key, value in browser.cookies.items()))
    print(json.dumps(cookies))


def main() -> int:
    """Seed, serve, measure, print."""
    line = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    line.add_argument("--clients", type=int, default=1_000_000)
    line.add_argument("--days", type=int, default=62)
    line.add_argument("--home", type=Path)
    line.add_argument("--seconds", type=float, default=6)
    line.add_argument("--prepare", action="store_true")
    given = line.parse_args()
    if given.prepare:
        prepare(given.clients, given.days)
        return 0
    with tempfile.TemporaryDirectory(prefix="dakehu-today-") as made:
        home = given.home or Path(made)
        home.mkdir(exist_ok=True, mode=0o700)
        env = {
            **os.environ,
            **database(),
            "DAKEHU_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "dakehu.project.settings",
        }
        env |= {"PYTHONPATH": f"{ROOT}:{ROOT / 'src'}", "DAKEHU_REQUESTS_PER_MINUTE": "0"}
        words = [sys.executable, __file__, "--prepare", "--clients", str(given.clients), "--days", str(given.days)]
        ready = subprocess.run(words, env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        cookies = json.loads(ready.stdout.splitlines()[-1])
        on = "PostgreSQL" if env.get("DAKEHU_OWNER_URL") else "SQLite"
        print(f"{on}, {given.clients:,} clients; p50 / p95 in ms, load {os.getloadavg()[0]:.1f}", flush=True)
        turns = itertools.cycle(cookies)
        with running_server(env) as port:
            for users in USERS:
                cells = measure_latency(
                    port, lambda: f"Cookie: {next(turns)}", lambda: ("GET", "/", None), users, given.seconds
                )
                print(f"  Today, {users} managers: {cells}", flush=True)
        print(f"load afterwards {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
