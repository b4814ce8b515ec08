"""The start state of the training desk: kept once it is prepared, put back by a reset."""

import shutil
from pathlib import Path

from django.db import connections

from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.process_lock import ProcessLock
from dakehu.interfaces.side_desk import SIGN_INS

FOLDER = "start-state"
STAYS = (FOLDER, "run")


def keep(home: Path) -> None:
    """Keep a copy of a prepared desk. Its file of sign-ins comes last: without it a copy does not count."""
    connections.close_all()
    _copy(home, home / FOLDER)


def is_kept(home: Path) -> bool:
    """Return whether a whole start state is kept."""
    return (home / FOLDER / SIGN_INS).exists()


def restore(home: Path) -> None:
    """Put the start state back; what was practised is gone. Raises Refused while the desk is served.

    A reset that was killed is done again at the next start, because the file of sign-ins goes first and comes last.
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
