"""The moment at which a restore takes effect, and what a killed one leaves behind.

What is restored is unpacked and proven in HOME/restore.part. One rename, to restore.ready, decides: from then on the home is
the restored one, and the next process, the restore itself or any that starts, moves the parts to their places, keys
first and the database last. Each move may be done again, so a kill between two of them loses nothing.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

PART, READY = "restore.part", "restore.ready"
DUMP, LOADING = "dakehu.dump", "restore.dump"  # a PostgreSQL dump that is still to be loaded is called LOADING
ERASED = "erased-clients.txt"  # a list that only grows: what is here and what comes are added up
ORDER = ("keys", ERASED, "files", "journal", "audit-head.json", DUMP, "dakehu.sqlite3")


def commit(home: Path) -> None:
    """Let what lies proven in PART take effect."""
    if hasattr(os, "sync"):
        os.sync()
    (home / PART).rename(home / READY)
    _sync_folder(home)


def finish(home: Path) -> bool:
    """Move what a restore has decided on to its places; False where there is none to finish."""
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
            with suppress(FileNotFoundError):  # moved before
                (ready / name).rename(target)
    _sync_folder(home)
    shutil.rmtree(ready, ignore_errors=True)
    return True


def append_lines(source: Path, target: Path) -> None:
    """Add the lines of a list to those of another; a list that is not there is empty."""
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
    """Remove what killed restores and backups left, those of earlier versions too; returns the names. Only while no restore
    and no backup runs."""
    left = [home / PART, *(path.parent for path in home.glob("tmp*/about.json")), *home.glob("run/backup-*")]
    for path in (found := [path for path in left if path.is_dir()]):
        shutil.rmtree(path, ignore_errors=True)
    return [path.name for path in found]


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # not on every system
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
