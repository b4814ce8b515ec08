"""The cost of requests and the limits per minute, for pages and API."""

import re
from typing import Any

from dakehu.domains.team.sign_in.backends import address_of
from dakehu.foundation.base import firm_settings
from dakehu.foundation.base.errors import TooManyRequests
from dakehu.foundation.base.rate_limit import RateLimiter
from dakehu.foundation.base.renamed import Kind, current_name

COSTLY = 20  # requests that keep a core busy for a while: exports, reports, verification, look-ups over all clients
UPLOAD = 10
SEARCH = 3
COSTLY_PAGES = ("/export/", "/audit/verify")
COSTLY_ACTIONS = {"report.create"}
COSTLY_QUERIES = {"team.verify_audit", "service.verify_attachments", "clients.duplicates"}
CALL = re.compile(r"/api/v1/(?:(queries|q)|actions|do)/([^/]+)")  # `q` and `do` are addresses of 0.1.0
WRONG_TOKEN = 10
STRANGERS = 4  # an address without a sign-in gets a quarter of a user's limit

_limiter = RateLimiter()


def cost_of(request: Any) -> int:
    """Return the cost of a request."""
    if _is_costly(request):
        return COSTLY
    if request.content_type == "multipart/form-data":
        return UPLOAD
    return SEARCH if request.GET.get("text") or request.GET.get("q") or "search" in request.path else 1


def _is_costly(request: Any) -> bool:
    call = CALL.match(request.path)
    if call is None:
        return bool(request.method == "POST" and request.path.startswith(COSTLY_PAGES))
    if call[1]:
        return current_name(Kind.QUERY, call[2]) in COSTLY_QUERIES
    return current_name(Kind.ACTION, call[2]) in COSTLY_ACTIONS


def check_person(request: Any, user_id: int | None) -> None:
    """Count a request of a signed-in user. Raises TooManyRequests past DAKEHU_REQUESTS_PER_MINUTE."""
    _check(f"person {user_id}", cost_of(request), firm_settings.current("REQUESTS_PER_MINUTE"))


def check_stranger(request: Any, cost: int = 1) -> None:
    """Count a request from an address without a sign-in. Raises TooManyRequests past a quarter of that."""
    _check(f"address {address_of(request)}", cost, firm_settings.current("REQUESTS_PER_MINUTE") // STRANGERS)


def _check(key: str, cost: int, limit: int) -> None:
    wait = _limiter.take(key, cost, limit)
    if wait:
        raise TooManyRequests(wait)


def forget_counts() -> None:
    """Reset the counts (for tests, which share a process)."""
    _limiter.forget()
