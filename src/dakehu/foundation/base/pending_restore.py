"""Atomic activation of a restore, and clean-up after a killed one.

A restore is unpacked and verified in HOME/restore.part. One rename, to restore.ready, activates it: from then on the
home is the restored one, and the next process, the restore itself or any that starts, moves the parts into place, keys
first and the database last. Each move is idempotent, so a kill between two of them loses nothing.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

PART, READY = "restore.part", "restore.ready"
DUMP, LOADING = "dakehu.dump", "restore.dump"  # a PostgreSQL dump that is still to be loaded is called LOADING
ERASED = "erased-clients.txt"  # an append-only list: present and restored lines are merged
ORDER = ("keys", ERASED, "files", "journal", "audit-head.json", DUMP, "dakehu.sqlite3")


def commit(home: Path) -> None:
    """Activate the verified restore in PART."""
    if hasattr(os, "sync"):
        os.sync()
    (home / PART).rename(home / READY)
    _sync_folder(home)


def finish(home: Path) -> bool:
    """Move the parts of an activated restore into place; False where there is none to finish."""
    ready = home / READY
    if not ready.is_dir():
        return False
    for name in ORDER:
        target = home / (LOADING if name == DUMP else name)
        if name == "keys":
            _merge(ready / name, target)
        elif name == ERASED:
            append_lines(ready / name, target)
        else:
            with suppress(FileNotFoundError):  # already moved
                (ready / name).rename(target)
    _sync_folder(home)
    shutil.rmtree(ready, ignore_errors=True)
    return True


def append_lines(source: Path, target: Path) -> None:
    """Add the lines of a list to those of another; a missing list is empty."""
    lines = {line for path in (source, target) if path.is_file() for line in path.read_text().split()}
    if lines:
        part = target.with_suffix(".part")
        part.write_text("".join(f"{line}\n" for line in sorted(lines)))
        part.chmod(0o600)
        part.replace(target)


def _merge(source: Path, target: Path) -> None:
    if source.is_dir():
        target.mkdir(exist_ok=True, mode=0o700)
        target.chmod(0o700)
        for path in sorted(source.iterdir()):
            with suppress(FileNotFoundError):
                path.replace(target / path.name)
        _sync_folder(target)


def remove_leftovers(home: Path) -> list[str]:
    """Remove leftovers of killed restores and backups, also of earlier versions; returns the names. Only while no
    restore or backup runs."""
    left = [home / PART, *(path.parent for path in home.glob("tmp*/about.json")), *home.glob("run/backup-*")]
    for path in (found := [path for path in left if path.is_dir()]):
        shutil.rmtree(path, ignore_errors=True)
    return [path.name for path in found]


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # not available on every system
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
