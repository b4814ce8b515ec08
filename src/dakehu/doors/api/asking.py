"""Who asks: a bearer token with its scopes, or the browser's session."""

import functools
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from dakehu.doors.api.answers import View, refusal_answer, speaks_json
from dakehu.foundation import scope
from dakehu.foundation.refusals import Refused
from dakehu.foundation.words import say
from dakehu.rooms.team import queries as team
from dakehu.rooms.team import rules

SAFE = ("GET", "HEAD", "OPTIONS")


class SignInFirst(Refused):
    status = 401


class WrongMethod(Refused):
    status = 405


class _Csrf(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def actor_of(request: Any) -> scope.Actor:
    """The actor behind a request. Raises SignInFirst without a good token or session."""
    given = request.headers.get("Authorization", "")
    if given:
        kind, _, token = given.partition(" ")
        with scope.acting_as(scope.system("check an API token", "api")):
            found = team.token_user(token.strip()) if kind.lower() == "bearer" else None
            if found is None:
                raise SignInFirst(say("令牌无效、已停用或已到期。", "The token is wrong, revoked or expired."))
            user, row = found
            actor = rules.with_scopes(team.actor_of(user), list(row.scopes))
        return actor
    if not request.user.is_authenticated or request.user.must_change:
        raise SignInFirst(say("请先登录，或使用访问令牌。", "Sign in, or use an API token."))
    if request.method not in SAFE:
        refused = _Csrf(lambda _: HttpResponse()).process_view(request, None, (), {})  # type: ignore[arg-type]
        if refused is not None:
            raise SignInFirst(say("页面已过期，请刷新后重试。", "The page is stale; reload it and try again."))
    with scope.acting_as(scope.system("read the session", "api")):
        return team.actor_of(request.user)


def asked_by(*methods: str) -> Any:
    """Around every view of this door: the method, the actor, the language, refusals as JSON."""

    def wrap(view: View) -> View:
        @csrf_exempt
        @functools.wraps(view)
        def run(request: Any, *args: Any, **named: Any) -> HttpResponse:
            wanted = request.headers.get("Accept-Language", "zh").lower()
            with translation.override("en" if wanted.startswith("en") else "zh-hans"):
                try:
                    if request.method not in methods:
                        raise WrongMethod(
                            say("此地址只接受 {m}。", "This address takes {m} only.", m=", ".join(methods))
                        )
                    actor = actor_of(request)
                except Refused as refusal:
                    return refusal_answer(refusal)
                with scope.acting_as(replace(actor, door="api", request_id=getattr(request, "request_id", ""))):
                    return speaks_json(view)(request, *args, **named)

        return run  # type: ignore[no-any-return]

    return wrap
