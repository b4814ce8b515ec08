"""Per-process cache with a time to live: cachetools' TTLCache behind a lock, as server threads share it."""

from threading import Lock
from typing import Any

import cachetools


class TTLCache:
    """Keep at most `most` values for `seconds` each; the least recently used is evicted first."""

    def __init__(self, seconds: float = 60, most: int = 5_000) -> None:
        self._lock = Lock()
        self._values: Any = cachetools.TTLCache(maxsize=most, ttl=seconds)

    def get(self, key: Any) -> Any:
        """Return the value, or None if missing or expired."""
        with self._lock:
            return self._values.get(key)

    def put(self, key: Any, value: Any) -> None:
        with self._lock:
            self._values[key] = value

    def clear(self) -> None:
        with self._lock:
            self._values.clear()
