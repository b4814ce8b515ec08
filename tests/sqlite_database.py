"""The test database of one worker on SQLite: a file, migrated once for each state of the migrations and copied after."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
import pytest

ROOT = Path(__file__).resolve().parents[1]
MIGRATED = ROOT / ".pytest_cache" / "migrated"
DATABASE = "test.sqlite3"


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Replace pytest-django's fixture of this name, which would migrate again in memory.

    In memory every thread of a live server would share one connection: a thread in SQLite waiting for the
    interpreter lock deadlocks with one that waits for SQLite.
    """
    from django.core.management import call_command
    from django.db import connections

    from dakehu.foundation.database.migration_state import rendered_in_place

    home = Path(os.environ["DAKEHU_HOME"])
    template = MIGRATED / state_of_migrations()
    with django_db_blocker.unblock():
        connections["default"].close()
        connections["default"].settings_dict["NAME"] = str(home / DATABASE)
        with one_worker_at_a_time():
            if template.exists():
                shutil.copytree(template, home, dirs_exist_ok=True)
                read_keys()
            else:
                with rendered_in_place():
                    call_command("migrate", interactive=False, verbosity=0)
                connections["default"].close()  # the last connection writes the WAL into the database file
                keep(home, template)
        yield
        connections["default"].close()


def read_keys() -> None:
    """Read the template's keys, as the process that made it did: tests move the data directory."""
    from dakehu.foundation.access import keys

    keys.create_missing()
    keys.encryption_keys()
    for name in keys.SINGLE:
        keys.key(name)


def state_of_migrations() -> str:
    """Return a digest of what a migrated database depends on: migrations, models, seeds and Django's version."""
    return state_of(
        path
        for path in (ROOT / "src").rglob("*")
        if path.suffix == ".csv" or (path.suffix == ".py" and {"migrations", "models"} & {*path.parts, path.stem})
    )


def state_of(paths: Iterable[Path]) -> str:
    """Return a digest of files of this repository and of Django's version."""
    state = hashlib.sha256(django.__version__.encode())
    for path in sorted(paths):
        state.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return state.hexdigest()[:20]


@contextmanager
def one_worker_at_a_time() -> Iterator[None]:
    """Let the first worker migrate while the others wait, then copy the result."""
    MIGRATED.mkdir(parents=True, exist_ok=True)
    with (MIGRATED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def keep(home: Path, template: Path) -> None:
    """Store one template, the database with its keys, atomically."""
    for old in MIGRATED.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
    part = template.with_suffix(".part")
    part.mkdir(parents=True, mode=0o700)
    shutil.copyfile(home / DATABASE, part / DATABASE)
    shutil.copytree(home / "keys", part / "keys")
    part.rename(template)
