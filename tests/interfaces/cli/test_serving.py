"""The served desk as processes: what ends is restarted, no process outlives its parent, and a second desk is refused."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from urllib.request import urlopen

import psutil
import pytest

from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.base.process_lock import ProcessLock
from dakehu.interfaces.cli import supervision
from dakehu.interfaces.cli.supervision import Child, delay_after
from tests.program import migrated_desk

PATIENCE = 60  # seconds; only how long a test waits before it fails


def wait_for(what):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        made = what()
        if made:
            return made
        time.sleep(0.1)
    raise AssertionError(f"waited {PATIENCE} s in vain")


class Served:
    def __init__(self, home):
        self.desk = migrated_desk(home)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        words = [sys.executable, "-m", "dakehu.interfaces.cli.main", "serve", "--no-browser", "--port", str(self.port)]
        self.process = subprocess.Popen(
            words, env=self.desk.around, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def health(self):
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5) as answer:
                return json.loads(answer.read())
        except OSError:
            return None

    def children(self):
        return {child.pid: child for child in psutil.Process(self.process.pid).children(recursive=True)}

    def worker(self):
        return next((c for c in self.children().values() if c.cmdline()[-1:] == ["work"]), None)


@pytest.fixture
def served(tmp_path):
    made = Served(tmp_path / "home")
    wait_for(lambda: (made.health() or {}).get("worker"))
    yield made
    if made.process.poll() is None:
        made.process.terminate()
        made.process.wait(timeout=60)


def test_whatever_is_killed_comes_back_and_nothing_outlives_the_desk(served):
    count = len(served.children())
    for pid in list(served.children()):
        if psutil.pid_exists(pid):
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda gone=pid: gone not in served.children() and len(served.children()) == count)
        wait_for(served.health)
    wait_for(lambda: served.health()["worker"])
    left = served.children()
    served.process.kill()
    served.process.wait()
    wait_for(lambda: not [child for child in left.values() if child.is_running() and child.status() != "zombie"])


def test_a_second_desk_for_the_same_home_points_to_the_first(served, tmp_path):
    report = served.desk.report("serve", "--no-browser", "--port", "0", status=1)["refused"]["home"][0]
    assert str(served.port) in report and str(served.process.pid) in report
    other = migrated_desk(tmp_path / "other")
    assert (
        "另一个 dakehu" in other.report("serve", "--no-browser", "--port", served.port, status=1)["refused"]["port"][0]
    )


def test_without_a_worker_the_health_says_since_when(served):
    served.worker().kill()
    wait_for(lambda: served.health()["worker_seen"])
    assert set(served.health()) >= {"state", "worker", "worker_seen"}


def test_who_dies_young_waits_longer_and_longer_and_who_lived_long_does_not():
    assert [delay_after(n) for n in range(5)] == [0, 0.5, 1, 2, 4] and delay_after(50) == 30


def test_what_never_runs_well_is_given_up(monkeypatch):
    monkeypatch.setattr(supervision, "FIRST_DELAY", 0.0)
    child = Child(
        bilingual("试验进程", "trial process"), [sys.executable, "-c", "raise SystemExit(3)"], dict(os.environ)
    )
    said = []
    assert supervision.supervise([child], threading.Event(), said.append) is False
    assert len(said) == supervision.GIVE_UP and "状态 3" in said[0].in_("zh")


def test_a_lock_lapses_with_its_process(tmp_path):
    path = tmp_path / "run" / "x.lock"
    hold = (
        "import sys, time; from pathlib import Path; from dakehu.foundation.base.process_lock import ProcessLock\n"
        "lock = ProcessLock(Path(sys.argv[1])); print(lock.take(address='here'), flush=True); time.sleep(600)"
    )
    holder = subprocess.Popen([sys.executable, "-c", hold, str(path)], stdout=subprocess.PIPE)
    assert holder.stdout.readline().strip() == b"True"
    mine = ProcessLock(path)
    assert not mine.take() and mine.holder()["pid"] == holder.pid and mine.holder()["address"] == "here"
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert mine.holder() is None and mine.take()
    mine.release()
