"""The start state of the training desk: stored once it is prepared, restored by a reset."""

import shutil
from pathlib import Path

from django.db import connections

from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.process_lock import ProcessLock
from dakehu.interfaces.side_desk import SIGN_INS

FOLDER = "start-state"
STAYS = (FOLDER, "run")


def keep(home: Path) -> None:
    """Store a copy of a prepared desk. Its file of sign-ins is copied last: a copy without it is incomplete."""
    connections.close_all()
    _copy(home, home / FOLDER)


def is_kept(home: Path) -> bool:
    """Return whether a complete start state is stored."""
    return (home / FOLDER / SIGN_INS).exists()


def restore(home: Path) -> None:
    """Restore the start state; all exercises are lost. Raises Refused while the desk is served.

    A killed reset is repeated at the next start, because the file of sign-ins is removed first and copied last.
    """
    holder = ProcessLock(home / "run" / "serve.lock").holder()
    if holder is not None:
        raise refusal(
            "home",
            "练习台正在 {address} 运行，请先停止再还原。",
            "The training desk runs at {address}; stop it before it is reset.",
            address=holder.get("address", "?"),
        )
    connections.close_all()
    (home / SIGN_INS).unlink(missing_ok=True)
    for path in home.iterdir():
        if path.name not in STAYS:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    _copy(home / FOLDER, home)


def _copy(source: Path, target: Path) -> None:
    target.mkdir(exist_ok=True, mode=0o700)
    for path in sorted(source.iterdir(), key=lambda one: one.name == SIGN_INS):
        if path.name in STAYS:
            continue
        if path.is_dir():
            shutil.copytree(path, target / path.name, dirs_exist_ok=True)
        else:
            shutil.copy2(path, target / path.name)
