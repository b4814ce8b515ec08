"""A feed: authentication by token, the calendar, and "not modified" where it is unchanged."""

import base64
import hashlib
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from dakehu.domains.team import queries as team
from dakehu.exchange.calendars.feeds import feed_content, opened_permissions
from dakehu.foundation.access.actor import acting_as
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.errors import NotFound, Refused, TooManyRequests
from dakehu.foundation.base.i18n import bilingual, in_language
from dakehu.interfaces import rate_limits
from dakehu.interfaces.authentication import SAFE, SignInFirst, WrongMethod, holder, token_actor

DOOR = "calendar"
REALM = 'Basic realm="dakehu", charset="UTF-8"'


@csrf_exempt
def feed(request: HttpRequest, token: str = "") -> HttpResponse:
    """Return the calendar of the token's owner. The answer does not disclose why a token is invalid."""
    given = f"Bearer {token}" if token else request.headers.get("Authorization", "")
    try:
        return _feed_response(request, given)
    except Refused as refusal:
        answer = HttpResponse(str(refusal), status=refusal.status, content_type="text/plain; charset=utf-8")
        if refusal.status == 401 and not token:
            answer.headers["WWW-Authenticate"] = REALM
        if refusal.status == 405:
            answer.headers["Allow"] = "GET, HEAD"
        if isinstance(refusal, TooManyRequests):
            answer.headers["Retry-After"] = str(refusal.wait)
        return answer


def _feed_response(request: Any, given: str) -> HttpResponse:
    """Return the feed in the language of its owner. Raises Refused."""
    if request.method not in SAFE:
        raise WrongMethod(bilingual("此地址只供读取。", "This address is for reading only."))
    if not given:
        raise SignInFirst(bilingual("请使用订阅地址或令牌。", "Use the address of a feed, or its token."))
    scope = str(Permission.CALENDAR_FEED)
    actor = token_actor(request, given, DOOR, {scope: opened_permissions()}, writes=False)
    rate_limits.check_person(request, actor.user_id)
    found = holder(given)
    if found is None or not actor.may(scope):
        raise NotFound(bilingual("日历订阅", "calendar feed"))
    user, row = found
    with (
        acting_as(replace(actor, door=DOOR, request_id=getattr(request, "request_id", ""))),
        in_language(team.language_of(user.pk)),
    ):
        content = feed_content(row.pk)
    return _versioned_response(request, content)


def _versioned_response(request: HttpRequest, content: bytes) -> HttpResponse:
    """Return the content with its version, or "not modified" where the program has it."""
    version = base64.urlsafe_b64encode(hashlib.sha256(content).digest()[:18]).decode()
    etag = f'"{version}"'
    known = {one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")}
    if etag in known or "*" in known:
        answer = HttpResponse(status=304)
    else:
        answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
        answer.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Referrer-Policy"] = "no-referrer"
    patch_vary_headers(answer, ["Authorization"])
    return answer
