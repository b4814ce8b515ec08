"""Many people claiming from one pool concurrently: no prospect is claimed twice, no limit is exceeded.

    PYTHONPATH=src .venv/bin/python benchmarks/pool_claims.py [PROSPECTS] [PEOPLE] [ROUNDS]
    .venv/bin/python scripts/with_postgres.py -- .venv/bin/python benchmarks/pool_claims.py …

An empty database: SQLite in a temporary folder, or the PostgreSQL of with_postgres.py. PROSPECTS (100,000) are in a
pool; PEOPLE (50), each in a thread with a separate connection, repeatedly claim from its first pages until their
limits (20 a day, 10 in hand) stop them. Then ROUNDS (50) times all of them claim the same prospect. Exits with status
1 if anything is wrong.
"""

import os
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from random import randrange, sample
from threading import Barrier
from typing import Any

PER_DAY, IN_HAND = 20, 10
PAGES, TRIES = 10, 5  # number of first pages used, and maximum claims per page


def main(prospects: int, people: int, rounds: int) -> int:
    os.environ["DAKEHU_HOME"] = tempfile.mkdtemp(prefix="pool-")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dakehu.project.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, connections

    call_command("migrate", verbosity=0, database="owner" if "owner" in connections.databases else "default")
    print(f"{connection.vendor}: {prospects:,} prospects, {people} people, {rounds} rounds")
    users = _set_stage(prospects, people)
    wrong = _claim_together(users)
    wrong += _claim_same_prospect(users, rounds)
    for line in wrong:
        print(f"WRONG: {line}")
    return 1 if wrong else 0


def _set_stage(prospects: int, people: int) -> list[Any]:
    """Fill the pool and return the people."""
    from dakehu.domains.growth.models import Prospect
    from dakehu.domains.team.models import User
    from dakehu.foundation.access.actor import acting_as, system_actor
    from dakehu.foundation.actions import undo_entries
    from dakehu.foundation.actions.registry import act
    from dakehu.foundation.gates import perform
    from dakehu.foundation.records.bulk import record_columns

    with acting_as(system_actor("benchmark of the pool", "cli")), undo_entries.without_undo():
        perform("team.create_team", {"name": "东区一队"})
        pool = perform("growth.add_pool", {"name": "公海", "claims_per_day": PER_DAY, "in_hand": IN_HAND})
        with act("benchmark.fill"):
            record_columns(
                Prospect,
                prospects,
                {
                    "name": [f"线索{n:06}" for n in range(prospects)],
                    "pool_id": [pool.pk] * prospects,
                    "pool_since": [date(2026, 11, 1)] * prospects,
                },
            )
            for n in range(people):
                User(username=f"rm{n:03}", name=f"经理{n:03}", role="manager").save()
        return list(User.objects.filter(username__startswith="rm").order_by("pk"))


def _claims(user: Any, choose: Any, at_once: Barrier) -> Counter[str]:
    """Claim the results of `choose(turn)` until a limit is reached or it is empty; return the outcomes."""
    from django.db import connection

    from dakehu.domains.team.queries import actor_of
    from dakehu.foundation.access.actor import acting_as
    from dakehu.foundation.base.errors import Refused
    from dakehu.foundation.database.lock_timeout import Busy
    from dakehu.foundation.gates import perform

    ends: Counter[str] = Counter()
    try:
        with acting_as(actor_of(user)):
            at_once.wait(timeout=120)
            for turn in range(100_000):
                wanted = choose(turn)
                if wanted is None:
                    break
                try:
                    perform("growth.claim", {"prospect": wanted})
                    ends["claimed"] += 1
                except Busy:
                    ends["busy"] += 1
                except Refused as refused:
                    is_taken = "刚被他人领取" in str(refused)
                    ends["taken" if is_taken else "limit"] += 1
                    if not is_taken:
                        break
    finally:
        connection.close()
    return ends


def _claim_together(users: list[Any]) -> list[str]:
    """Let all users claim from the front of the pool concurrently; return the faults found afterwards."""
    from dakehu.foundation.gates import ask

    at_once, start = Barrier(len(users)), time.perf_counter()

    def chooser() -> Any:
        page: list[int] = []

        def next_of_page(turn: int) -> Any:
            if not page:
                rows = ask("growth.pool", {"limit": 50, "offset": 50 * randrange(PAGES)})["rows"]
                page.extend(sample([row["id"] for row in rows], min(TRIES, len(rows))))
            return page.pop(0) if page else None

        return next_of_page

    with ThreadPoolExecutor(len(users)) as threads:
        ends = list(threads.map(lambda user: _claims(user, chooser(), at_once), users))
    total = sum(ends, Counter())
    took = time.perf_counter() - start
    print(f"race: {dict(total)} in {took:.1f} s, {total['claimed'] / took:.0f} claims a second")
    return _check(users, [one["claimed"] for one in ends])


def _check(users: list[Any], claimed: list[int]) -> list[str]:
    """Return the faults: a prospect claimed twice, a person above a limit, counts that differ from the rows."""
    from dakehu.domains.growth.models import PoolCounter, PoolEvent, Prospect
    from dakehu.foundation.access.actor import acting_as, system_actor

    wrong = []
    with acting_as(system_actor("check the benchmark", "cli")):
        events = Counter(PoolEvent.objects.filter(kind="claimed").values_list("prospect_id", flat=True))
        if any(count > 1 for count in events.values()):
            wrong.append(f"{sum(count > 1 for count in events.values())} prospects claimed twice")
        held = Counter(Prospect.objects.exclude(owner=None).values_list("owner_id", flat=True))
        counters = dict(PoolCounter.objects.values_list("user_id", "claims"))
        for user, count in zip(users, claimed, strict=True):
            if not count == held[user.pk] == counters.get(user.pk, 0):
                wrong.append(f"{user.username}: {count} told, {held[user.pk]} held, {counters.get(user.pk, 0)} counted")
            if count > min(PER_DAY, IN_HAND):
                wrong.append(f"{user.username}: {count} claimed, above the limit")
        if set(events) != set(Prospect.objects.exclude(owner=None).values_list("pk", flat=True)):
            wrong.append("history and owners differ")
    return wrong


def _claim_same_prospect(users: list[Any], rounds: int) -> list[str]:
    """Let all users claim the same prospect in each round; return the faults."""
    from dakehu.domains.growth.models import Prospect
    from dakehu.foundation.access.actor import acting_as, system_actor
    from dakehu.foundation.actions import undo_entries
    from dakehu.foundation.gates import perform

    with acting_as(system_actor("benchmark of the pool", "cli")), undo_entries.without_undo():
        perform("growth.change_pool", {"pool_id": 1, "claims_per_day": 0, "in_hand": 0})
        wanted = list(Prospect.objects.filter(owner=None).order_by("pk").values_list("pk", flat=True)[:rounds])
    at_once, start = Barrier(len(users)), time.perf_counter()

    def same(turn: int) -> Any:
        return wanted[turn] if turn < len(wanted) else None

    with ThreadPoolExecutor(len(users)) as threads:
        total = sum(threads.map(lambda user: _claims(user, same, at_once), users), Counter())
    took = time.perf_counter() - start
    print(
        f"one for all: {dict(total)} in {took:.1f} s, {total['claimed']} of {len(wanted)} prospects claimed once each"
    )
    expected = Counter(claimed=len(wanted), taken=len(wanted) * (len(users) - 1))
    del total["busy"]
    return [] if total == expected else [f"{dict(total)} instead of {dict(expected)}"]


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    sys.exit(main(*[*given, *(100_000, 50, 50)[len(given) :]]))
