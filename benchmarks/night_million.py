"""The nightly run for a million clients: 13 million trades in 800 securities, balances of 250 days; each phase with
its seconds and memory.

    python benchmarks/night_million.py [--clients 1000000] [--days 250] [--home FOLDER]                      (SQLite)
    python scripts/with_postgres.py -- python benchmarks/night_million.py [--clients …] [--home FOLDER]      (PostgreSQL)

The desk (night_desk.py) is written into a separate home (`--home` keeps it for the next time, on SQLite) and the
nightly run of the previous day has completed. Then the folder contains the files of one more day: balances and
activity of every client as CSV, the day's trades as a statement, prices. `dakehu nightly` runs in a separate process,
then once more with nothing new; then all rules are evaluated separately. Memory is that of the desk's process, by
step, without PostgreSQL's.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from import_far_trans import database, start  # noqa: E402


def run_night(title: str) -> dict[str, Any]:
    """Run `dakehu nightly` in a separate process and print its steps."""
    from night_desk import DAY

    begun, earlier = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    before = earlier.ru_utime + earlier.ru_stime
    done = subprocess.run(
        [sys.executable, "-m", "dakehu.interfaces.cli.main", "nightly", "--day", DAY.isoformat(), "--json"],
        stdout=subprocess.PIPE,
        stderr=sys.stderr,
        text=True,
        check=False,
    )
    whole, used = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = used.ru_utime + used.ru_stime - before
    load = os.getloadavg()[0]
    print(
        f"{title}: {whole:.1f} s with the start of the program, {busy:.1f} of the processor, load {load:.1f}",
        flush=True,
    )
    if not done.stdout.strip():
        raise SystemExit(f"the night ended with {done.returncode}")
    report: dict[str, Any] = json.loads(done.stdout)
    for one in report["steps"]:
        words = (one["error"] or one["result"].get("words") or {}).get("en", "")
        print(f"  {one['label']}: {one['state']}, {one['seconds']:.1f} s, {one['peak_mb']:,} MB  {words}")
        for file in one["result"].get("files", []):
            print(f"    {json.dumps(file, ensure_ascii=False)[:300]}")
    return report


def evaluate_rules() -> None:
    """Evaluate only the rules of a day, in this process: time of reading the facts and of the conditions over them."""
    from night_desk import DAY

    from dakehu.domains.service.moments import active, evaluation
    from dakehu.foundation.access.actor import acting_as, elevated, system_actor

    spent = [0.0, 0.0]
    fire = evaluation.evaluate_rules

    def timed(*given: Any) -> Any:
        begun, busy = time.perf_counter(), time.process_time()
        found = fire(*given)
        spent[0] += time.perf_counter() - begun
        spent[1] += time.process_time() - busy
        return found

    evaluation.evaluate_rules = timed
    with acting_as(system_actor("benchmark", "cli")), elevated("benchmark"):
        rules, waiting = active.active_rules()
        begun, busy = time.perf_counter(), time.process_time()
        found = evaluation.evaluate(DAY, rules)
        whole, used = time.perf_counter() - begun, time.process_time() - busy
    fired = sum(frame.height for frame in found.fired.values())
    print(f"{len(rules)} rules, {len(waiting) + len(found.waiting)} waiting for data, {fired:,} rows fire")
    print(f"  facts and conditions: {whole:.1f} s, {used:.1f} of the processor")
    print(f"  conditions alone: {spent[0]:.2f} s, {spent[1]:.2f} of the processor")


def main() -> None:
    """Seed, run the nightly run twice, evaluate the rules."""
    line = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    line.add_argument("--clients", type=int, default=1_000_000)
    line.add_argument("--days", type=int, default=250)
    line.add_argument("--home", type=Path)
    line.add_argument("--no-rules", action="store_true")
    given = line.parse_args()
    with tempfile.TemporaryDirectory(prefix="dakehu-night-") as made:
        home = given.home or Path(made)
        is_new = not (home / "dakehu.sqlite3").exists()
        home.mkdir(exist_ok=True, mode=0o700)
        os.environ.update(database(), DAKEHU_HOME=str(home), DJANGO_SETTINGS_MODULE="dakehu.project.settings")
        start()
        from close_spark import EACH, RUNS
        from django.db import connection, connections
        from night_desk import create_desk, run_step

        print(
            f"{connection.vendor}, {given.clients:,} clients, {EACH * RUNS:.1f} trades each, {given.days} days of balances"
        )
        if is_new:
            run_step("all prepared", lambda: create_desk(given.clients, given.days))
        connections.close_all()
        run_night("the night")
        run_night("again, nothing new")
        if not given.no_rules:
            evaluate_rules()


if __name__ == "__main__":
    main()
