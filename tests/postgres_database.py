"""The test database of one worker on PostgreSQL: tables created by their owner, used by the application's role.

The first worker migrates a template, the others wait and copy it: with the keys, as the database stores their fingerprints.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.postgres import APP, databases, make_database
from tests.sqlite_database import MIGRATED, one_worker_at_a_time, read_keys

TEMPLATE = "test_dakehu_template"


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """Replace pytest-django's fixture of this name, which would create the tables as the application's role."""
    from django.db import connections

    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    owner_url, name = os.environ["DAKEHU_OWNER_URL"], f"test_dakehu_{worker}"
    keys = MIGRATED / f"postgres-keys-{urlsplit(owner_url).port}"  # another server's template has its own keys
    own_keys = Path(os.environ["DAKEHU_HOME"]) / "keys"
    with django_db_blocker.unblock():
        with one_worker_at_a_time():
            if TEMPLATE in databases(owner_url):
                shutil.copytree(keys, own_keys, dirs_exist_ok=True)
                read_keys()
            else:
                make_database(owner_url, TEMPLATE)
                _migrate(TEMPLATE)
                shutil.rmtree(keys, ignore_errors=True)
                shutil.copytree(own_keys, keys)
            make_database(owner_url, name, template=TEMPLATE)
        for alias in ("default", "owner"):
            connections[alias].settings_dict["NAME"] = name
        yield
        connections["default"].close()
    # The database is removed with the server that scripts/with_postgres.py stops.


def _migrate(name: str) -> None:
    """Migrate a database as the owner of its tables, and leave no session open in it."""
    from django.core.management import call_command
    from django.db import connections

    from dakehu.foundation.database.migration_state import rendered_in_place

    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
    with rendered_in_place():
        call_command("migrate", database="owner", interactive=False, verbosity=0)
    # Transactional tests empty the tables after each test, which the product itself may never do.
    with connections["owner"].cursor() as cursor:
        cursor.execute(f'GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO "{APP}"')
    # Left open, the owner would look like a second database that tests must clean up.
    for alias in ("default", "owner"):
        connections[alias].close()
