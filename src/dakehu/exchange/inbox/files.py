"""The folder where other systems put files: which are present or still being written, and where processed files are
moved.

A file in a subfolder, such as far_trans/clients.csv, is read with the profile of the subfolder's name.
"""

import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

TAKEN, REFUSED = "taken", "refused"
# A file modified within these seconds is checked twice: its system may still be writing.
QUIET = 2.0
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart", ".writing")


@dataclass(frozen=True)
class InboxFile:
    """A file in the folder; `profile` is the name of its subfolder, "" for one at the top."""

    path: Path
    profile: str
    size: int
    changed: int

    @property
    def name(self) -> str:
        return f"{self.profile}/{self.path.name}" if self.profile else self.path.name


def lying_in(folder: Path) -> list[InboxFile]:
    """Return the files in the folder and its profile subfolders, by name; no hidden ones, links or temporary files."""
    places = [folder, *(path for path in _list_sorted(folder) if path.is_dir() and path.name not in (TAKEN, REFUSED))]
    found = []
    for place in places:
        for path in _list_sorted(place):
            if path.is_symlink() or not path.is_file() or _is_unfinished(path.name):
                continue
            state = path.stat()
            found.append(InboxFile(path, "" if place == folder else place.name, state.st_size, state.st_mtime_ns))
    return found


def _list_sorted(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() and not folder.name.startswith(".") else []


def _is_unfinished(name: str) -> bool:
    """Return whether a name is that of a hidden file, a lock of an office program, or an incomplete file."""
    return name.startswith((".", "~$")) or name.lower().endswith(UNFINISHED)


def separate(
    found: Iterable[InboxFile], wait: Callable[[float], None] = time.sleep, now: Callable[[], float] = time.time
) -> tuple[list[InboxFile], list[InboxFile]]:
    """Return (complete files, files still being written).

    A file is being written while its size or time changes between two checks; only recently modified files are checked
    twice.
    """
    files = list(found)
    fresh = [one for one in files if now() - one.changed / 1e9 < QUIET]
    if not fresh:
        return files, []
    wait(QUIET)
    changing = [one for one in fresh if not _is_unchanged(one)]
    return [one for one in files if one not in changing], changing


def _is_unchanged(one: InboxFile) -> bool:
    """Return whether a file still has the same size and time."""
    try:
        state = one.path.stat()
    except OSError:
        return False
    return (state.st_size, state.st_mtime_ns) == (one.size, one.changed)


def archive_file(one: InboxFile, folder: Path, place: str, day: date) -> Path:
    """Move a file to `place` (TAKEN or REFUSED) under a day; return its new path. Existing files are kept."""
    target = folder / place / day.isoformat() / one.name
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    number = 1
    while target.exists():
        number += 1
        target = target.with_name(f"{one.path.stem}-{number}{one.path.suffix}")
    shutil.move(one.path, target)
    return target
