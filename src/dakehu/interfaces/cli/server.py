"""The server process of the desk: prepare the database, serve requests, and run background jobs."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import psutil
from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from dakehu.foundation.base import pending_restore
from dakehu.foundation.base.clock import now
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual, language
from dakehu.foundation.base.parent_watch import SUPERVISED
from dakehu.foundation.database.migration_state import rendered_in_place
from dakehu.foundation.installation import derived_data, key_check
from dakehu.foundation.jobs.queue import worker_beat
from dakehu.foundation.worker import run_worker
from dakehu.interfaces import side_desk
from dakehu.interfaces.cli import links, listen_socket, supervision
from dakehu.interfaces.cli.backup import backup_lock
from dakehu.interfaces.cli.supervision import Child
from dakehu.interfaces.operations import readiness

Announce = Callable[[str], None]
WAIT = 60  # seconds for the server to answer
PATIENCE = 5  # seconds until a "still running" message
BEAT = 2  # seconds between two heartbeats of the worker
END_WITHIN = 35.0  # seconds that processes have to finish their work when the desk stops
# Web processes share a socket and are independent: if two are killed within the seconds that a start takes, the third
# answers.
WEB_PROCESSES, WORKERS_EACH = (1, 2) if sys.platform == "win32" else (3, 1)


def tell(words: Bilingual) -> None:
    print(str(words), file=sys.stderr, flush=True)


# --- the database ----------------------------------------------------------------------------------


def owner_alias() -> str:
    """Return the alias of the connection that may change tables: the owner's if there is one."""
    return "owner" if "owner" in settings.DATABASES else DEFAULT_DB_ALIAS


def migrate() -> None:
    """Migrate the tables and rebuild derived data; complete only when both are done."""
    steps, begun = len(_steps_behind()), time.monotonic()
    if steps:
        tell(bilingual("正在准备数据库（{n} 步）…", "Preparing the database ({n} steps) …", n=steps))
    with _waiting_notice(bilingual("仍在准备数据库…", "Still preparing the database …")), rendered_in_place():
        call_command("migrate", database=owner_alias(), interactive=False, verbosity=0)
    if steps:
        tell(
            bilingual("数据库已就绪（{s:.0f} 秒）。", "The database is ready ({s:.0f} s).", s=time.monotonic() - begun)
        )
    if owner_alias() != DEFAULT_DB_ALIAS:
        connections["owner"].close()
    key_check.check_keys()
    _rebuild_derived()


