"""Whether this desk can take requests: the database answers, its tables are those of this version, the keys are its keys.

A desk that is about to end says so in a file (`draining`), so that the load balancer sends no more of them.
"""

import os
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from dakehu.foundation.access.actor import serving_strangers
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.parent_watch import SUPERVISED
from dakehu.foundation.installation import key_check

STATE_HOLDS = 60.0  # seconds for which migrations and keys that were in order are taken to be so
_in_order_until = 0.0


def draining_file(number: str = "") -> Path:
    """Return the file that is there while the desk ends that process `number` serves, by default our own desk."""
    return Path(settings.DAKEHU_HOME) / "run" / f"draining-{number or os.environ.get(SUPERVISED, '')}"


@serving_strangers("say whether the desk is ready")
def is_ready() -> bool:
    """Return whether requests can be answered now."""
    if draining_file().exists():
        return False
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return _is_in_order()
    except (DatabaseError, Refused, OSError):
        return False


def _is_in_order() -> bool:
    """Return whether every migration has been applied and the keys can be read. Raises Refused, DatabaseError."""
    global _in_order_until
    if time.monotonic() < _in_order_until:
        return True
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    key_check.check_keys()
    _in_order_until = time.monotonic() + STATE_HOLDS
    return True


def begin_draining(number: str = "") -> None:
    """Say that this desk takes no more requests."""
    with suppress(OSError):  # a full disk does not keep a desk from ending
        draining_file(number).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draining_file(number).touch()


def end_draining(number: str = "") -> None:
    """Say that it takes requests (again)."""
    draining_file(number).unlink(missing_ok=True)
