"""The number of the current request: in every log line, in resulting jobs, and on the error page."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_number: ContextVar[str] = ContextVar("dakehu_request_number", default="")


def new_number() -> str:
    """Return a unique request number: 16 hexadecimal digits."""
    return uuid.uuid4().hex[:16]


def current_number() -> str:
    """Return the number of the request, "" outside one."""
    return _number.get()


@contextmanager
def within_request(number: str) -> Iterator[None]:
    """Run the block under this request number."""
    token = _number.set(number)
    try:
        yield
    finally:
        _number.reset(token)