@contextmanager
def _waiting_notice(words: Bilingual) -> Iterator[None]:
    """Print every few seconds that the work is still running, with the elapsed time."""
    done, text = threading.Event(), str(words)

    def say_so() -> None:
        begun = time.monotonic()
        while not done.wait(PATIENCE):
            print(f"{text} {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)

    threading.Thread(target=say_so, daemon=True).start()
    try:
        yield
    finally:
        done.set()


def make_ready() -> None:
    """Migrate the database where this process may do so: always on SQLite, elsewhere with the owner's address.
    Raises KeyTrouble where the keys are not those of this database."""
    _clean_up_restore()
    if _steps_behind():
        if connections[DEFAULT_DB_ALIAS].vendor == "postgresql" and owner_alias() == DEFAULT_DB_ALIAS:
            raise Refused(
                bilingual(
                    "数据库结构不是最新。请设置 DAKEHU_OWNER_URL 后运行 dakehu migrate。",
                    "The database is behind. Set DAKEHU_OWNER_URL and run dakehu migrate.",
                )
            )
        migrate()
        return
    key_check.check_keys()
    _rebuild_derived()


def _clean_up_restore() -> None:
    """Remove the leftovers of a killed restore or backup; refuse where a restore has still to load its database."""
    home = Path(settings.DAKEHU_HOME)
    if (home / pending_restore.LOADING).exists():
        raise refusal(
            "home",
            "上次恢复没有完成，数据库还没有载入。请再运行一次 dakehu restore。",
            "A restore has not been completed: its database is still to be loaded. Run dakehu restore again.",
        )
    lock = backup_lock()
    if lock.holder() is None:
        pending_restore.remove_leftovers(home)


def _steps_behind() -> list[Any]:
    """Return the pending migrations. Raises Refused where the database has some that this version lacks."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    ours = {app for app, _ in executor.loader.disk_migrations}
    later = [key for key in executor.loader.applied_migrations if key[0] in ours and not _is_known(executor, key)]
    if later:
        raise Refused(
            bilingual(
                "数据库由更新的版本建立（{names}）。请安装新版 dakehu。",
                "A later version wrote this database ({names}). Install that version of dakehu.",
                names=", ".join(".".join(key) for key in sorted(later)),
            )
        )
    return list(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _is_known(executor: MigrationExecutor, key: tuple[str, str]) -> bool:
    replaced = {name for made in executor.loader.replacements.values() for name in made.replaces}
    return key in executor.loader.disk_migrations or key in replaced


def _rebuild_derived() -> None:
    if derived_data.is_current():
        return
    begun = time.monotonic()
    counts = derived_data.rebuild(tell)
    if total := sum(counts.values()):
        tell(
            bilingual(
                "已为 {n} 条记录重建搜索索引（{s:.0f} 秒）。",
                "The search index of {n} records was built again ({s:.0f} s).",
                n=total,
                s=time.monotonic() - begun,
            )
        )


# --- the worker ------------------------------------------------------------------------------------


def work() -> int:
    """Run background jobs until stopped, or until the parent process has ended."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    parent = psutil.Process().parent()

    def stop_with_parent() -> None:
        while not stop.wait(BEAT):
            if parent is not None and not parent.is_running():
                stop.set()

    def beat() -> None:
        while not stop.is_set():
            with suppress(OSError):  # a full disk does not stop the worker
                worker_beat().write_text(str(os.getpid()))
            stop.wait(BEAT)

    for body in (stop_with_parent, beat):
        threading.Thread(target=body, daemon=True).start()
    run_worker(stop)
    return 0


# --- the server ------------------------------------------------------------------------------------


def serve(
    host: str, port: int, *, browser: bool = True, announce: Announce | None = None, with_worker: bool = True
) -> int:
    """Serve the desk, with a worker unless one runs elsewhere, until stopped. Children that exit unexpectedly are restarted; all
    end with this process. Children are spawned, never forked (polars would hang). SIGUSR2 replaces all of them
    in turn, without losing a request. `announce` is called with the address once the desk answers; without it
    the address is printed and opened, on an empty desk with a one-time link."""
    address = f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0') else host}:{port}/"  # noqa: S104
    announce = announce or _announcement(host, browser)
    lock = links.serve_lock()
    is_first = lock.take(address=address, since=now().isoformat())
    if not is_first and connections[DEFAULT_DB_ALIAS].vendor == "sqlite":
        raise _served_elsewhere_refusal(lock.holder() or {})
    if not is_first:
        tell(
            bilingual(
                "{address} 也在为这个数据目录服务；用 PostgreSQL 时可以同时运行。",
                "{address} serves this data directory too; on PostgreSQL both may run.",
                address=(lock.holder() or {}).get("address", "?"),
            )
        )
    opened = _listening(host, port)
    for connection in connections.all(initialized_only=True):
        connection.close()
    stopping, renewing = threading.Event(), threading.Event()
    if hasattr(signal, "SIGUSR2"):
        signal.signal(signal.SIGUSR2, lambda *_: renewing.set())
    for number in (signal.SIGTERM, signal.SIGINT, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])):
        signal.signal(number, lambda *_: stopping.set())
    tell(bilingual("正在启动网页和后台进程…", "Starting the web processes and the worker …"))
    children = _web_children(host, port, opened, with_worker=with_worker)
    threading.Thread(target=_announce_ready, args=(address, stopping, announce), daemon=True).start()
    try:
        if supervision.supervise(children, stopping, tell, renewing):
            _drain()
            return 0
        tell(
            bilingual(
                "反复启动失败，工作台已停止；原因见上方日志。",
                "It failed to start again and again, so the desk has stopped; the log above says why.",
            )
        )
        return 1
    finally:
        stopping.set()
        for desk in (side_desk.DEMONSTRATION, side_desk.TRAINING):
            desk.stop()
        supervision.end(children, END_WITHIN)
        if opened is not None:
            opened.close()
        readiness.end_draining(str(os.getpid()))
        for child in children:
            if child.ready is not None:
                child.ready.unlink(missing_ok=True)
        lock.release()


def check_port(host: str, port: int) -> None:
    """Raise Refused, naming the holder, where a port is in use."""
    if _is_port_in_use(host, port):
        raise refusal("port", *_port_holder(port), port=port)


def _listening(host: str, port: int) -> socket.socket | None:
    """Return the socket shared by the web processes: that of the service manager (systemd), else a new one.
    None where processes cannot inherit it. Raises Refused where the port is in use."""
    handed = listen_socket.handed_socket()
    if handed is not None:
        return handed
    check_port(host, port)
    if sys.platform == "win32":
        return None
    try:
        return listen_socket.open_socket(host, port)
    except OSError:
        raise refusal("port", *_port_holder(port), port=port) from None


