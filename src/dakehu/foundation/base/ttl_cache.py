"""What may be taken as known for a little while, in this process: that a list is long does not change in a minute."""

from time import monotonic
from typing import Any


class TTLCache:
    """Values by key, each for `seconds` from when it was put. At most `most` are kept; past that all are let go."""

    def __init__(self, seconds: float = 60, most: int = 5_000) -> None:
        self.seconds, self.most = seconds, most
        self._held: dict[Any, tuple[float, Any]] = {}

    def get(self, key: Any) -> Any:
        """The value, or None where there is none or its time is over."""
        until, value = self._held.get(key, (0.0, None))
        return value if until > monotonic() else None

    def put(self, key: Any, value: Any) -> None:
        if len(self._held) >= self.most:
            self._held.clear()
        self._held[key] = (monotonic() + self.seconds, value)

    def forget(self) -> None:
        self._held.clear()
