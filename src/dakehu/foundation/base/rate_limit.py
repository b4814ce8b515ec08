"""Rate limits by user or address per minute, counted per process, so that a limit costs no statement and no wait."""

import threading
from time import monotonic

WINDOW = 60  # seconds
MOST = 20_000  # maximum number of keys; beyond it all counts are reset


class RateLimiter:
    """Counts costs by key in windows of one minute."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[float, int]] = {}
        self._lock = threading.Lock()

    def take(self, key: str, cost: int, limit: int) -> int:
        """Add `cost` for `key`; return 0, or the seconds to wait where the minute's `limit` is used up (0: no
        limit)."""
        if limit <= 0:
            return 0
        with self._lock:
            now = monotonic()
            begun, spent = self._counts.get(key, (now, 0))
            if now - begun >= WINDOW:
                begun, spent = now, 0
            if spent >= limit:
                return max(1, round(WINDOW - (now - begun)))
            if len(self._counts) >= MOST:
                self._counts.clear()
            self._counts[key] = (begun, spent + cost)
        return 0

    def forget(self) -> None:
        with self._lock:
            self._counts.clear()
