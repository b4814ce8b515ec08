"""The desk as a process: its database made ready, served, and worked for in the background."""

import signal
import subprocess
import sys
import threading
import time
import webbrowser
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import psutil
from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.worker import run_worker

WAIT = 60  # seconds for the server to answer


def owner_alias() -> str:
    """The connection that may change tables: the owner's where there is one."""
    return "owner" if "owner" in settings.DATABASES else DEFAULT_DB_ALIAS


def migrate() -> None:
    call_command("migrate", database=owner_alias(), interactive=False, verbosity=0)
    if owner_alias() != DEFAULT_DB_ALIAS:
        connections["owner"].close()


def make_ready() -> None:
    """Bring the database up to date where that is ours to do: always on SQLite, with the owner's address elsewhere."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not behind:
        return
    if connections[DEFAULT_DB_ALIAS].vendor == "postgresql" and owner_alias() == DEFAULT_DB_ALIAS:
        raise Refused(
            bilingual(
                "数据库结构不是最新。请设置 DAKEHU_OWNER_URL 后运行 dakehu migrate。",
                "The database is behind. Set DAKEHU_OWNER_URL and run dakehu migrate.",
            )
        )
    migrate()


def work() -> int:
    """Run background jobs until told to stop, or until whoever started us is gone."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    parent = psutil.Process().parent()

    def watch() -> None:
        while not stop.wait(2):
            if parent is not None and not parent.is_running():
                stop.set()

    threading.Thread(target=watch, daemon=True).start()
    beat = Path(settings.DAKEHU_HOME) / "run" / "worker"
    beat.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    def seen() -> None:
        while not stop.is_set():
            beat.touch()  # the system page tells by this file that a worker lives
            stop.wait(5)

    threading.Thread(target=seen, daemon=True).start()
    run_worker(stop)
    return 0


def serve(host: str, port: int, *, browser: bool = True) -> int:
    """Serve the desk with a worker beside it, until stopped. Both are spawned, never forked (polars would hang)."""
    if _taken(host, port):
        raise Refused(
            {
                "port": [
                    bilingual(
                        "端口 {port} 已被占用，请用 --port 换一个。",
                        "Port {port} is in use; choose another with --port.",
                        port=port,
                    )
                ]
            }
        )
    for connection in connections.all(initialized_only=True):
        connection.close()
    web = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        "2",
        "--blocking-threads",
        "8",
        "--workers-kill-timeout",
        "10s",
        "--log-level",
        "error",
        "--no-access-log",
        "dakehu.project.wsgi:application",
    ]
    children = [subprocess.Popen(web), subprocess.Popen([sys.executable, "-m", "dakehu.interfaces.cli.main", "work"])]
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    address = f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0') else host}:{port}/"  # noqa: S104
    try:
        if _answers(address, children[0], stopping):
            print(
                str(
                    bilingual(
                        "工作台已就绪：{address} (Ctrl+C 停止)",
                        "The desk is ready: {address} (Ctrl+C stops it)",
                        address=address,
                    )
                ),
                flush=True,
            )
            if browser:
                webbrowser.open(address)
        while not stopping.wait(1):
            if any(child.poll() is not None for child in children):
                return 1
        return 0
    finally:
        _end(children)


def _taken(host: str, port: int) -> bool:
    import socket

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def _answers(address: str, server: "subprocess.Popen[bytes]", stopping: threading.Event) -> bool:
    until = time.monotonic() + WAIT
    while time.monotonic() < until and server.poll() is None and not stopping.is_set():
        try:
            with urlopen(address + "health", timeout=2):  # noqa: S310  (our own address)
                return True
        except (URLError, OSError):
            time.sleep(0.2)
    return False


def _end(children: "list[subprocess.Popen[Any]]") -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(timeout=15)
        except subprocess.TimeoutExpired:
            child.kill()
