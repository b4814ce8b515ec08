"""The act that caused the current work: a reaction runs under the number of the act whose event it handles."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_cause: ContextVar[int | None] = ContextVar("dakehu_cause", default=None)


def current_cause() -> int | None:
    """Return the number of the undo entry of that act, None outside a reaction."""
    return _cause.get()


@contextmanager
def caused_by(cause: int | None) -> Iterator[None]:
    """Acts inside follow from the act with this number, and are undone with it."""
    token = _cause.set(cause)
    try:
        yield
    finally:
        _cause.reset(token)
