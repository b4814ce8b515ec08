"""The program as a real process, on a desk in a separate directory."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.sqlite_database import ROOT, state_of, state_of_migrations

DESKS = ROOT / ".pytest_cache" / "desks"
SEVERAL = """
import json, sys
from dakehu.interfaces.cli.main import main
sys.exit(any(main([*words, "--json"]) for words in json.loads(sys.argv[1])))
"""


class Desk:
    """A desk in a separate directory, used only through the program."""

    def __init__(self, home: Path) -> None:
        self.home = home
        kept = ("PATH", "HOME", "SYSTEMROOT", "PYTHONPATH", "LD_LIBRARY_PATH")
        self.around = {name: os.environ[name] for name in kept if name in os.environ}
        self.around |= {"DAKEHU_HOME": str(home), "LANG": "zh_CN.UTF-8", "PYTHONIOENCODING": "utf-8"}

    def run(self, *words: Any, **around: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "dakehu.interfaces.cli.main", *map(str, words)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**self.around, **around},
            timeout=300,
            check=False,
        )

    def report(self, *words: Any, status: int = 0) -> Any:
        """Return the object printed by a command with --json; fail unless it prints exactly one."""
        done = self.run(*words, "--json")
        assert done.returncode == status, done.stderr[-2000:]
        assert done.stdout.count("\n") == 1 and "Traceback" not in done.stderr
        made = json.loads(done.stdout)
        assert isinstance(made, dict)
        return made

    def reports(self, *commands: Any) -> list[Any]:
        """Return the objects of several commands run in turn by one process, as starting a process takes seconds."""
        done = subprocess.run(
            [sys.executable, "-c", SEVERAL, json.dumps([[str(word) for word in words] for words in commands])],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=self.around,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr[-2000:]
        made = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(made) == len(commands)
        return made


def migrated_desk(home: Path) -> Desk:
    """Return a desk after its first command. Preparing the database takes about 15 seconds: test_first_run does it again."""
    return Desk(copy_of(state_of_migrations(), "empty", home, lambda made: Desk(made).report("migrate")))


def copy_of(state: str, name: str, home: Path, make: Callable[[Path], Any]) -> Path:
    """Copy to `home` a data directory that the first worker to request it makes, once for each state of the code."""
    kept = DESKS / f"{name}-{state}"
    DESKS.mkdir(parents=True, exist_ok=True)
    with (DESKS / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            for old in DESKS.glob(f"{name}-*"):
                shutil.rmtree(old)
            part = DESKS / f"{name}.part"
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(mode=0o700)
            make(part)
            part.rename(kept)
    shutil.copytree(kept, home, dirs_exist_ok=True)
    return home


def state_of_source() -> str:
    """Return a digest of the whole program."""
    return state_of((ROOT / "src").rglob("*.py"))
