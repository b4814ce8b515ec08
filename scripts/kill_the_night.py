"""Kill -9 the nightly run at random moments, and check the result.

    python scripts/kill_the_night.py [ROUNDS [CLIENTS]]                                      (SQLite, in a separate directory)
    python scripts/with_postgres.py -- python scripts/kill_the_night.py [ROUNDS [CLIENTS]]   (PostgreSQL, in a separate database)

Each round puts the files of one more day into the folder (trades, prices, balances, activity; clients on the first), starts
`dakehu nightly` in a separate process and kills it at a random moment within the duration of the nightly run when it
last completed. Then figures must all be of one close and balances all of one day, each with the recorded count; the
audit chain must be intact. Run again, the nightly run must end with every step done, the folder empty, each trade
stored once, and the figures those computed by the kernel; run once more, it must find nothing new. Prints one line
per round, and exits with 1 at the first fault.
"""

import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks"), str(ROOT / "scripts")]

from import_far_trans import database, start  # noqa: E402
from kill_at_random import Wrong, as_system, require  # noqa: E402
from kill_the_close import compute_expected, read_published  # noqa: E402

FIRST, SECURITIES, TRADES = date(2026, 6, 1), 40, 300
HEAD = "客户号,成交日期,证券代码,证券名称,买卖标志,成交价格,成交数量,成交金额,发生金额,佣金,印花税,过户费,成交编号"


