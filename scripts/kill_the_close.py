"""Kill -9 the nightly close while it compacts the journal and while it publishes figures, and check the result.

    python scripts/kill_the_close.py [ROUNDS [CLIENTS]]                                      (SQLite, in a separate directory)
    python scripts/with_postgres.py -- python scripts/kill_the_close.py [ROUNDS [CLIENTS]]   (PostgreSQL, in a separate database)

Each round imports one more day of trades and prices, starts the close in a separate process, waits until it reports
that it compacts or publishes, in turn, and kills it at a random moment within the last measured duration of that
phase. Then every trade must exist exactly once, and the figures must all be from the previous close or all from this
one. Closed again, the figures must equal those that the kernel computes from the imported days. Prints one line per
round, and exits with 1 at the first fault.
"""

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks"), str(ROOT / "scripts")]

from import_far_trans import database, start  # noqa: E402
from kill_at_random import Wrong, as_system, require  # noqa: E402

PRODUCTS, EACH_DAY = 60, 2000
SOURCE = "柜台"
PHASES = ("compacting", "publishing")
FIRST = date(2026, 1, 5)


def create_desk(count: int) -> tuple[list[int], list[int]]:
    """Create a desk; return (client ids, product ids)."""
    from django.db import transaction

    from dakehu.domains.ledger.models import Product, SecurityCode
    from dakehu.foundation.records import bulk_sql
    from dakehu.foundation.schema.fields import model_of

    client = model_of("clients.Client")
    people = [client(code=f"K{n:06}", name=f"客户{n}") for n in range(count)]
    products = [Product(name=f"股票{n}", kind="stock", currency="CNY", lot=1) for n in range(PRODUCTS)]
    with as_system(), transaction.atomic():
        bulk_sql.insert(client, people)
        bulk_sql.insert(Product, products)
        codes = [SecurityCode(product=p, market="SH", code=f"{600000 + n}") for n, p in enumerate(products)]
        bulk_sql.insert(SecurityCode, codes)
    return [p.pk for p in people], [p.pk for p in products]


