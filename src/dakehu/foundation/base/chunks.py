"""Split long lists into parts small enough for one statement."""

from collections.abc import Iterable, Iterator
from typing import Any

CHUNK = 20_000


def chunks(items: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """Yield lists of at most `size` items."""
    values = list(items)
    for start in range(0, len(values), size):
        yield values[start : start + size]
