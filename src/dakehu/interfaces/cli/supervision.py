"""Child processes kept running: one that ends is started again, at once after a long life, later and later after short ones."""

import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from dakehu.foundation.base.i18n import Bilingual, bilingual

STEADY = 10.0  # seconds after which a process counts as having run well
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0  # seconds
TICK = 0.1
GIVE_UP = 5  # failures in a row, where a process never ran well


def delay_after(failures: int) -> float:
    """Seconds to wait before the next start; `failures` counts short lives in a row."""
    return 0.0 if failures == 0 else min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** (failures - 1))


@dataclass
class Child:
    """One process and how it fared."""

    label: Bilingual
    command: Sequence[str]
    environment: dict[str, str]
    process: "subprocess.Popen[Any] | None" = None
    started: float = 0.0
    failures: int = 0
    due: float = 0.0
    ran_well: bool = field(default=False)

    def start(self) -> None:
        self.process = subprocess.Popen(list(self.command), env=self.environment)
        self.started = time.monotonic()

    def note_end(self, moment: float) -> int | None:
        """The status of a process that has just ended, with the next start set; None while it runs."""
        if self.process is None or (status := self.process.poll()) is None:
            self.ran_well = self.ran_well or (self.process is not None and moment - self.started > STEADY)
            return None
        self.failures = 0 if moment - self.started > STEADY else self.failures + 1
        self.due, self.process = moment + delay_after(self.failures), None
        return int(status)

    @property
    def is_hopeless(self) -> bool:
        return not self.ran_well and self.failures >= GIVE_UP


def supervise(children: list[Child], stopping: threading.Event, tell: Callable[[Bilingual], None]) -> bool:
    """Keep all children running until `stopping` is set. False where one never ran well and failed again and again."""
    for child in children:
        child.start()
    while not stopping.wait(TICK):
        moment = time.monotonic()
        for child in children:
            status = child.note_end(moment)
            if status is not None:
                tell(_ended(child, status))
                if child.is_hopeless:
                    return False
            if child.process is None and moment >= child.due:
                child.start()
    return True


def _ended(child: Child, status: int) -> Bilingual:
    return bilingual(
        "{what}意外结束（状态 {status}），{wait:.1f} 秒后重新启动。",
        "The {what_en} ended unexpectedly (status {status}); it is started again in {wait:.1f} s.",
        what=child.label.zh,
        what_en=child.label.en,
        status=status,
        wait=delay_after(child.failures),
    )


def end(children: list[Child], patience: float = 15) -> None:
    """End all children: politely, and after `patience` seconds by force."""
    running = [child.process for child in children if child.process is not None and child.process.poll() is None]
    for process in running:
        process.terminate()
    until = time.monotonic() + patience
    for process in running:
        try:
            process.wait(timeout=max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
