"""A lock file that names the process holding a resource, such as a served home. It lapses when the process ends."""

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

try:
    import fcntl
except ImportError:  # not on Windows, where the process named in the file decides alone
    fcntl = None  # type: ignore[assignment]


class ProcessLock:
    """Held from `take` until `release` or the end of the process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def take(self, **facts: Any) -> bool:
        """Acquire it and write `facts`; False where another running process holds it."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        for _ in range(5):  # a process reading the holder locks it briefly
            if _lock(descriptor, self.path):
                break
            time.sleep(0.05)
        else:
            os.close(descriptor)
            return False
        process = psutil.Process()
        text = json.dumps({"pid": process.pid, "started": process.create_time(), **facts})
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text.encode(), 0) if hasattr(os, "pwrite") else os.write(descriptor, text.encode())
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> dict[str, Any] | None:
        """Return the facts written by the current holder; None without one."""
        try:
            descriptor = os.open(self.path, os.O_RDWR)
        except OSError:
            return None
        try:
            if fcntl is not None and _lock(descriptor, self.path):
                return None
            return _facts(self.path) or {}
        finally:
            os.close(descriptor)


def _lock(descriptor: int, path: Path) -> bool:
    if fcntl is None:
        return not _is_running(_facts(path))
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return not _is_running(_facts(path))
    return True


def _facts(path: Path) -> dict[str, Any] | None:
    with suppress(OSError, ValueError):
        made = json.loads(path.read_text())
        return made if isinstance(made, dict) else None
    return None


def _is_running(facts: dict[str, Any] | None) -> bool:
    with suppress(psutil.Error, KeyError, TypeError):
        if facts and facts["pid"] != os.getpid():
            return bool(psutil.Process(facts["pid"]).create_time() == facts["started"])
    return False
