"""Measure the first run: seconds and clicks from an empty data directory to the user's clients, with the real program
and browser.

    python benchmarks/first_run.py [FILE]

The simulated user acts without delay, so that only the desk is measured. Prints one line per step, in seconds
since the command started.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
FILE = ROOT / "examples" / "我的客户表.xlsx"
PORT = 8765
LINK = re.compile(r"http://\S+token=\S+")


@contextmanager
def open_desk(file: Path, home: str, note: Callable[[str], None]) -> Iterator[str]:
    """Run `dakehu open` on an empty home until it has printed its link, which is yielded."""
    words = [sys.executable, "-m", "dakehu.interfaces.cli.main", "open", str(file), "--no-browser", "--port", str(PORT)]
    around = {**os.environ, "DAKEHU_HOME": home, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(words, env=around, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        for line in process.stdout or ():
            if found := LINK.search(line):
                yield found[0]
                return
            note(f"terminal: {line.strip()}")
        raise SystemExit("the desk did not start")
    finally:
        process.terminate()
        process.wait(timeout=60)


def click_through(page: Any, link: str, note: Callable[[str], None]) -> int:
    """Go from the link to the list of clients; return the number of clicks."""
    page.goto(link)
    note("the form of the first account")
    page.fill("[name=name]", "林晓")
    page.fill("[name=password]", "Correct-horse-9")
    page.click("main button[type=submit].button--main")
    page.wait_for_selector("#apply")
    note(f"the file was tried: {page.url.partition(str(PORT))[2]}")
    page.click("#apply button[type=submit]")
    page.wait_for_selector("main a[href^='/clients/']")
    note("imported")
    page.click("nav a[href='/clients/']")
    page.wait_for_selector(".tabulator-row")
    note("the list of clients")
    return 3


def main() -> None:
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    begun = time.perf_counter()

    def note(words: str) -> None:
        print(f"{time.perf_counter() - begun:6.1f} s  {words}", flush=True)

    with tempfile.TemporaryDirectory() as home, sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(locale="zh-CN", viewport={"width": 1440, "height": 900})
        begun = time.perf_counter()
        with open_desk(file, home, note) as link:
            note("the desk answers and prints its link")
            clicks = click_through(page, link, note)
            print(
                f"{clicks} clicks after the link, {time.perf_counter() - begun:.1f} s in all, load {os.getloadavg()[0]:.1f}"
            )
        browser.close()


if __name__ == "__main__":
    main()
