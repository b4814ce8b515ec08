"""Desks started next to this one, each a process with its own data directory, database and port: the demonstration,
and the training desk."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
from django.conf import settings

from dakehu.foundation.base.i18n import language
from dakehu.foundation.base.process_lock import ProcessLock
from dakehu.interfaces import training_environment

SIGN_INS = "sign-ins.txt"  # written once a desk of invented clients is prepared
LINES = 9  # written by the command until it serves


@dataclass(frozen=True)
class State:
    """`state`: off, preparing (with the `share` done, 0 to 1), ready or failed. `text`: the last line of its log, the sign-ins
    once it is ready, or where its log is."""

    state: str
    address: str = ""
    text: str = ""
    share: float = 0.0


@dataclass(frozen=True)
class SideDesk:
    """A desk next to this one: the folder of its data directory, the command that serves it, and its environment."""

    name: str
    command: str
    environment: Callable[[Mapping[str, str], Path], dict[str, str]]

    def home(self) -> Path:
        """Return its data directory."""
        return Path(settings.DAKEHU_HOME) / self.name

    def read_state(self) -> State:
        """Return its state, whether it was started from here or by its command."""
        process = self._process()
        holder = ProcessLock(self.home() / "run" / "serve.lock").holder()
        if holder and _answers(str(holder.get("address", ""))):
            return State("ready", str(holder.get("address", "")), _read(self.home() / SIGN_INS))
        if process is not None:
            lines = _read(self._log()).splitlines()
            return State("preparing", text=lines[-1] if lines else "", share=min(0.95, len(lines) / LINES))
        return State("failed" if self._record().exists() else "off", text=str(self._log()))

    def start(self, *options: str) -> None:
        """Start it unless it runs; it writes its progress to its own log."""
        if self._process() is not None:
            return
        self.home().mkdir(parents=True, exist_ok=True, mode=0o700)
        self._log().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        around = self.environment(os.environ, self.home())
        around["LANG"] = around["LC_ALL"] = "en_US.UTF-8" if language() == "en" else "zh_CN.UTF-8"
        around["PYTHONIOENCODING"] = "utf-8"
        words = [
            sys.executable,
            "-m",
            "dakehu.interfaces.cli.main",
            self.command,
            "--port",
            str(_free_port()),
            *options,
        ]
        with os.fdopen(os.open(self._log(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as log:
            started = subprocess.Popen(
                words, env=around, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        facts = {"pid": started.pid, "started": psutil.Process(started.pid).create_time()}
        self._record().write_text(json.dumps(facts))

    def stop(self) -> None:
        """Stop it if this desk started it; does nothing where none runs."""
        process = self._process()
        if process is not None:
            with suppress(psutil.Error):
                process.terminate()
                process.wait(timeout=10)
        self._record().unlink(missing_ok=True)

    def _process(self) -> psutil.Process | None:
        """Return its running process, None for an id reused by another process."""
        with suppress(OSError, ValueError, KeyError, psutil.Error):
            facts: dict[str, Any] = json.loads(self._record().read_text())
            process = psutil.Process(facts["pid"])
            if process.create_time() == facts["started"] and process.status() != psutil.STATUS_ZOMBIE:
                return process
        return None

    def _record(self) -> Path:
        return Path(settings.DAKEHU_HOME) / "run" / f"{self.name}.json"

    def _log(self) -> Path:
        return self.home() / "run" / "demo.log"


def _demonstration_environment(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    flag = training_environment.FLAG  # a demonstration next to the training desk sends nothing either
    kept = {name: value for name, value in environment.items() if not name.startswith("DAKEHU_") or name == flag}
    return {**kept, "DAKEHU_HOME": str(home)}


def _training_environment(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    return training_environment.training_environment({**environment, "DAKEHU_HOME": str(home.parent)})


DEMONSTRATION = SideDesk("demonstration", "demo", _demonstration_environment)
TRAINING = SideDesk(training_environment.NAME, "training", _training_environment)


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
