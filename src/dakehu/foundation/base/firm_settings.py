"""Settings that an administrator may change while the desk runs: the environment wins, then what is stored, then the default.

The values themselves are stored by the domain `firm`, which hands in how they are read. A change counts in other
processes within a minute.
"""

import os
from collections.abc import Callable
from typing import Any

from django.conf import settings

from dakehu.foundation.base.ttl_cache import TTLCache

# Names of settings (DAKEHU_ and the name is the variable) that may be stored.
NAMES = (
    "RISE_IS_RED",
    "SESSION_HOURS",
    "SECOND_FACTOR_ROLES",
    "BENCHMARK",
    "PRICES_STALE_DAYS",
    "REQUESTS_PER_MINUTE",
    "CALLS_PER_DAY",
    "UPLOAD_MB",
    "ATTACHMENT_MB",
    "NIGHTLY_AT",
    "ASSISTANTS",
    "WATERMARK",
    "READ_LOG_DAYS",
    "SUPERVISED_EXPORT",
    "RISK_TEST_DAYS",
    "SUPERVISED_PERSONAL",
)
_cache = TTLCache(seconds=60)
_source: list[Callable[[], dict[str, Any]]] = []


def set_source(read: Callable[[], dict[str, Any]]) -> None:
    """Say how stored values are read: {name: value}, without those that are not set."""
    _source[:] = [read]
    forget()


def forget() -> None:
    """Read the stored values again at the next question."""
    _cache.clear()


def is_from_environment(name: str) -> bool:
    """Whether the environment sets a value, so that a stored one does not count."""
    return bool(os.environ.get(f"DAKEHU_{name}", "").strip())


def current(name: str) -> Any:
    """The value that counts now. Of roles with a second factor those of environment and store together."""
    fixed = getattr(settings, name)
    if name not in NAMES:
        raise KeyError(name)
    stored = _stored_values().get(name)
    if stored is None:
        return fixed
    if name == "SECOND_FACTOR_ROLES":
        return (*(role for role in fixed if role), *(role for role in stored if role not in fixed))
    return fixed if is_from_environment(name) else stored


def _stored_values() -> dict[str, Any]:
    known: dict[str, Any] | None = _cache.get("stored")
    if known is None:
        known = _source[0]() if _source else {}
        _cache.put("stored", known)
    return known
