"""Whether this desk can take requests: the database answers, its tables are those of this version, the keys are its keys.

A desk that is about to stop writes a file (`draining`), so that the load balancer sends no more requests.
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

STATE_HOLDS = 60.0  # seconds for which a successful check of migrations and keys is cached
_in_order_until = 0.0


def draining_file(number: str = "") -> Path:
    """Return the file that exists while the desk of process `number`, by default this one, is stopping."""
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
    """Mark this desk as taking no more requests."""
    with suppress(OSError):  # a full disk does not prevent the desk from stopping
        draining_file(number).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draining_file(number).touch()


def end_draining(number: str = "") -> None:
    """Mark this desk as taking requests (again)."""
    draining_file(number).unlink(missing_ok=True)
