"""Middleware of the web pages: the actor, the language, headers, and the answer to errors."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode

from dakehu.domains.team.queries import actor_of
from dakehu.domains.team.sign_in import backends, sessions
from dakehu.foundation.access.actor import acting_as, stranger_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused, TooManyRequests
from dakehu.foundation.base.i18n import bilingual, in_language
from dakehu.foundation.database import lock_timeout
from dakehu.foundation.gates.limits import CONTROL
from dakehu.interfaces import rate_limits
from dakehu.interfaces.routes import route_of
from dakehu.interfaces.web.views import errors

logger = logging.getLogger("dakehu.web")

SIGN_IN, PASSWORD, SIGN_OUT = "/sign-in", "/me/password", "/sign-out"
SURVEYS = "/s/"  # addresses below it are secrets: never logged
# Requests to these without a sign-in act as a stranger, who sees no row and may do nothing: what such an address does for
# strangers is declared by its domain (serving_strangers, open_to_strangers).
OPEN_TO_ALL = ("/begin/", "/static/", "/published/", "/book/", "/test/", f"{SIGN_IN}/", SURVEYS)
OPEN_PAGES = frozenset(
    {SIGN_IN, "/language", "/health", "/ready", "/metrics", "/favicon.ico", "/training/enter"}
)  # exact addresses, nothing below them
OWN_DOORS = ("/api/", "/mcp", "/calendar/feed")  # these authenticate requests themselves
OWN_WORDS = "/odata/"  # OData does too, and parses its requests itself
OPERATIONS = ("/health", "/ready", "/metrics")  # polled every few seconds; they check the right to read themselves
UNCOUNTED = ("/static/", *OPERATIONS)
SECURITY = "/me/security"
UNTIL_SET_UP = (SECURITY, SIGN_OUT, "/language", *OPERATIONS, "/static/")
UNTIL_CHANGED = (PASSWORD, SIGN_OUT, "/language", *OPERATIONS, "/static/")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; object-src 'none'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Manners:
    """Middleware of every page, its template included: one actor, language and clock, and one format of refusals."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked: Any = request
        with in_language(language_of(asked)), timezone.override(clock.zone()):
            response = self._answered(asked)
        return with_headers(asked, response)

    def _answered(self, request: Any) -> HttpResponse:
        if request.path.startswith(OWN_WORDS):
            return self._as_stranger(request)
        if has_control_characters(request):
            fault = Refused(bilingual("请求中有不可见的控制字符。", "The request holds invisible control characters."))
            return errors.plain(dict(fault.messages), 400)
        if request.path.startswith(OWN_DOORS):
            return self._as_stranger(request)
        user = request.user
        try:
            if user.is_authenticated:
                rate_limits.check_person(request, user.pk)
            elif not request.path.startswith(UNCOUNTED):
                rate_limits.check_stranger(request)
        except TooManyRequests as too_many:
            return errors.refused(request, too_many)
        if not user.is_authenticated:
            if request.path not in OPEN_PAGES and not request.path.startswith(OPEN_TO_ALL):
                return redirect_to(request, f"{SIGN_IN}?{urlencode({'next': request.get_full_path()})}", 401)
            return self._as_stranger(request, "web")
        if user.must_change and not request.path.startswith(UNTIL_CHANGED):
            return redirect_to(request, PASSWORD, 403)
        due = not user.must_change and backends.needs_second_factor(user, request.session)
        if due and not request.path.startswith(UNTIL_SET_UP):
            return redirect_to(request, SECURITY, 403)
        sessions.record_visit(request)
        with acting_as(replace(actor_of(user), door="web", request_id=request.request_id)):
            return self.get_response(request)

    def _as_stranger(self, request: Any, door: str = "") -> HttpResponse:
        """Answer as an actor without rights or rows, until the view of the address authenticates the request."""
        with acting_as(replace(stranger_actor(door), request_id=request.request_id)):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """Convert a refusal to its answer; any other exception is logged under the request's id and never shown."""
        if isinstance(fault, Refused):
            return errors.refused(request, fault)
        if lock_timeout.is_lock_timeout(fault):
            return errors.refused(request, lock_timeout.Busy())
        if isinstance(fault, (Http404, PermissionDenied, SuspiciousOperation)):
            return None  # Django answers these with our own error pages
        asked: Any = request
        logger.error("request %s failed at %s", asked.request_id, route_of(request), exc_info=fault)
        return errors.broken(request)


def has_control_characters(request: Any) -> bool:
    """Return whether the address or a simple form has forbidden characters; forms with files and JSON are read by the gates."""
    parts = [request.path, *(text for pair in request.GET.lists() for text in (pair[0], *pair[1]))]
    simple = request.content_type == "application/x-www-form-urlencoded" or request.path.startswith(SIGN_IN)
    if request.method == "POST" and simple:
        parts += [text for pair in request.POST.lists() for text in (pair[0], *pair[1])]
    return any(CONTROL.search(text) for text in parts)


def language_of(request: Any) -> str:
    """Return the user's own language, else the one chosen on the sign-in page, else the browser's; Chinese by default."""
    if request.user.is_authenticated:
        return "en" if request.user.language == "en" else "zh-hans"
    chosen = request.COOKIES.get("language", "")
    if chosen in ("zh", "en"):
        return "en" if chosen == "en" else "zh-hans"
    wanted = request.headers.get("Accept-Language", "").lower()
    return "en" if wanted.startswith("en") and "zh" not in wanted else "zh-hans"


def redirect_to(request: Any, url: str, status: int) -> HttpResponse:
    """Redirect: an HTTP redirect for a page, the equivalent response for htmx and scripts."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=status, headers={"HX-Redirect": url})
    if errors.wants_json(request):
        return errors.plain({"": [errors.SIGN_IN_FIRST]}, status)
    return HttpResponseRedirect(url)


def with_headers(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
        patch_vary_headers(response, ["Cookie", "Accept-Language"])
    response.headers.setdefault("X-Request-Id", getattr(request, "request_id", ""))
    return response
