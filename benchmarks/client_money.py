"""Response time of the money page of a client with 1,900 trades, in a real browser, and of PDF reports.

    .venv/bin/python benchmarks/client_money.py [--repeats 20] [--home FOLDER]

A desk in a separate directory: one client with 1,900 trades of 60 invented securities over five years, 100 others
with 190 each, prices of every trading day, a close. Served by `dakehu serve` and read with Chromium: the time from
requesting the tab to the first figure on the page, and to the rendered chart line. Cold: the server has just started
and has received only the sign-in, the browser cache is empty. Warm: the same browser repeats the request. Then one
report and 100 in one ZIP.
"""

import argparse
import csv
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
BUSY, OTHERS, FEW = 1900, 100, 190
CODES = [f"6059{n:02d}" for n in range(60)]
INDEX = "000300.SH"
PASSWORD = "Bench-horse-2026"
HEADINGS = (
    "成交日期",
    "客户号",
    "证券代码",
    "证券名称",
    "买卖标志",
    "成交数量",
    "成交价格",
    "成交金额",
    "佣金",
    "印花税",
    "过户费",
    "发生金额",
    "成交编号",
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def walks(days: list[date]) -> dict[str, list[float]]:
    dice, made = random.Random(5), {}
    for code in [*CODES, INDEX]:
        price, line = (3800.0 if code == INDEX else dice.uniform(5, 90)), []
        for _ in days:
            price *= 1 + dice.gauss(0.0003, 0.015)
            line.append(round(price, 2))
        made[code] = line
    return made


def trades(code: str, count: int, days: list[date], prices: dict[str, list[float]], seed: int) -> list[dict[str, Any]]:
    """Return fills at the close of random days; only held quantities are sold."""
    dice, held, rows = random.Random(seed), dict.fromkeys(CODES, 0), []
    for place in sorted(dice.choices(range(len(days)), k=count)):
        name = dice.choice(CODES)
        buy = held[name] == 0 or dice.random() < 0.5
        shares = dice.randint(1, 40) * 100 if buy else max(100, held[name] // 200 * 100)
        held[name] += shares if buy else -shares
        price = prices[name][place]
        amount = round(shares * price, 2)
        fees = (
            round(max(5.0, amount * 0.00025), 2),
            0.0 if buy else round(amount * 0.0005, 2),
            round(amount * 0.00001, 2),
        )
        report = (
            days[place].isoformat(),
            code,
            name,
            f"虚构{name[-2:]}",
            "证券买入" if buy else "证券卖出",
            shares,
            f"{price:.2f}",
            f"{amount:.2f}",
            *(f"{fee:.2f}" for fee in fees),
            f"{-(amount + sum(fees)) if buy else amount - sum(fees):.2f}",
            f"B{seed:04d}{len(rows):05d}",
        )
        rows.append(dict(zip(HEADINGS, report, strict=True)))
    return rows


def write_csv(path: Path, headings: tuple[str, ...], rows: list[dict[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        table = csv.DictWriter(stream, headings)
        table.writeheader()
        table.writerows(rows)
    return path


def environment_of(home: Path) -> dict[str, str]:
    return {**os.environ, "DAKEHU_HOME": str(home), "PYTHONPATH": str(ROOT / "src"), "LANG": "zh_CN.UTF-8"}


def dakehu(home: Path, *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "dakehu.interfaces.cli.main", *words, "--json"],
        env=environment_of(home),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"dakehu {' '.join(words)}: {(done.stderr or done.stdout)[-1500:]}")
    return json.loads(done.stdout)


def create_desk(home: Path, folder: Path) -> None:
    """Create the clients, their statements, daily prices, and a close."""
    last = date(2026, 6, 30)
    days = [d for d in (last - timedelta(n) for n in range(5 * 365, -1, -1)) if d.weekday() < 5]
    prices = walks(days)
    dakehu(home, "user", "add", "username=lin", "name=林晓", "role=manager", f"password={PASSWORD}")
    settle = (
        "from dakehu.foundation.access.actor import acting_as, system_actor; from dakehu.foundation.actions.registry import act",
        "from dakehu.foundation.schema.fields import model_of; u = model_of('team.User')",
        "c = acting_as(system_actor('benchmark', 'cli')); c.__enter__(); a = act('benchmark.settle', 'benchmark'); a.__enter__()",
        "r = u.objects.get(username='lin'); r.must_change = False; r.save(); a.__exit__(None, None, None)",
    )
    start = "import django, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'dakehu.project.settings'; django.setup()"
    subprocess.run([sys.executable, "-c", "\n".join([start, *settle])], env=environment_of(home), check=True)
    codes = [f"C{n:04d}" for n in range(1, OTHERS + 2)]
    people = write_csv(folder / "clients.csv", ("客户号", "姓名"), [{"客户号": c, "姓名": f"虚构{c}"} for c in codes])
    dakehu(home, "import", str(people), "--as", "lin")
    rows = trades(codes[0], BUSY, days, prices, 1)
    for n, code in enumerate(codes[1:], 2):
        rows += trades(code, FEW, days, prices, n)
    dakehu(home, "import", str(write_csv(folder / "trades.csv", HEADINGS, rows)), "--as", "lin")
    report = [
        {"日期": d.isoformat(), "证券代码": c, "证券名称": f"虚构{c[-2:]}", "收盘价": f"{line[i]:.2f}"}
        for i, d in enumerate(days)
        for c, line in prices.items()
    ]
    dakehu(home, "import", str(write_csv(folder / "prices.csv", ("日期", "证券代码", "证券名称", "收盘价"), report)))
    dakehu(home, "close", "--date", days[-1].isoformat())


@contextmanager
def running_server(home: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (home / "serve.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "dakehu.interfaces.cli.main", "serve", "--port", str(port), "--no-browser"],
            env=environment_of(home),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urlopen(f"{base}/health", timeout=1).read()
                break
            except OSError:
                time.sleep(0.1)
        yield base
    finally:
        server.terminate()
        server.wait(timeout=30)


def measure_page(page: Any, address: str) -> tuple[float, float]:
    """Return seconds from the request to the first figure, and to the rendered line."""
    begun = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector(".stats:not(.stats--band) .stat__value", state="attached")  # the band is on every tab
    first = time.perf_counter() - begun
    page.wait_for_selector("[data-chart=line] canvas")
    return first, time.perf_counter() - begun


def measure_in_browser(home: Path, repeats: int) -> dict[str, list[tuple[float, float]]]:
    from playwright.sync_api import sync_playwright

    seen: dict[str, list[tuple[float, float]]] = {"cold": [], "warm": []}
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for turn in range(repeats):
            with running_server(home) as base:
                page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
                page.goto(f"{base}/sign-in")
                page.fill("[name=username]", "lin")
                page.fill("[name=password]", PASSWORD)
                page.press("[name=password]", "Enter")
                page.wait_for_selector("#ledger")
                address = f"{base}/clients/1/?tab=money"
                seen["cold"].append(measure_page(page, address))
                if turn == repeats - 1:
                    seen["warm"] = [measure_page(page, address) for _ in range(repeats)]
                page.context.close()
        browser.close()
    return seen


def reports(home: Path, folder: Path) -> dict[str, float]:
    made = {}
    for name, words in (("one", [str(folder / "one.pdf"), "--clients", "C0001"]), ("all", [str(folder / "all.zip")])):
        begun = time.perf_counter()
        report = dakehu(home, "report", *words, "--as", "lin")
        made[name] = time.perf_counter() - begun
        made[f"{name}_count"] = report["counts"]["clients"]
        made[f"{name}_bytes"] = Path(words[0]).stat().st_size
    return made


def main() -> None:
    line = argparse.ArgumentParser(description=__doc__)
    line.add_argument("--repeats", type=int, default=20)
    line.add_argument("--home", type=Path)
    given = line.parse_args()
    with tempfile.TemporaryDirectory(prefix="dakehu-bench-") as made:
        home, folder = given.home or Path(made) / "home", Path(made)
        if not (home / "dakehu.sqlite3").exists():
            home.mkdir(parents=True, exist_ok=True)
            create_desk(home, folder)
        print(f"load {os.getloadavg()[0]:.1f}", flush=True)
        for state, times in measure_in_browser(home, given.repeats).items():
            for place, what in enumerate(("first figure", "line drawn")):
                ms = sorted(pair[place] * 1000 for pair in times)
                p95 = ms[min(len(ms) - 1, round(0.95 * (len(ms) - 1)))]
                print(f"{state:5} {what:13} p50 {statistics.median(ms):6.0f} ms  p95 {p95:6.0f} ms", flush=True)
        report = reports(home, folder)
        print(
            f"one report, the start of the program included: {report['one']:.2f} s, {report['one_bytes'] / 1e3:.0f} kB"
        )
        print(
            f"{report['all_count']} reports in one ZIP: {report['all']:.1f} s, {report['all_count'] / report['all']:.1f} a second,"
            f" {report['all_bytes'] / 1e6:.1f} MB; load {os.getloadavg()[0]:.1f}"
        )


if __name__ == "__main__":
    main()
