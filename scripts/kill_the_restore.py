"""Kill -9 a restore at random moments, and check the result.

    python scripts/kill_the_restore.py [ROUNDS] [--each-move] [--archive FILE]                 (SQLite, in separate directories)

The desk is a stored one of version 0.1.0, backed up with its keys, or from an archive with the same password. Each
round restores it into an empty directory, in a separate process that is killed at a random moment within the duration
of a restore. Then the next start must find either the unchanged empty directory or the whole desk, never newly
created keys, and no remains; the same restore run again must succeed, after another kill in every other round. With
--each-move restores are also killed before the first move of a file, before the second, and so on. Prints the
resulting states, and exits with 1 at the first fault.
"""

import argparse
import hashlib
import os
import random
import shutil
import signal
import sqlite3
import stat
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "tests" / "fixtures" / "desks" / "0.1.0.tar.gz"
PASSWORD = "hebei-42-donkey"  # noqa: S105  of a desk that is invented
QUARTERS = ("first quarter", "second quarter", "third quarter", "last quarter", "after the end, as expected")


class Wrong(Exception):
    """A fault left behind by a kill."""


def require(holds: bool, what: str) -> None:
    if not holds:
        raise Wrong(what)


def run_in_child(home: Path, body: Callable[[], None], kill_after: float | None = None) -> float | None:
    """Run `body` in a separate process, as a command in this home would; return the seconds taken, None if killed."""
    begun = time.monotonic()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            use_home(home)
            body()
            status = 0
        except BaseException as fault:
            print(f"{type(fault).__name__}: {fault}", file=sys.stderr, flush=True)
        finally:
            os._exit(status)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return None
    require(os.WEXITSTATUS(status) == 0, "a command that must succeed failed")
    return time.monotonic() - begun


def use_home(home: Path) -> None:
    """Do what the settings do at the start of a process in this home."""
    from django.conf import settings
    from django.db import connections

    from dakehu.foundation.access import encrypted_fields
    from dakehu.foundation.base import pending_restore

    connections.close_all()
    encrypted_fields.forget_cached()
    settings.DAKEHU_HOME = home
    connections["default"].settings_dict["NAME"] = str(home / "dakehu.sqlite3")
    pending_restore.finish(home)


def state(home: Path) -> str:
    """Return a digest of the desk: keys, files, journal, head, and the rows of the tables. "" for an empty home."""
    made = hashlib.sha256()
    names = [path for path in sorted(home.rglob("*")) if path.is_file() and "dakehu.sqlite3" not in path.name]
    for path in names:
        if path.relative_to(home).parts[0] != "run":
            made.update(path.relative_to(home).as_posix().encode() + path.read_bytes())
    database = home / "dakehu.sqlite3"
    if not database.exists():
        return made.hexdigest() if any(path.relative_to(home).parts[0] != "run" for path in names) else ""
    with closing(sqlite3.connect(database)) as opened:
        tables = [name for (name,) in opened.execute("select name from sqlite_master where type = 'table' order by 1")]
        for table in (name for name in tables if not name.startswith("clients_searchline")):
            if table not in ("foundation_installationrecord", "django_migrations", "sqlite_sequence"):
                made.update(repr(sorted(map(repr, opened.execute(f'select * from "{table}"')))).encode())  # noqa: S608  names of tables
    return made.hexdigest()


def leftovers(home: Path) -> list[str]:
    known = {
        "keys",
        "files",
        "journal",
        "run",
        "audit-head.json",
        "dakehu.sqlite3",
        "dakehu.sqlite3-wal",
        "dakehu.sqlite3-shm",
    }
    return [path.name for path in home.iterdir() if path.name not in known]


def modes_are_right(home: Path) -> bool:
    return all(
        stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
        for path in [home, *home.rglob("*")]
        if not path.name.endswith(("-wal", "-shm", ".lock"))
    )


def check_home() -> None:
    """Run the checks of every command, and check that the audit chain is intact."""
    from django.conf import settings

    from dakehu.foundation.access.actor import acting_as, system_actor
    from dakehu.foundation.audit import verification
    from dakehu.interfaces.cli import server

    if not (Path(settings.DAKEHU_HOME) / "dakehu.sqlite3").exists():
        server._clean_up_restore()
        return
    server.make_ready()
    with acting_as(system_actor("kill -9 harness", "cli")):
        require(verification.verify().broken is None, "the audit chain does not hold")


def restore_from(archive: Path) -> Callable[[], None]:
    def body() -> None:
        from dakehu.foundation.base.i18n import Bilingual
        from dakehu.interfaces.cli import restore, server

        def ignore_output(words: Bilingual) -> None:
            return None

        server.tell = ignore_output
        restore.restore(archive, PASSWORD)

    return body


def make_archive(folder: Path) -> Path:
    """Create a backup of the stored desk, migrated to the current version."""
    home, archive = folder / "kept", folder / "kept.backup"
    home.mkdir(mode=0o700)
    with tarfile.open(KEPT) as packed:
        packed.extractall(home, filter="fully_trusted")  # noqa: S202  our own archive

    def body() -> None:
        from dakehu.interfaces.cli import backup, server

        server.make_ready()
        backup.backup(archive, PASSWORD, lambda _: None)

    run_in_child(home, body)
    return archive


