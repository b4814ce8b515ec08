"""The program as a real process, on a desk in a directory of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SEVERAL = """
import json, sys
from dakehu.interfaces.cli.main import main
sys.exit(any(main([*words, "--json"]) for words in json.loads(sys.argv[1])))
"""


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

    def reports(self, *commands: Any) -> list[Any]:
        """What several commands say that one process runs one after the other, as it takes seconds to start one."""
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
