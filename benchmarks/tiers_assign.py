"""Seconds of the nightly assignment of tiers for invented clients, on SQLite: first run, a night with few moves, and
a repetition.

    PYTHONPATH=src .venv/bin/python benchmarks/tiers_assign.py [CLIENTS]

An empty database in a temporary folder; CLIENTS (default 100,000) with twenty days of balances and of orders. On the
second night one client in fifty moves by a third.
"""

import os
import resource
import sys
import tempfile
import time
from datetime import date, timedelta
from typing import Any

DAYS = 20
SEED = 7


def main(count: int) -> None:
    os.environ["DAKEHU_HOME"] = tempfile.mkdtemp(prefix="tiers-")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dakehu.project.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from dakehu.foundation.access.actor import acting_as, system_actor
    from dakehu.foundation.actions import undo_entries

    with acting_as(system_actor("benchmark of tiers", "cli")), undo_entries.without_undo():
        _prepare(count)


def _prepare(count: int) -> None:
    import numpy as np

    from dakehu.domains.tiers import assign
    from dakehu.foundation.calendar import trading_days
    from dakehu.foundation.gates import perform

    today = date.today()  # noqa: DTZ011
    days = trading_days.trading_days_between(today - timedelta(days=60), today - timedelta(days=1))[-DAYS - 1 :]
    scheme = perform("tiers.create_scheme", {"name": "方案"})
    perform("tiers.activate_scheme", {"scheme": scheme.pk, "effective_from": days[0]})
    ids = _clients(count)
    random = np.random.default_rng(SEED)
    totals = random.lognormal(13.5, 1.4, count)
    for day in days[:-1]:
        _balances(day, ids, totals)
    _print_seconds("first run", lambda: assign.run(days[-2]))
    moved = random.random(count) < 0.02
    _balances(days[-1], ids, np.where(moved, totals * 7, totals))
    _print_seconds("next night", lambda: assign.run(days[-1]))
    _print_seconds("the same night again", lambda: assign.run(days[-1]))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024:.2f} GB")


def _clients(count: int) -> list[int]:
    from dakehu.foundation.actions.registry import act
    from dakehu.foundation.records.bulk import record_columns
    from dakehu.foundation.schema.fields import model_of

    opened = [date(2015, 1, 5) + timedelta(days=n % 3600) for n in range(count)]
    with act("benchmark.clients"):
        return record_columns(
            model_of("clients.Client"),
            count,
            {
                "code": [f"K{n:07}" for n in range(count)],
                "name": [f"客户{n}" for n in range(count)],
                "opened_on": opened,
            },
        )


def _balances(day: date, ids: list[int], totals: Any) -> None:
    import numpy as np
    import polars as pl

    from dakehu.domains.ledger.feeds import storage

    fen = (totals * 100).astype(np.int64)
    rows = pl.DataFrame(
        {
            "client": ids,
            "cash": fen // 4,
            "securities": fen - fen // 4,
            "total": fen,
            "commission": fen // 100_000,
            "products": fen // 8,
            "margin_debt": fen // 50,
        }
    )
    storage.import_feed(feed="balances", days={day: rows}, source="benchmark")


def _print_seconds(label: str, work: Any) -> None:
    begun = time.perf_counter()
    counts = work()
    print(f"{label}: {time.perf_counter() - begun:.1f} s, {counts}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