def write_inbox(inbox: Path, draw: random.Random, day: date, count: int, *, with_clients: bool) -> None:
    """Put the files of a day into the folder, each under a temporary name until it is complete."""
    text = day.isoformat()
    codes = [f"K{n:05}" for n in range(count)]
    if with_clients:
        _write(inbox, "客户", ["客户号", "客户姓名"], [[code, f"客户{code}"] for code in codes])
    rows = []
    for nth in range(TRADES):
        price, shares = round(draw.uniform(5, 50), 2), draw.randint(1, 20) * 100
        amount = round(price * shares, 2)
        fee = round(max(amount / 4000, 5), 2)
        security = draw.randrange(SECURITIES)
        trade = [
            draw.choice(codes),
            day.strftime("%Y%m%d"),
            600000 + security,
            f"股票{security}",
            "买入",
            price,
            shares,
        ]
        sums = [f"{amount:.2f}", f"{-amount - fee:.2f}", f"{fee:.2f}", 0, 0, f"{text}-{nth}"]
        rows.append([*trade, *sums])
    _write(inbox, f"成交{text}", HEAD.split(","), rows)
    quotes = [[text, 600000 + n, "SH", f"股票{n}", "股票", round(draw.uniform(5, 50), 2)] for n in range(SECURITIES)]
    _write(inbox, f"行情{text}", ["日期", "证券代码", "市场", "证券名称", "产品类别", "收盘价"], quotes)
    worth = [draw.randint(1, 9_000_000) for _ in codes]
    balances = [[text, code, own // 5, own - own // 5, own, 0, 0] for code, own in zip(codes, worth, strict=True)]
    _write(
        inbox,
        f"日终资产{text}",
        ["业务日期", "客户号", "资金余额", "证券市值", "总资产", "转入金额", "转出金额"],
        balances,
    )
    active = [[text, code, draw.randint(0, 3), draw.randint(0, 2)] for code in codes]
    _write(inbox, f"客户活跃度{text}", ["业务日期", "客户号", "登录次数", "委托笔数"], active)


def _write(inbox: Path, name: str, head: list[str], rows: list[list[Any]]) -> None:
    part = inbox / f"{name}.csv.part"
    with part.open("w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream)
        out.writerow(head)
        out.writerows(rows)
    os.utime(part, (0, 0))  # modified long ago
    part.rename(inbox / f"{name}.csv")


def start_night(day: date) -> "subprocess.Popen[str]":
    """Start the nightly run in a separate process."""
    words = ["-m", "dakehu.interfaces.cli.main", "nightly", "--day", day.isoformat(), "--json"]
    return subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    )


def wait_for_night(run: "subprocess.Popen[str]") -> dict[str, Any]:
    """Wait for a nightly run; return {step: state}."""
    out, _ = run.communicate()
    require(run.returncode == 0, f"the night ended with {run.returncode}: {out[-800:]}")
    return {one["step"]: one["state"] for one in json.loads(out)["steps"]}


def read_published_days() -> tuple[date | None, date | None]:
    """Return (day of the figures, day of the balances), after checking that each is of one day and complete."""
    from dakehu.domains.ledger.models import DailyBalance, FeedFile
    from dakehu.foundation.audit import anchor, verification

    closed, _ = read_published()
    with as_system():
        days = set(DailyBalance.objects.values_list("day", flat=True))
        require(len(days) <= 1, f"balances of {days}")
        on = next(iter(days), None)
        if on is not None:
            rows = FeedFile.objects.filter(feed="balances", day=on).values_list("rows", flat=True).first()
            require(DailyBalance.objects.count() == rows, f"balances of {on} are not complete")
        verdict = verification.verify()
        require(verdict.broken is None, f"the audit chain: {verdict}")
        anchor.remember_head()
    return closed, on


def trades() -> int:
    """Return the number of trades, each counted once by its reference."""
    from dakehu.domains.ledger.trades import reader

    with as_system():
        table = reader.all_trades()
    require(len(set(table["ref"].to_pylist())) == table.num_rows, "trades doubled")
    return int(table.num_rows)


def run(rounds: int, count: int, number: int) -> None:
    """Kill one nightly run in each round."""
    from django.db import connection

    from dakehu.foundation.calendar import trading_days
    from dakehu.foundation.nightly.run import folder

    draw, fell = random.Random(number), Counter[str]()  # noqa: S311  moments, not secrets
    inbox, days = folder(), trading_days.trading_days_between(FIRST, date(2026, 11, 20))
    write_inbox(inbox, draw, days[0], count, with_clients=True)
    connection.close()
    begun = time.perf_counter()
    states = wait_for_night(start_night(days[0]))
    lasted = time.perf_counter() - begun
    require(states["ledger.close"] == "done" and read_published_days() == (days[0], days[0]), "the first night")
    for nth, day in enumerate(days[1 : rounds + 1], 1):
        write_inbox(inbox, draw, day, count, with_clients=False)
        before = read_published_days()
        connection.close()
        after = draw.uniform(0, lasted * 1.05)
        child = start_night(day)
        time.sleep(after)
        is_inside = child.poll() is None
        child.kill()
        child.communicate()
        left = read_published_days()
        require(left[0] in (before[0], day) and left[1] in (before[1], day), f"neither old nor new: {left}")
        state = "new" if left == (day, day) else "old" if left == before else "balances new, figures old"
        fell[f"{state}, {'inside' if is_inside else 'after its end'}"] += 1
        connection.close()
        begun = time.perf_counter()
        states = wait_for_night(start_night(day))
        lasted = (lasted + max(time.perf_counter() - begun, lasted / 2)) / 2
        require(set(states.values()) <= {"done", "unchanged"}, f"run again: {states}")
        require(
            read_published_days() == (day, day) and read_published() == (day, compute_expected(day)),
            "run again, the state is not that of the day",
        )
        require(trades() == TRADES * (nth + 1), "trades lost")
        require(not list(inbox.glob("*.csv")), "files left in the folder")
        connection.close()
        again = wait_for_night(start_night(day))
        require(again["ledger.close"] == again["service.moments"] == "unchanged", f"a third time: {again}")
        print(f"round {nth}: killed after {after:.1f} s of about {lasted:.1f}; {state}", flush=True)
    print(f"{connection.vendor}: {rounds} kills; what was left: {dict(sorted(fell.items()))}")


def main() -> int:
    """Run the rounds; return 1 at the first fault."""
    rounds, count = (int(n) for n in (sys.argv[1:3] + ["50", "2000"][len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory(prefix="dakehu-kill-") as home:
        os.environ.update(database(), DAKEHU_HOME=home, DJANGO_SETTINGS_MODULE="dakehu.project.settings")
        start()
        try:
            run(rounds, count, 20261129)
        except Wrong as wrong:
            print(f"wrong: {wrong}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