def run(archive: Path, rounds: int, seed: int, tell: Callable[[str], None]) -> Counter[str]:
    """Kill `rounds` restores; return how often each state resulted, by quarter of the duration. Raises Wrong."""
    draw = random.Random(seed)  # noqa: S311  moments, not secrets
    fell: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="dakehu-kill-restore-") as name:
        folder = Path(name)
        body = restore_from(archive)
        whole = folder / "whole"
        whole.mkdir(mode=0o700)
        lasted = run_in_child(whole, body) or 0.0
        after = state(whole)
        require(after != "" and modes_are_right(whole), "a restore that is not killed")
        for number in range(1, rounds + 1):
            home = folder / f"home-{number}"
            home.mkdir(mode=0o700)
            moment = draw.uniform(0, 1.1)
            run_in_child(home, body, kill_after=moment * lasted)
            run_in_child(home, check_home)
            found = state(home)
            require(found in ("", after), f"round {number}: neither empty nor whole")
            require(not leftovers(home), f"round {number}: {leftovers(home)} left behind")
            require(found == after or not (home / "keys").exists(), f"round {number}: keys in an empty home")
            if number % 2:
                run_in_child(home, body, kill_after=draw.uniform(0, 1.1) * lasted)
            took = run_in_child(home, body)
            require(
                state(home) == after and modes_are_right(home),
                f"round {number}: the restore given again leads elsewhere",
            )
            run_in_child(home, check_home)
            require(not leftovers(home), f"round {number}: {leftovers(home)} left behind")
            if found == "":
                lasted = took or lasted
            there = "new" if found else "old"
            fell[f"{QUARTERS[min(int(moment * 4), 4)]}, {there}"] += 1
            tell(f"round {number}: killed at {moment:.2f} of the way, {there}; given again {took:.2f} s")
            shutil.rmtree(home)
    return fell


def killed_before_move(number: int, body: Callable[[], None]) -> Callable[[], None]:
    """Return `body` wrapped so that it is killed before the move with this number."""

    def run_and_die() -> None:
        count = 0

        def count_moves(move: Callable[..., Path]) -> Callable[..., Path]:
            def moved(path: Path, target: Path) -> Path:
                nonlocal count
                if "restore." in f"{path} {target}":
                    count += 1
                    if count == number:
                        os.kill(os.getpid(), signal.SIGKILL)
                return move(path, target)

            return moved

        kept = Path.rename, Path.replace
        Path.rename, Path.replace = count_moves(Path.rename), count_moves(Path.replace)  # type: ignore[method-assign]
        try:
            body()
        finally:
            Path.rename, Path.replace = kept  # type: ignore[method-assign]

    return run_and_die


def run_each_move(archive: Path, tell: Callable[[str], None]) -> int:
    """Kill a restore before each of its moves; return how many there are. Raises Wrong."""
    with tempfile.TemporaryDirectory(prefix="dakehu-kill-restore-") as name:
        folder = Path(name)
        body = restore_from(archive)
        after, number = "", 0
        while True:
            number += 1
            home = folder / f"home-{number}"
            home.mkdir(mode=0o700)
            if run_in_child(home, killed_before_move(number, body)) is not None:
                require(after == state(home), "a restore that is not killed leads elsewhere")
                return number - 1
            decided = (home / "restore.ready").exists()
            run_in_child(home, check_home)
            require((state(home) != "") is decided, f"move {number}: the rename does not decide")
            run_in_child(home, body)
            after = after or state(home)
            require(state(home) == after and not leftovers(home) and modes_are_right(home), f"move {number}: not whole")
            tell(f"killed before move {number}: {'new' if decided else 'old'}")


def start() -> None:
    """Set Django up in an unused directory."""
    home = tempfile.mkdtemp(prefix="dakehu-kill-start-")
    os.environ |= {"DAKEHU_HOME": home, "DJANGO_SETTINGS_MODULE": "dakehu.project.settings"}
    import django

    django.setup()
    from dakehu.interfaces.cli import commands  # noqa: F401  loaded once for all children

    shutil.rmtree(home)


def main() -> int:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("rounds", nargs="?", type=int, default=50)
    wanted.add_argument("--each-move", action="store_true")
    wanted.add_argument("--archive", type=Path)
    line = wanted.parse_args()
    rounds = line.rounds
    start()
    try:
        with tempfile.TemporaryDirectory(prefix="dakehu-kill-archive-") as name:
            archive = line.archive or make_archive(Path(name))
            if line.each_move:
                moves = run_each_move(archive, lambda text: print(text, flush=True))
                print(f"killed before each of {moves} moves: the rename decides")
            fell = run(archive, rounds, 20261129, lambda text: print(text, flush=True))
    except Wrong as wrong:
        print(f"wrong: {wrong}", file=sys.stderr)
        return 1
    killed = sum(fell.values()) + (rounds + 1) // 2
    print(f"SQLite: {rounds} rounds, {killed} kills; when the first of each fell, and which state was left:")
    print(
        "; ".join(
            f"{when} {fell[when]}" for when in sorted(fell, key=lambda w: (QUARTERS.index(w.rsplit(",", 1)[0]), w))
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
