"""The folder where other systems put their files: what lies there, what is still being written, where read files go.

A file in a folder of its own name, such as far_trans/clients.csv, is read with the profile of that name.
"""

import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

TAKEN, REFUSED = "taken", "refused"
# A file that was written to within these seconds is looked at again: its system may still be writing.
QUIET = 2.0
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart", ".writing")


@dataclass(frozen=True)
class InboxFile:
    """A file in the folder; `profile` is the name of the folder it lies in, "" for one at the top."""

    path: Path
    profile: str
    size: int
    changed: int

    @property
    def name(self) -> str:
        return f"{self.profile}/{self.path.name}" if self.profile else self.path.name


def lying_in(folder: Path) -> list[InboxFile]:
    """Return the files in the folder and in its folders for profiles, by name; no hidden ones, links or temporary files."""
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
    """Return whether a name says that the file is hidden, a lock of an office program, or not yet whole."""
    return name.startswith((".", "~$")) or name.lower().endswith(UNFINISHED)


def separate(
    found: Iterable[InboxFile], wait: Callable[[float], None] = time.sleep, now: Callable[[], float] = time.time
) -> tuple[list[InboxFile], list[InboxFile]]:
    """Return (files that are whole, files that are still being written).

    A file is being written while its size or time changes between two looks; only those touched a moment ago are looked
    at twice.
    """
    files = list(found)
    fresh = [one for one in files if now() - one.changed / 1e9 < QUIET]
    if not fresh:
        return files, []
    wait(QUIET)
    changing = [one for one in fresh if not _is_unchanged(one)]
    return [one for one in files if one not in changing], changing


def _is_unchanged(one: InboxFile) -> bool:
    """Return whether a file still has the size and time it had."""
    try:
        state = one.path.stat()
    except OSError:
        return False
    return (state.st_size, state.st_mtime_ns) == (one.size, one.changed)


def archive_file(one: InboxFile, folder: Path, place: str, day: date) -> Path:
    """Move a file to `place` (TAKEN or REFUSED) under a day; return where it is now. An earlier one keeps its name."""
    target = folder / place / day.isoformat() / one.name
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    number = 1
    while target.exists():
        number += 1
        target = target.with_name(f"{one.path.stem}-{number}{one.path.suffix}")
    shutil.move(one.path, target)
    return target
