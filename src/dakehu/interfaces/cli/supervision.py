"""Supervision of child processes: one that ends is restarted, at once after a long run, with growing delays after short ones.

All of them can be replaced while they serve: each new process is ready before the one it replaces is stopped.
"""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dakehu.foundation.base.i18n import Bilingual, bilingual

STEADY = 10.0  # seconds after which a process counts as having run well
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0  # seconds
TICK = 0.1
GIVE_UP = 5  # failures in a row, where a process never ran well
READY_WITHIN = 90.0  # seconds for a new process to get ready, else the old one is kept
READY_FILE = "DAKEHU_READY_FILE"  # names the file that a process touches once it is ready

Tell = Callable[[Bilingual], None]


def delay_after(failures: int) -> float:
    """Seconds to wait before the next start; `failures`: consecutive short runs."""
    return 0.0 if failures == 0 else min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** (failures - 1))


@dataclass
class Child:
    """One process and its run history. `sockets` are descriptors that it inherits; `ready` is the file it touches when ready."""

    label: Bilingual
    command: Sequence[str]
    environment: dict[str, str]
    process: "subprocess.Popen[Any] | None" = None
    started: float = 0.0
    failures: int = 0
    due: float = 0.0
    ran_well: bool = field(default=False)
    sockets: tuple[int, ...] = ()
    ready: Path | None = None
    successor: "subprocess.Popen[Any] | None" = None
    retired: "list[subprocess.Popen[Any]]" = field(default_factory=list)

    def start(self) -> None:
        self.process = self.spawn()
        self.started = time.monotonic()

    def spawn(self) -> "subprocess.Popen[Any]":
        """Start another process of this kind and return it."""
        environment = self.environment
        if self.ready is not None:
            self.ready.unlink(missing_ok=True)
            environment = {**environment, READY_FILE: str(self.ready)}
        return subprocess.Popen(list(self.command), env=environment, pass_fds=self.sockets)

    def note_end(self, moment: float) -> int | None:
        """Return the status of a process that has just ended, and set its next start; None while it runs."""
        if self.process is None or (status := self.process.poll()) is None:
            self.ran_well = self.ran_well or (self.process is not None and moment - self.started > STEADY)
            return None
        self.failures = 0 if moment - self.started > STEADY else self.failures + 1
        self.due, self.process = moment + delay_after(self.failures), None
        return int(status)

    def is_successor_ready(self, age: float) -> bool | None:
        """Return whether the successor process is ready; None while that is not known. One that touches no file
        counts as ready after it has run for a while."""
        if self.successor is None or self.successor.poll() is not None:
            return False
        if self.ready is None:
            return True if age > STEADY / 2 else None
        if self.ready.exists():
            return True
        return False if age > READY_WITHIN else None

    @property
    def is_hopeless(self) -> bool:
        return not self.ran_well and self.failures >= GIVE_UP


def supervise(
    children: list[Child], stopping: threading.Event, tell: Tell, renewing: threading.Event | None = None
) -> bool:
    """Keep all children running until `stopping` is set, and replace them whenever `renewing` is set. False where one never
    ran well and failed repeatedly."""
    for child in children:
        child.start()
    renewal: Iterator[None] = iter(())
    while not stopping.wait(TICK):
        moment = time.monotonic()
        for child in children:
            status = child.note_end(moment)
            if status is not None:
                tell(_ended_text(child, status))
                if child.is_hopeless:
                    return False
            if child.process is None and moment >= child.due:
                child.start()
        if next(renewal, True) and renewing is not None and renewing.is_set():
            renewing.clear()
            renewal = renew(children, tell)
    return True


def renew(children: list[Child], tell: Tell) -> Iterator[None]:
    """Replace each child by a new process in turn. Yields while it waits, since processes must be started by
    the thread that lives as long as they do: on Linux they end with it. If a new one does not get ready, the present
    ones continue."""
    for child in children:
        child.successor, begun = child.spawn(), time.monotonic()
        while (is_ready := child.is_successor_ready(time.monotonic() - begun)) is None:
            yield
        if not is_ready:
            child.successor.kill()
            child.successor.wait()
            child.successor = None
            tell(_not_replaced_text(child))
            return
        old, child.process, child.started, child.successor = child.process, child.successor, time.monotonic(), None
        if old is None:
            continue
        old.terminate()
        child.retired.append(old)
        while old.poll() is None:  # it finishes its work, without a time limit
            yield
        child.retired.remove(old)
    tell(bilingual("所有进程已更新。", "All processes have been replaced."))


def _not_replaced_text(child: Child) -> Bilingual:
    return bilingual(
        "新的{what}没有就绪，继续使用原来的进程；原因见上方日志。",
        "The new {what_en} did not get ready, so the one before it goes on; the log above says why.",
        what=child.label.zh,
        what_en=child.label.en,
    )


def _ended_text(child: Child, status: int) -> Bilingual:
    return bilingual(
        "{what}意外结束（状态 {status}），{wait:.1f} 秒后重新启动。",
        "The {what_en} ended unexpectedly (status {status}); it is started again in {wait:.1f} s.",
        what=child.label.zh,
        what_en=child.label.en,
        status=status,
        wait=delay_after(child.failures),
    )


def end(children: list[Child], patience: float = 15) -> None:
    """Stop all children: terminate them, and kill them after `patience` seconds."""
    known = [process for child in children for process in (child.process, child.successor, *child.retired)]
    running = [process for process in known if process is not None and process.poll() is None]
    for process in running:
        process.terminate()
    until = time.monotonic() + patience
    for process in running:
        try:
            process.wait(timeout=max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
