"""Set-up of every test: a separate data directory, no network, warnings as errors, SQLite or PostgreSQL.

`@pytest.mark.postgres` on a test, or `pytestmark = pytest.mark.postgres` in a file, marks tests that run on both
databases. Files in a folder named `postgres_only` run on PostgreSQL only. `make test` runs SQLite first and then
`python scripts/with_postgres.py -- pytest -m postgres`, which sets the two addresses read here.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

# Before the settings are imported: they read their variables once. Every worker of pytest-xdist runs this.
HOME = tempfile.mkdtemp(prefix="dakehu-test-")
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ["DAKEHU_HOME"] = HOME
os.environ["DJANGO_SETTINGS_MODULE"] = "dakehu.project.settings"
os.environ.setdefault("DAKEHU_REQUESTS_PER_MINUTE", "0")  # tests share a process and user ids
# Playwright's event loop runs in the test's thread, where Django would refuse database access.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# pytest-django looks for settings before this file is read, so it leaves django.setup() to this file.
if settings.configured:
    raise pytest.UsageError(
        "Unset DJANGO_SETTINGS_MODULE: the tests give themselves a data directory before settings are read."
    )
django.setup()

# The product's own algorithm at its lowest cost: nine tests of ten create staff, and no test guesses passwords.
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1

ON_POSTGRES = bool(os.environ.get("DAKEHU_DATABASE_URL"))

if ON_POSTGRES:
    from tests.postgres_database import django_db_setup
else:
    from tests.sqlite_database import django_db_setup  # noqa: F401


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Unset the settings before workers start: a worker that inherited them would read them before this file, with the home
    directory of the parent process, and all workers would share it."""
    del os.environ["DJANGO_SETTINGS_MODULE"], os.environ["DAKEHU_HOME"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark PostgreSQL-only tests and deselect them in a run on SQLite. Long tests run first."""
    for item in items:
        if "postgres_only" in item.path.parts:
            item.add_marker(pytest.mark.postgres_only)
        if item.get_closest_marker("postgres_only"):
            item.add_marker(pytest.mark.postgres)
    if not ON_POSTGRES:
        elsewhere = [item for item in items if item.get_closest_marker("postgres_only")]
        if elsewhere:
            config.hook.pytest_deselected(items=elsewhere)
            items[:] = [item for item in items if not item.get_closest_marker("postgres_only")]
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def on_postgres() -> bool:
    """Whether this run is on PostgreSQL."""
    return ON_POSTGRES


@pytest.fixture(autouse=True)
def no_remembered_head() -> None:
    """Each test has its own audit chain: it must not be checked against a head remembered by another test."""
    for name in ("audit-head.json", "audit-alarm.json"):
        (Path(settings.DAKEHU_HOME) / name).unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def nothing_known_of_long_lists() -> Iterator[None]:
    """What is cached about lists for a minute is cached within one test only."""
    from dakehu.domains.clients import list_pages, rare_segments, search
    from dakehu.foundation.gates import encrypted_lookup

    yield
    encrypted_lookup.clear_recorded_lookups()
    list_pages._long.clear()
    list_pages._short.clear()
    search._many.clear()
    search._too_many.clear()
    rare_segments._common.clear()
    search._few_served.clear()


@pytest.fixture(autouse=True)
def no_stored_settings() -> Iterator[None]:
    """A test reads the firm's stored settings only if it requests the fixture stored_firm_settings."""
    from dakehu.foundation.base import firm_settings

    firm_settings.set_source(dict)
    yield
    firm_settings.set_source(dict)


@pytest.fixture
def stored_firm_settings() -> None:
    """Use the firm's stored settings."""
    from dakehu.domains.firm import queries
    from dakehu.foundation.base import firm_settings

    firm_settings.set_source(queries.stored_values)


@pytest.fixture(autouse=True)
def no_custom_fields() -> Iterator[None]:
    """Unload the custom fields that a test added, as its transaction is rolled back."""
    from dakehu.foundation.schema import custom_fields

    yield
    custom_fields.unload()


@pytest.fixture
def superuser_sql(on_postgres: bool) -> Callable[[str, list[Any]], Any]:
    """Run a statement as the owner of the whole database, bypassing every guard of the desk. On PostgreSQL it
    uses a separate connection, so the test must be transactional."""

    def run(sql: str, values: list[Any]) -> Any:
        from django.db import connection

        if not on_postgres:
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
                return cursor.fetchall()
        import psycopg

        address = urlsplit(os.environ["DAKEHU_SUPERUSER_URL"])._replace(
            path="/" + str(connection.settings_dict["NAME"])
        )
        with psycopg.connect(address.geturl(), autocommit=True) as server:
            made = server.execute(sql, values)
            return made.fetchall() if made.description else None

    return run


pytest_plugins = ["tests.cast"]
