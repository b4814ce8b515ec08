"""The demonstration, started beside a desk: a process with a data directory, a database and a port of its own."""

import json
import os
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
from django.conf import settings

from dakehu.foundation.base.i18n import language
from dakehu.foundation.base.process_lock import ProcessLock

NAME = "demonstration"
SIGN_INS = "sign-ins.txt"  # written by `dakehu demo` once it is prepared
LINES = 9  # that `dakehu demo` writes until it serves


@dataclass(frozen=True)
class State:
    """`state`: off, preparing (with the `share` done, 0 to 1), ready or failed. `text`: the last line of its log, the sign-ins
    once it is ready, or where its log is."""

    state: str
    address: str = ""
    text: str = ""
    share: float = 0.0


def home() -> Path:
    """Return the data directory of the demonstration."""
    return Path(settings.DAKEHU_HOME) / NAME


def read_state() -> State:
    """Return how far the demonstration of this desk is."""
    process = _process()
    holder = ProcessLock(home() / "run" / "serve.lock").holder()
    if holder and process is not None and _answers(str(holder.get("address", ""))):
        return State("ready", str(holder.get("address", "")), _read(home() / SIGN_INS))
    if process is not None:
        lines = _read(_log()).splitlines()
        return State("preparing", text=lines[-1] if lines else "", share=min(0.95, len(lines) / LINES))
    return State("failed" if _record().exists() else "off", text=str(_log()))


def start() -> None:
    """Start the demonstration unless it runs; it says how far it is in a log of its own."""
    if _process() is not None:
        return
    home().mkdir(parents=True, exist_ok=True, mode=0o700)
    _log().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DAKEHU_")}
    around = {**kept, "DAKEHU_HOME": str(home()), "LANG": "en_US.UTF-8" if language() == "en" else "zh_CN.UTF-8"}
    around |= {"LC_ALL": around["LANG"], "PYTHONIOENCODING": "utf-8"}
    words = [sys.executable, "-m", "dakehu.interfaces.cli.main", "demo", "--no-browser", "--port", str(_free_port())]
    with os.fdopen(os.open(_log(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as log:
        started = subprocess.Popen(
            words, env=around, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    facts = {"pid": started.pid, "started": psutil.Process(started.pid).create_time()}
    _record().write_text(json.dumps(facts))


def stop() -> None:
    """Stop the demonstration that this desk started; nothing happens where none runs."""
    process = _process()
    if process is not None:
        with suppress(psutil.Error):
            process.terminate()
    _record().unlink(missing_ok=True)


def _process() -> psutil.Process | None:
    """Return the running process of the demonstration; a number that another process has by now does not count."""
    with suppress(OSError, ValueError, KeyError, psutil.Error):
        facts: dict[str, Any] = json.loads(_record().read_text())
        process = psutil.Process(facts["pid"])
        if process.create_time() == facts["started"] and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


def _record() -> Path:
    return Path(settings.DAKEHU_HOME) / "run" / f"{NAME}.json"


def _log() -> Path:
    return home() / "run" / "demo.log"


def _read(path: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        return path.read_text(encoding="utf-8").strip()
    return ""


def _answers(address: str) -> bool:
    parts = urlsplit(address)
    with suppress(OSError), socket.create_connection((parts.hostname or "localhost", parts.port or 80), timeout=1):
        return True
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
