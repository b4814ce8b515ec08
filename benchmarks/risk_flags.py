"""Flags of lines and limits over a million positions, as the nightly step finds and writes them.

    python benchmarks/risk_flags.py [positions]

A separate desk in a temporary directory, SQLite, 1,000,000 positions of 100,000 clients in 2,000 securities, 100,000
lines set by clients and 30,000 margin contracts by default. Reading, flags and writing are timed separately; the
first night writes every breach, the second only what changed. Aim: 20 s.
"""

import os
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

DAY = date(2026, 11, 27)
CLIENTS_PER_POSITION = 10
SECURITIES, LINES, CONTRACTS = 2_000, 100_000, 30_000


def main(positions: int) -> None:
    """Run two nights and print the time of each part."""
    with tempfile.TemporaryDirectory(prefix="dakehu-bench-") as home:
        os.environ["DAKEHU_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "dakehu.project.settings"
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        _run_two_nights(positions, Path(home))


def _run_two_nights(positions: int, home: Path) -> None:
    """Run two nights over the same positions, some of which change in between."""
    from dakehu.domains.risk.breaches import evaluation, storage
    from dakehu.foundation.access.actor import acting_as, system_actor

    with acting_as(system_actor("benchmark", "cli")):
        clients = _clients(positions // CLIENTS_PER_POSITION)
        print(f"{positions:,} positions, {len(clients):,} clients, {LINES:,} lines, {CONTRACTS:,} contracts")
        for night, move in (("first night", 0.0), ("second night", 0.02)):
            given = _inputs(clients, positions, move)
            start, used = time.perf_counter(), time.process_time()
            figures = evaluation.figures_of(given)
            found = evaluation.standings(given, figures)
            flagged = time.perf_counter()
            changed = storage.changes(found, storage.open_breaches())
            counts = storage.store_breaches(
                changed=changed, found=found, figures=figures, clients=given.clients, day=DAY
            )
            end = time.perf_counter()
            print(
                f"{night}: flags {flagged - start:.2f} s, comparing and writing {end - flagged:.2f} s, "
                f"together {end - start:.2f} s ({time.process_time() - used:.2f} s of CPU); {counts}"
            )


def _clients(count: int) -> list[int]:
    """Write the clients; return their ids."""
    from dakehu.foundation.actions.registry import act
    from dakehu.foundation.records.bulk import record_columns
    from dakehu.foundation.schema.fields import model_of

    levels = [f"C{number % 5 + 1}" for number in range(count)]
    columns: dict[str, list[Any]] = {
        "code": [f"B{number:07d}" for number in range(count)],
        "name": [f"客户{number}" for number in range(count)],
        "risk_level": levels,
    }
    with act("benchmark.clients"):
        return record_columns(model_of("clients.Client"), count, columns)


def _inputs(clients: list[int], positions: int, move: float) -> Any:
    """Return invented inputs of a nightly run; `move` shifts weights and closes."""
    import numpy as np
    import polars as pl

    from dakehu.domains.risk.breaches.evaluation import Inputs
    from dakehu.domains.risk.limits.defaults import default_limits
    from dakehu.domains.risk.limits.table import CLIENT_LIMITS
    from dakehu.domains.risk.lines.table import evaluate_lines
    from dakehu.domains.risk.margin.table import with_levels

    random = np.random.default_rng(17)
    ids = np.array(clients)
    count = len(ids)
    people = pl.DataFrame(
        {
            "client": ids,
            "risk_level": [f"C{n % 5 + 1}" for n in range(count)],
            "tier": [f"T{n % 7}" for n in range(count)],
        }
    )
    owner = np.repeat(ids, CLIENTS_PER_POSITION)[:positions]
    weight = random.dirichlet(np.full(CLIENTS_PER_POSITION, 0.6), count).ravel()[:positions] * (0.9 + move)
    held = pl.DataFrame(
        {
            "client": owner,
            "product": random.integers(1, SECURITIES + 1, positions),
            "held_value": weight * 1e6,
            "held_weight": weight,
        }
    ).unique(["client", "product"], maintain_order=True)
    number = np.arange(1, SECURITIES + 1)
    products = pl.DataFrame(
        {
            "product": number,
            "product_kind": ["stock" if n % 4 else "fund" for n in number],
            "product_risk": [f"R{n % 5 + 1}" for n in number],
            "industry": [f"行业{n % 30}" for n in number],
            "daily_turnover": random.uniform(1e5, 1e8, SECURITIES),
            "security": [f"证券{n}" for n in number],
        }
    )
    account = pl.DataFrame(
        {
            "client": ids,
            "account_return": random.normal(-move, 0.02, count),
            "account_drawdown_60": random.beta(1.5, 12, count),
        }
    )
    navs = (
        held.filter(pl.col("product") % 4 == 0)
        .select("client", "product")
        .with_columns((pl.col("product") % 100 / 400).alias("nav_drawdown"))
    )
    some = held.head(LINES)
    size = some.height
    lines = evaluate_lines(
        some.with_columns(
            pl.Series("kind", np.where(np.arange(size) % 2, "stop_loss", "take_profit")),
            pl.Series("basis", np.array(["cost", "price", "percent", "trailing"])[np.arange(size) % 4]),
            pl.Series("threshold", np.where(np.arange(size) % 4 == 1, 9.0, 0.1)),
            pl.Series("unit_cost", random.uniform(8, 12, size)),
            pl.Series("reference", random.uniform(8, 12, size)),
            pl.Series("high", random.uniform(10, 13, size)),
            pl.Series("close", random.uniform(8, 12, size) * (1 - move)),
            pl.format("line:{}", pl.int_range(1, size + 1)).alias("line"),
            pl.lit("证券 止损线").alias("about"),
        )
    ).with_columns(pl.format("feed:{}", "line").alias("line"))
    contracts = with_levels(
        pl.DataFrame(
            {
                "client": ids[:CONTRACTS],
                "contract": [f"RZ{n}" for n in range(min(CONTRACTS, count))],
                "ratio": random.uniform(1.2, 3.0, min(CONTRACTS, count)) - move,
                "warn_line": 1.4,
                "close_line": 1.3,
                "lines_from": "feed",
            }
        )
    )
    own = pl.DataFrame(
        {
            "client": ids[: count // 20],
            "measure": "single_security",
            "limit": 0.2,
            "strong": None,
            "version": 1,
            "effective_from": DAY,
        },
        schema=CLIENT_LIMITS,
        strict=False,
    )
    return Inputs(people, held, products, account, navs, lines, contracts, default_limits(), own)


if __name__ == "__main__":
    main(int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else 1_000_000)