def trades_of_day(draw: Any, day: date, clients: list[int], products: list[int]) -> pa.Table:
    """Return a day's purchases, with fees, in the counter's format."""
    from dakehu.domains.ledger.trades import daily_feed as days
    from dakehu.domains.ledger.trades.transaction_types import TransactionType

    size, none = EACH_DAY, np.zeros(EACH_DAY, np.int64)
    lots, price = draw.integers(1, 20, size) * 100, np.round(draw.uniform(5, 50, size), 2)
    amount = np.rint(lots * price * 100).astype(np.int64)
    fee = np.maximum(amount // 4000, 500)
    report = {
        "client": draw.choice(clients, size),
        "asset": draw.choice(products, size),
        "side": np.full(size, int(TransactionType.BUY)),
        "quantity": lots * 1000,
        "price": price,
        "amount": amount,
        "net": -amount - fee,
        "commission": fee,
        "stamp": none,
        "transfer": none,
        "other": none,
        "time": none - 1,
        "currency": ["CNY"] * size,
        "ref": [f"{day}-{n}" for n in range(size)],
    }
    return pa.table({f.name: pa.array(report[f.name], f.type) for f in days.COLUMNS}, schema=days.COLUMNS)


def take_in(draw: Any, day: date, clients: list[int], products: list[int]) -> pa.Table:
    from dakehu.domains.ledger.close import inputs as closing
    from dakehu.domains.ledger.trades import daily_feed as days

    table = trades_of_day(draw, day, clients, products)
    with as_system():
        days.import_daily_feed(source=SOURCE, day=day, table=table)
        closing.import_prices(
            source="行情",
            day=day,
            prices={
                p: float(v) for p, v in zip(products, np.round(draw.uniform(5, 50, len(products)), 2), strict=True)
            },
        )
    return table


def told_by(table: pa.Table) -> Counter[Any]:
    """Return rows as a multiset, without the ids assigned by the journal."""
    from dakehu.domains.ledger.trades import daily_feed

    return Counter(zip(*(table[name].to_pylist() for name in daily_feed.COLUMNS.names), strict=True))


def compute_expected(day: date) -> bytes:
    """Return the figures that the kernel computes for a day directly from the trades."""
    from dakehu.analytics import kernel
    from dakehu.domains.ledger.close import firm_book
    from dakehu.domains.ledger.close import inputs as close_inputs

    with as_system():
        made = close_inputs.arrays_for_close(day)
        days = firm_book.calendar_of(made.day, day)
        figures = kernel.compute(firm_book.book_of(made, close_inputs.price_matrix(made.assets, days)))
    return figures.values.tobytes() + figures.reasons.tobytes()


def read_published() -> tuple[date | None, bytes]:
    """Return the published (day, figures), after checking that table and history file agree."""
    from dakehu.domains.ledger.close import chunks as close_chunks
    from dakehu.domains.ledger.close import history as close_history
    from dakehu.domains.ledger.models import Closing, Figures

    with as_system():
        last = Closing.objects.order_by("-day").first()
        days = set(Figures.objects.values_list("as_of", flat=True))
        if last is None:
            require(not days, "figures without a close")
            return None, b""
        require(days == {last.day}, f"figures of {days} beside the close of {last.day}")
        clients, figures = close_chunks.read(close_history.path_of(last.file))
        worth = dict(Figures.objects.values_list("client_id", "twr"))
    from dakehu.analytics.figures import Column

    require(len(worth) == last.clients == len(clients), "a number of figures that no close published")
    for place, client in enumerate(clients.tolist()):
        value, held = figures.values[place, Column.TWR], worth[client]
        require((held is None) == bool(np.isnan(value)), "figures of two closes, mixed")
        require(held is None or abs(float(held) - value) < 1e-7, "figures of two closes, mixed")
    return last.day, figures.values.tobytes() + figures.reasons.tobytes()


def check_trades(taken: Counter[Any]) -> None:
    """Check that every trade exists exactly once, and the audit chain is intact."""
    from dakehu.domains.ledger.trades import reader
    from dakehu.foundation.audit import anchor, verification

    with as_system():
        require(told_by(reader.all_trades()) == taken, "trades lost or doubled")
        verdict = verification.verify()
        require(verdict.broken is None, f"the audit chain: {verdict}")
        anchor.remember_head()


def count_compactions() -> int:
    """Return the number of published compactions."""
    from dakehu.domains.ledger.models import Compaction

    with as_system():
        return Compaction.objects.values_list("row_version", flat=True).first() or 0


class Child:
    """A close in a separate process, which reports when its phases begin and end."""

    def __init__(self, day: date) -> None:
        self.seen: dict[str, float] = {}
        self._heard = {f"{phase} {word}": threading.Event() for phase in PHASES for word in ("begins", "ends")}
        self.run = subprocess.Popen(
            [sys.executable, __file__, "--child", day.isoformat()], stdout=subprocess.PIPE, text=True
        )
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        for line in self.run.stdout or ():
            self.seen[line.strip()] = time.perf_counter()
            self._heard[line.strip()].set()

    def kill_in(self, phase: str, after: float) -> None:
        require(self._heard[f"{phase} begins"].wait(120), f"{phase} never began")
        time.sleep(after)
        self.run.kill()
        self.end()

    def end(self) -> int:
        code = self.run.wait()
        self._listener.join()
        return code

    def lasted(self, phase: str) -> float | None:
        both = [self.seen.get(f"{phase} {word}") for word in ("begins", "ends")]
        return both[1] - both[0] if both[0] is not None and both[1] is not None else None


def run(rounds: int, count: int, number: int) -> None:
    from django.db import connection

    from dakehu.foundation.calendar import trading_days

    moments, draw = random.Random(number), np.random.default_rng(number)  # noqa: S311  moments, not secrets
    clients, products = create_desk(count)

    calendar = trading_days.trading_days_between(FIRST, date(2026, 11, 20))
    taken: Counter[Any] = Counter()
    lasted = dict.fromkeys(PHASES, 0.0)
    fell: Counter[str] = Counter()
    for day in calendar[:20]:
        taken += told_by(take_in(draw, day, clients, products))
    connection.close()
    first = Child(calendar[19])  # once without a kill, to measure the phases
    require(first.end() == 0, "the close does not end well")
    lasted = {phase: first.lasted(phase) or 0.1 for phase in PHASES}
    for nth in range(1, rounds + 1):
        day, phase = calendar[19 + nth], PHASES[nth % 2]
        before, buckets = read_published(), count_compactions()
        taken += told_by(take_in(draw, day, clients, products))
        wanted = compute_expected(day)
        connection.close()
        after = moments.uniform(0, lasted[phase] * 1.1)
        child = Child(day)
        child.kill_in(phase, after)
        inside = child.lasted(phase) is None
        check_trades(taken)
        left = read_published()
        require(left in (before, (day, wanted)), "neither the figures of before nor the new ones")
        if phase == "publishing":
            state = "new" if left[0] == day else "old"
        else:
            state = "new" if count_compactions() != buckets else "old"
        fell[f"{phase}, {'inside' if inside else 'just after'}: {state}"] += 1
        connection.close()
        again = Child(day)
        require(again.end() == 0, "the close does not end well when repeated")
        require(read_published() == (day, wanted), "closed again, the figures are not those of the kernel")
        check_trades(taken)
        lasted = {p: (lasted[p] + (again.lasted(p) or lasted[p])) / 2 if p == phase else lasted[p] for p in PHASES}
        print(f"round {nth}: {phase}, killed after {after:.2f} s of about {lasted[phase]:.2f}; {state}", flush=True)
    print(
        f"{connection.vendor}: {rounds} kills; where, and which state was left (buckets or figures): {dict(sorted(fell.items()))}"
    )


def child(day: date) -> None:
    import django

    django.setup()
    from dakehu.domains.ledger.close import run as close_run
    from dakehu.domains.ledger.trades import compaction

    def report_phase(phase: str, body: Any) -> Any:
        def report(**given: Any) -> Any:
            print(f"{phase} begins", flush=True)
            made = body(**given)
            print(f"{phase} ends", flush=True)
            return made

        return report

    compaction.ROWS = 4_000  # several buckets
    compaction.SOON = timedelta(0)  # the sweep removes files within the phase that is killed
    compaction.compact = report_phase("compacting", compaction.compact)
    close_run.publish = report_phase("publishing", close_run.publish)
    with as_system():
        close_run.close(day=day)


def main() -> int:
    if sys.argv[1:2] == ["--child"]:
        child(date.fromisoformat(sys.argv[2]))
        return 0
    rounds, count = (int(n) for n in (sys.argv[1:3] + ["50", "3000"][len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory(prefix="dakehu-kill-") as home:
        os.environ.update(database(), DAKEHU_HOME=home, DJANGO_SETTINGS_MODULE="dakehu.project.settings")
        start()
        try:
            run(rounds, count, 20261123)
        except Wrong as wrong:
            print(f"wrong: {wrong}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
