"""Convert SQLite lock timeouts to `Busy`, and write without waiting for a lock.

SQLite allows one writer at a time.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual


class Busy(Refused):
    """Another write took longer than the lock timeout (20 s).

    Nothing was written; the request can be repeated.
    """

    status = 503

    def __init__(self) -> None:
        super().__init__(
            bilingual(
                "正在进行大批写入（例如导入），这次没有保存。请稍后再试，您填写的内容仍在。",
                "A long write, such as an import, is going on, so this was not saved. Try again in a moment; what you filled in is still there.",
            )
        )


def is_lock_timeout(error: Exception) -> bool:
    """Return whether an error is a SQLite lock timeout."""
    return isinstance(error, OperationalError) and connection.vendor == "sqlite" and "locked" in str(error)


@contextmanager
def raise_busy() -> Iterator[None]:
    """Convert SQLite lock timeouts inside the block to `Busy`."""
    try:
        yield
    except OperationalError as error:
        if is_lock_timeout(error):
            raise Busy from error
        raise


@contextmanager
def no_wait() -> Iterator[None]:
    """Open a transaction that does not wait: raises Busy where another writer holds the lock on SQLite.

    Inside another transaction the lock is already held.
    """
    if connection.in_atomic_block:
        yield
        return
    if connection.vendor != "sqlite":
        with transaction.atomic():
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        timeout = cursor.fetchone()[0]
        cursor.execute("PRAGMA busy_timeout = 0")
    try:
        with raise_busy(), transaction.atomic():
            yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {int(timeout)}")
