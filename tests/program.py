"""The program as a real process, on a desk in a directory of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


class Desk:
    """A desk in a directory of its own, reached only through the program."""

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
        """What a command with --json says: exactly one object, whatever else was said beside it."""
        done = self.run(*words, "--json")
        assert done.returncode == status, done.stderr[-2000:]
        assert done.stdout.count("\n") == 1 and "Traceback" not in done.stderr
        made = json.loads(done.stdout)
        assert isinstance(made, dict)
        return made
