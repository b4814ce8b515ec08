"""SQLite writes one thing at a time: what is said to those who wait for a long write, and how not to wait for one."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual


class Busy(Refused):
    """Somebody else has been writing for longer than one waits (20 s): nothing was written, and the same may be asked again."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            bilingual(
                "正在进行大批写入（例如导入），这次没有保存。请稍后再试，您填写的内容仍在。",
                "A long write, such as an import, is going on, so this was not saved. Try again in a moment; what you filled in is still there.",
            )
        )


def is_lock_timeout(fault: Exception) -> bool:
    """Whether this says that one waited for somebody else's write in vain."""
    return isinstance(fault, OperationalError) and connection.vendor == "sqlite" and "locked" in str(fault)


@contextmanager
def raise_busy() -> Iterator[None]:
    """A wait that was in vain is told as Busy."""
    try:
        yield
    except OperationalError as fault:
        if is_lock_timeout(fault):
            raise Busy from fault
        raise


@contextmanager
def no_wait() -> Iterator[None]:
    """One transaction that does not wait: raises Busy where somebody else writes on SQLite."""
    if connection.vendor != "sqlite":
        with transaction.atomic():
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        patience = cursor.fetchone()[0]
        cursor.execute("PRAGMA busy_timeout = 0")
    try:
        with raise_busy(), transaction.atomic():
            yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {int(patience)}")
