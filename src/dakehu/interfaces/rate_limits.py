"""Which requests cost how much, and whose minute is used up: asked by the pages and by the API alike."""

from typing import Any

from django.conf import settings

from dakehu.domains.team.sign_in.backends import address_of
from dakehu.foundation.base.errors import TooManyRequests
from dakehu.foundation.base.rate_limit import RateLimiter

COSTLY = 20  # requests that keep a core busy for a while: exports, reports, verification, look-ups over all clients
UPLOAD = 10
SEARCH = 3
COSTLY_PATHS = (
    "/export/",
    "/audit/verify",
    "/api/v1/do/report.give",
    "/api/v1/q/team.verify_audit",
    "/api/v1/q/service.verify_attachments",
    "/api/v1/q/clients.duplicates",
)
WRONG_TOKEN = 10
STRANGERS = 4  # an address from which nobody is signed in may ask a quarter of what a person may

_limiter = RateLimiter()


def cost_of(request: Any) -> int:
    """What a request counts for."""
    if request.path.startswith(COSTLY_PATHS) and (request.method == "POST" or request.path.startswith("/api/")):
        return COSTLY
    if request.content_type == "multipart/form-data":
        return UPLOAD
    return SEARCH if request.GET.get("text") or request.GET.get("q") or "search" in request.path else 1


def check_person(request: Any, user_id: int | None) -> None:
    """Count a request of somebody who is signed in. Raises TooManyRequests past DAKEHU_REQUESTS_PER_MINUTE."""
    _check(f"person {user_id}", cost_of(request), settings.REQUESTS_PER_MINUTE)


def check_stranger(request: Any, cost: int = 1) -> None:
    """Count a request from an address without a sign-in. Raises TooManyRequests past a quarter of that."""
    _check(f"address {address_of(request)}", cost, settings.REQUESTS_PER_MINUTE // STRANGERS)


def _check(key: str, cost: int, limit: int) -> None:
    wait = _limiter.take(key, cost, limit)
    if wait:
        raise TooManyRequests(wait)


def forget_counts() -> None:
    """Begin to count again (for tests, which share a process)."""
    _limiter.forget()
