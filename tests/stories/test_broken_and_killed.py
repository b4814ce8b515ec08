"""Small runs of the harnesses that break files and kill processes; full runs are started manually (docs/benchmarks.md)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[2]


def run(tmp_path: Path, script: str, *words: str) -> str:
    around = {name: value for name, value in os.environ.items() if not name.startswith("DAKEHU_")}
    around |= {"TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, str(ROOT / script), *words],
        capture_output=True,
        text=True,
        env=around,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_an_import_its_edited_file_and_an_undo_are_killed_and_nothing_is_half_done(tmp_path):
    assert "1 rounds, 5 kills" in run(tmp_path, "scripts/kill_at_random.py", "1", "300")


def test_broken_files_are_read_or_refused_in_words(tmp_path):
    report = run(tmp_path, "benchmarks/mutated_workbooks.py", "60", "7")
    assert "wrong 0" in report and "crash" not in report


def test_mail_is_neither_lost_nor_doubled_unsaid_while_server_and_worker_are_killed(tmp_path):
    assert "lost 0" in run(tmp_path, "scripts/kill_the_mail.py", "30")
