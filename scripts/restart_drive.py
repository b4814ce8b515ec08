"""Count the requests that fail while a desk replaces its processes, and while it is stopped and started again.

    python scripts/restart_drive.py [RESTARTS]                                      (SQLite, in a separate directory)
    python scripts/with_postgres.py -- python scripts/restart_drive.py [RESTARTS]   (PostgreSQL)

Eight threads read and write, four of them with a new connection for each request, four with a kept-alive one. During
this `dakehu restart` repeatedly replaces all processes. In the last part the whole desk is stopped by SIGTERM and
restarted on a socket held by another process, as with systemd. A request has failed if it got no response, or a
status of 500 or above. Prints the figures; exits with 1 if a request has failed or an acknowledged write is not
stored exactly once.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from kill_the_server import STORED, Desk

THREADS = 8


class Caller(threading.Thread):
    """Sends requests in turn and records the results; even numbers write, the lower half keeps its connection."""

    def __init__(self, desk: Desk, number: int, prefix: str, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.desk, self.number, self.prefix, self.stop = desk, number, prefix, stop
        self.keeps, self.writes = number < THREADS // 2, number % 2 == 0
        self.results: Counter[str] = Counter()
        self.acknowledged: list[str] = []
        self.longest = 0.0
        self.connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        count = 0
        while not self.stop.is_set():
            count += 1
            begun = time.monotonic()
            result = self.ask(f"{self.prefix}{self.number}-{count:06}")
            self.longest = max(self.longest, time.monotonic() - begun)
            self.results[result] += 1

    def ask(self, code: str) -> str:
        """Send one request. A kept connection that the server has closed is reopened, as every client does."""
        headers = {"Authorization": f"Bearer {self.desk.token}", "Content-Type": "application/json"}
        path, body = ("/api/v1/clients?limit=5", None)
        if self.writes:
            path, body = "/api/v1/actions/clients.create", json.dumps({"name": f"测试{code}", "code": code}).encode()
        is_fresh = self.connection is None
        connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.desk.port, timeout=60)
        try:
            connection.request("POST" if body else "GET", path, body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as fault:
            connection.close()
            self.connection = None
            if not is_fresh and isinstance(
                fault, (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)
            ):
                self.results["kept connection closed, opened again"] += 1
                return self.ask(code)
            return f"failed: {type(fault).__name__}"
        is_closed = answer.getheader("Connection", "").lower() == "close"
        if self.keeps and not is_closed:
            self.connection = connection
        else:
            connection.close()
            self.connection = None
        if answer.status in (200, 201) and self.writes:
            self.acknowledged.append(code)
        return str(answer.status) if answer.status < 500 else f"failed: {answer.status}"


def numbers(desk: Desk) -> set[int]:
    return {process.pid for kind in ("web", "worker") for process in desk.processes()[kind]}


def replace_all(desk: Desk) -> float:
    """Replace the processes; return the seconds until all are new."""
    before, begun = numbers(desk), time.monotonic()
    desk.command("restart")
    while numbers(desk) & before or not desk.is_whole():
        if time.monotonic() - begun > 180:
            raise SystemExit("the processes were not replaced within 180 s")
        time.sleep(0.2)
    return time.monotonic() - begun


def start_at_held_socket(desk: Desk, held: socket.socket) -> "subprocess.Popen[Any]":
    """Start the desk as systemd does: with its socket as descriptor 3."""
    start = (
        "import os, sys; os.dup2(int(sys.argv[1]), 3, inheritable=True); "
        "os.environ |= {'LISTEN_PID': str(os.getpid()), 'LISTEN_FDS': '1'}; "
        "os.execv(sys.executable, [sys.executable, '-m', 'dakehu.interfaces.cli.main', *sys.argv[2:]])"
    )
    words = ["serve", "--no-browser", "--port", str(desk.port)]
    return subprocess.Popen(
        [sys.executable, "-c", start, str(held.fileno()), *words],
        env=desk.environment,
        stdout=desk.log,
        stderr=desk.log,
        pass_fds=(held.fileno(),),
    )


def measure_under_load(desk: Desk, prefix: str, work: Any) -> tuple[Counter[str], list[str], float, Any]:
    """Run `work` under load; return request outcomes, acknowledged writes, the longest response, the work's result."""
    stop = threading.Event()
    callers = [Caller(desk, number, prefix, stop) for number in range(THREADS)]
    for caller in callers:
        caller.start()
    time.sleep(2)
    made = work()
    time.sleep(2)
    stop.set()
    for caller in callers:
        caller.join(timeout=120)
    results: Counter[str] = sum((caller.results for caller in callers), Counter())
    acknowledged = [code for caller in callers for code in caller.acknowledged]
    return results, acknowledged, max(caller.longest for caller in callers), made


def stop_and_start(desk: Desk, held: socket.socket) -> float:
    """Stop the desk and restart it on the same socket; return the seconds without a process."""
    desk.serve.terminate()
    desk.serve.wait(timeout=60)
    begun = time.monotonic()
    desk.serve = start_at_held_socket(desk, held)
    while not desk.is_whole():
        time.sleep(0.2)
    while not desk.answers(timeout=60):
        time.sleep(0.1)
    return time.monotonic() - begun


def main() -> int:
    restarts = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory(prefix="dakehu-restart-") as folder:
        desk = Desk(Path(folder) / "home")
        desk.prepare()
        desk.start()
        os.nice(5)
        results, first, longest, seconds = measure_under_load(
            desk, "R", lambda: [replace_all(desk) for _ in range(restarts)]
        )
        failed = sum(count for result, count in results.items() if result.startswith("failed"))
        print(
            f"{restarts} rolling restarts of {', '.join(f'{s:.1f}' for s in seconds)} s: {dict(sorted(results.items()))}"
        )
        print(
            f"failed {failed}; longest request {longest:.2f} s; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
        )
        desk.serve.terminate()
        desk.serve.wait(timeout=60)
        with socket.socket() as held:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind(("127.0.0.1", desk.port))
            held.listen(1024)
            desk.serve = start_at_held_socket(desk, held)
            while not (desk.is_whole() and desk.answers(timeout=60)):
                time.sleep(0.2)
            codes = set(first)
            again, second, wait, down = measure_under_load(desk, "S", lambda: stop_and_start(desk, held))
            lost = sum(count for result, count in again.items() if result.startswith("failed"))
            print(
                f"stopped and started at a held socket ({down:.1f} s without a process): {dict(sorted(again.items()))}"
            )
            print(f"failed {lost}; longest request {wait:.2f} s")
            listed = subprocess.run(
                [sys.executable, "-c", STORED], env=desk.environment, capture_output=True, check=True
            )
            stored = Counter(json.loads(listed.stdout))
            desk.serve.terminate()
            desk.serve.wait(timeout=60)
    codes |= set(second)
    missing, doubled = codes - stored.keys(), [code for code in codes if stored[code] > 1]
    print(f"writes acknowledged {len(codes)}, missing {len(missing)}, doubled {len(doubled)}")
    return int(bool(failed or lost or missing or doubled))


if __name__ == "__main__":
    sys.exit(main())
