"""The test database of one worker on PostgreSQL: tables made by their owner, used by the application's role."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.postgres import APP, make_database


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """Stands for pytest-django's fixture of this name, which would make the tables as the application's role."""
    from django.core.management import call_command
    from django.db import connections

    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    name = f"test_dakehu_{worker}"
    make_database(os.environ["DAKEHU_OWNER_URL"], name)
    with django_db_blocker.unblock():
        for alias in ("default", "owner"):
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name
        call_command("migrate", database="owner", interactive=False, verbosity=0)
        # Transactional tests empty the tables after themselves, which the product itself may never do.
        with connections["owner"].cursor() as cursor:
            cursor.execute(f'GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO "{APP}"')
        # Left open, the owner would look like a second database that tests must clean up.
        connections["owner"].close()
        yield
        connections["default"].close()
    # The database goes with the server that scripts/with_postgres.py stops.
