"""Settings that an administrator may change at runtime: the environment takes precedence, then the stored value, then
the default.

The values are stored by the domain `firm`, which sets the function that reads them. A change applies in other
processes within a minute.
"""

import os
from collections.abc import Callable
from typing import Any

from django.conf import settings

from dakehu.foundation.base.ttl_cache import TTLCache

# Names of settings that may be stored; the environment variable is DAKEHU_ plus the name.
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
    """Set the function that reads stored values: {name: value}, without unset ones."""
    _source[:] = [read]
    forget()


def forget() -> None:
    """Drop the cache, so that stored values are read again at the next call."""
    _cache.clear()


def is_from_environment(name: str) -> bool:
    """Return whether the environment sets a value, which then overrides a stored one."""
    return bool(os.environ.get(f"DAKEHU_{name}", "").strip())


def current(name: str) -> Any:
    """Return the effective value. For roles with a second factor: those of environment and store combined."""
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
