"""Long lists in parts that one statement can hold."""

from collections.abc import Iterable, Iterator
from typing import Any

CHUNK = 20_000


def chunks(items: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    every = list(items)
    for start in range(0, len(every), size):
        yield every[start : start + size]