def _web_children(host: str, port: int, opened: socket.socket | None, *, with_worker: bool) -> list[Child]:
    environment = {**os.environ, SUPERVISED: str(os.getpid())}
    program = [sys.executable, "-m", "dakehu.interfaces.cli.child", str(os.getpid())]
    descriptor = opened.fileno() if opened is not None else -1
    web = [*program, "web", host, str(port), str(WORKERS_EACH), str(descriptor)]
    run = Path(settings.DAKEHU_HOME) / "run"
    children = [
        Child(
            bilingual("网页进程", "web process"),
            web,
            environment,
            sockets=(descriptor,) if opened is not None else (),
            ready=run / f"ready-{os.getpid()}-{number}",
        )
        for number in range(WEB_PROCESSES)
    ]
    if with_worker:
        children.append(Child(bilingual("后台进程", "background worker"), [*program, "work"], environment))
    return children


def _drain() -> None:
    """Mark the desk as draining, and give load balancers time to notice."""
    if settings.DRAIN_SECONDS > 0:
        readiness.begin_draining(str(os.getpid()))
        time.sleep(settings.DRAIN_SECONDS)


def restart() -> int:
    """Have the desk of this home replace its processes in turn; return the id of its main process."""
    holder = links.serve_lock().holder()
    if holder is None or not hasattr(signal, "SIGUSR2"):
        raise refusal(
            "",
            "工作台没有在这台机器上运行。请用 dakehu serve 启动。",
            "The desk does not run on this machine. Start it with dakehu serve.",
        )
    os.kill(int(holder["pid"]), signal.SIGUSR2)
    return int(holder["pid"])


def _served_elsewhere_refusal(holder: dict[str, Any]) -> Refused:
    return refusal(
        "home",
        "数据目录 {home} 的工作台已在 {address} 运行（进程 {pid}，{since} 起）。请直接打开，或先停止它。",
        "The desk of {home} already runs at {address} (process {pid}, since {since}). Open that, or stop it first.",
        home=settings.DAKEHU_HOME,
        address=holder.get("address", "?"),
        pid=holder.get("pid", "?"),
        since=str(holder.get("since", "?"))[:19],
    )


def _is_port_in_use(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def _port_holder(port: int) -> tuple[str, str]:
    """Return the sentence about a port in use: by another desk, if that can be detected, or by another program."""
    with suppress(psutil.Error, OSError):
        for found in psutil.net_connections(kind="tcp"):
            if found.pid and found.status == psutil.CONN_LISTEN and found.laddr.port == port:
                process = psutil.Process(found.pid)
                if any("dakehu" in word for word in process.cmdline()) or SUPERVISED in process.environ():
                    home = process.environ().get("DAKEHU_HOME", "~/.dakehu")
                    return (
                        f"端口 {{port}} 已被另一个 dakehu 占用（进程 {found.pid}，数据目录 {home}），请用 --port 换一个。",
                        f"Port {{port}} is in use by another dakehu (process {found.pid}, home {home}); choose another with "
                        "--port.",
                    )
    return "端口 {port} 已被占用，请用 --port 换一个。", "Port {port} is in use; choose another with --port."


def _announce_ready(address: str, stopping: threading.Event, announce: Announce) -> None:
    """Call `announce` with the address once the desk answers there."""
    until = time.monotonic() + WAIT
    while time.monotonic() < until and not stopping.is_set():
        with suppress(URLError, OSError), urlopen(address + "health", timeout=2):  # noqa: S310  (our own address)
            announce(address)
            return
        time.sleep(0.2)


def _announcement(host: str, browser: bool) -> Announce:
    """Return the function that announces the desk; prepared in advance, as its thread has no reader or database."""
    spoken, is_empty = language(), not links.has_staff()
    ready = bilingual("工作台已就绪 (Ctrl+C 停止)：", "The desk is ready (Ctrl+C stops it):")

    def announce(address: str) -> None:
        if not is_empty:
            links.show(ready, address, browser=browser, spoken=spoken)
        elif links.can_be_opened_here(host):
            links.show(ready, address, browser=False, spoken=spoken)
            links.show(links.FIRST, links.issue_first_link(address)[1], browser=browser, spoken=spoken)
        else:
            links.show(ready, address, browser=False, spoken=spoken)
            print(links.NO_LINK.in_(spoken), flush=True)

    return announce
