"""Measure what open pages cost: memory and processor time of the web processes with 200 streams, and how late changes arrive.

    dakehu demo --no-serve          with DAKEHU_HOME=SOMEWHERE
    python scripts/live_pages.py SOMEWHERE [--pages 200] [--seconds 30] [--port 8899]

All users of the demonstration sign in; their pages (client, board, calendar) are open as in a browser. A relationship
manager plans a follow-up every few seconds.
"""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import psutil

USERS = ("lin", "zhou", "he", "an", "gu", "shen", "lu", "wang", "meng", "hao", "bai", "liang", "mai", "ou")
EVERY = 3.0  # seconds between two changes
TOKEN = re.compile(r'name="csrf" content="([^"]+)"')


def sign_in(base: str, user: str, password: str) -> httpx.Client:
    """Return a browser with a signed-in user."""
    browser = httpx.Client(base_url=base, follow_redirects=True, timeout=60)
    form = browser.get("/sign-in").text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    values = {"username": user, "password": password, "csrfmiddlewaretoken": token[1] if token else ""}
    if "sign-in" in str(browser.post("/sign-in", data=values).url):
        sys.exit(f"{user} cannot sign in")
    return browser


def serve_desk(home: Path, port: int) -> "subprocess.Popen[bytes]":
    """Serve the desk of this directory; return once it responds."""
    command = [sys.executable, "-m", "dakehu.interfaces.cli.main", "serve", "--port", str(port), "--no-browser"]
    process = subprocess.Popen(command, env={**os.environ, "DAKEHU_HOME": str(home)}, stdout=subprocess.DEVNULL)
    for _ in range(240):
        try:
            if httpx.get(f"http://localhost:{port}/health", timeout=2).status_code == 200:
                return process
        except httpx.HTTPError:
            time.sleep(0.5)
    sys.exit("the desk does not answer")


def web_processes(process: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    """Return the processes that serve requests, including their children."""
    every = psutil.Process(process.pid).children(recursive=True)
    return [one for one in every if " work" not in " ".join(one.cmdline())]


def resource_usage(processes: list[psutil.Process]) -> tuple[float, float]:
    """Return (unshared memory in MB, processor time in seconds) of all of them."""
    memory = sum(one.memory_full_info().uss for one in processes) / 1e6
    return memory, sum(sum(one.cpu_times()[:2]) for one in processes)


async def listen_to_stream(port: int, path: str, cookie: str, told: list[tuple[str, float]]) -> None:
    """Keep one stream open and record when a change arrives."""
    reader, writer = await asyncio.open_connection("localhost", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
    status = await reader.readline()
    if b" 200 " not in status:
        told.append((f"refused {status!r}", time.time()))
        return
    while line := await reader.readline():
        if line.startswith(b"event: changed"):
            told.append((path, time.time()))


async def measure(port: int, password: str, pages: int, seconds: float, process: Any) -> dict[str, Any]:
    """Open the pages, make periodic changes, and return the figures."""
    base = f"http://localhost:{port}"
    browsers = {user: sign_in(base, user, password) for user in USERS}
    lin = browsers["lin"]
    client = lin.get("/clients/rows").json()["rows"][0]["id"]
    token = (TOKEN.search(lin.get(f"/clients/{client}/").text) or [""] * 2)[1]
    for browser in browsers.values():  # every process has served a request before measurement
        for _ in range(6):
            browser.get("/opportunities/")
    web = web_processes(process)
    await asyncio.sleep(2)
    before, idle_from = resource_usage(web), time.time()
    await asyncio.sleep(10)
    idle = (resource_usage(web)[1] - before[1]) / (time.time() - idle_from)
    told: list[tuple[str, float]] = []
    tasks = []
    for number in range(pages):
        user = USERS[number % len(USERS)]
        reaches = user in ("lin", "zhou", "he", "an")
        path = (
            f"/live/client/{client}/stream"
            if reaches
            else f"/live/{('opportunities', 'calendar')[number % 2]}/0/stream"
        )
        cookie = f"sessionid={browsers[user].cookies['sessionid']}"
        tasks.append(asyncio.create_task(listen_to_stream(port, path, cookie, told)))
    await asyncio.sleep(5)
    quiet, quiet_from = resource_usage(web), time.time()
    await asyncio.sleep(seconds)
    after_quiet, quiet_seconds = resource_usage(web), time.time() - quiet_from
    changes, busy_from, delays = 0, time.time(), []
    while time.time() - busy_from < seconds:
        mark, at = len(told), time.time()
        values = {"subject": f"{changes}", "due_on": "2027-01-05"}
        headers = {"X-CSRFToken": token, "HX-Request": "true"}
        address = f"/clients/{client}/actions/service.plan_follow_up"
        answer = await asyncio.to_thread(lin.post, address, data=values, headers=headers)
        answer.raise_for_status()
        changes += 1
        await asyncio.sleep(EVERY)
        delays += [moment - at for path, moment in told[mark:] if path.startswith("/live/client")]
    busy, busy_seconds = resource_usage(web), time.time() - busy_from
    for task in tasks:
        task.cancel()
    refused = [path for path, _ in told if path.startswith("refused")]
    delays.sort()
    return {
        "pages": pages,
        "refused": len(refused),
        "memory_mb_before": round(before[0], 1),
        "memory_mb_open": round(busy[0], 1),
        "memory_kb_per_page": round((busy[0] - before[0]) * 1000 / pages, 1),
        "core_percent_idle": round(idle * 100, 2),
        "core_percent_quiet": round((after_quiet[1] - quiet[1]) / quiet_seconds * 100, 2),
        "core_percent_quiet_per_page": round((after_quiet[1] - quiet[1]) / quiet_seconds * 100 / pages, 4),
        "core_percent_changes": round((busy[1] - after_quiet[1]) / busy_seconds * 100, 2),
        "core_percent_changes_per_page": round((busy[1] - after_quiet[1]) / busy_seconds * 100 / pages, 4),
        "changes": changes,
        "told": len(delays),
        "seconds_until_told_median": round(delays[len(delays) // 2], 2) if delays else None,
        "seconds_until_told_largest": round(delays[-1], 2) if delays else None,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--port", type=int, default=8899)
    given = parser.parse_args()
    found = re.search(r"Yanshi-[0-9a-f-]+", (given.home / "sign-ins.txt").read_text(encoding="utf-8"))
    if found is None:
        sys.exit("no password in sign-ins.txt: make the desk with dakehu demo")
    process = serve_desk(given.home, given.port)
    try:
        made = asyncio.run(measure(given.port, found[0], given.pages, given.seconds, process))
    finally:
        begun = time.time()
        process.terminate()
        process.wait(60)
    made["seconds_to_stop"] = round(time.time() - begun, 1)
    print(json.dumps(made, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
