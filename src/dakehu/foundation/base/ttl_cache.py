"""Per-process cache with a time to live."""

from time import monotonic
from typing import Any


class TTLCache:
    """Values by key, each for `seconds` after it was put; all are dropped beyond `most` entries."""

    def __init__(self, seconds: float = 60, most: int = 5_000) -> None:
        self.seconds, self.most = seconds, most
        self._held: dict[Any, tuple[float, Any]] = {}

    def get(self, key: Any) -> Any:
        """Return the value, None if missing or expired."""
        until, value = self._held.get(key, (0.0, None))
        return value if until > monotonic() else None

    def put(self, key: Any, value: Any) -> None:
        """Store a value."""
        if len(self._held) >= self.most:
            self._held.clear()
        self._held[key] = (monotonic() + self.seconds, value)

    def forget(self) -> None:
        """Drop all values."""
        self._held.clear()
