"""The number of the request that present work belongs to: in every line of the log, in jobs that follow, on the fault page."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_number: ContextVar[str] = ContextVar("dakehu_request_number", default="")


def new_number() -> str:
    """Return a number that no other request has: 16 hexadecimal digits."""
    return uuid.uuid4().hex[:16]


def current_number() -> str:
    """Return the number of the request, "" outside one."""
    return _number.get()


@contextmanager
def within_request(number: str) -> Iterator[None]:
    """Everything inside belongs to the request with this number."""
    token = _number.set(number)
    try:
        yield
    finally:
        _number.reset(token)
