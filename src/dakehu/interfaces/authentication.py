"""Authentication of interfaces for programs: a token with its scopes, or the browser's session."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from dakehu.domains.team import queries as team
from dakehu.domains.team import rules
from dakehu.domains.team.actions import record_token_use
from dakehu.domains.team.sign_in import backends
from dakehu.foundation.access.actor import Actor, acting_as, serving_strangers, system_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.interfaces import rate_limits

SAFE = ("GET", "HEAD", "OPTIONS")


class SignInFirst(Refused):
    status = 401


class ReadOnly(Refused):
    status = 403


class WrongMethod(Refused):
    status = 405


class _Csrf(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def actor_of(request: Any, door: str = "api", opened: Mapping[str, frozenset[str]] = MappingProxyType({})) -> Actor:
    """Return the actor behind a request to an interface (`door`). Raises SignInFirst without a valid token or session.

    `opened` is {scope: additional permissions of a token of this scope here}, as far as its holder has them.
    """
    given = request.headers.get("Authorization", "")
    if given:
        return token_actor(request, given, door, opened, writes=request.method not in SAFE)
    if request.user.is_authenticated and backends.needs_second_factor(request.user, request.session):
        raise SignInFirst(bilingual("请先在网页上启用两步登录。", "Set up your second factor in the browser first."))
    if not request.user.is_authenticated or request.user.must_change:
        rate_limits.check_stranger(request)
        raise SignInFirst(bilingual("请先登录，或使用访问令牌。", "Sign in, or use an API token."))
    if request.method not in SAFE:
        refused = _Csrf(lambda _: HttpResponse()).process_view(request, None, (), {})  # type: ignore[arg-type]
        if refused is not None:
            raise SignInFirst(bilingual("页面已过期，请刷新后重试。", "The page is stale; reload it and try again."))
    with acting_as(system_actor("read the session", door)):
        return team.actor_of(request.user)


def token_actor(
    request: Any,
    given: str,
    door: str,
    opened: Mapping[str, frozenset[str]] = MappingProxyType({}),
    *,
    writes: bool,
) -> Actor:
    """Return the actor of an Authorization header, limited to the token's scopes.

    Raises SignInFirst where the token is not valid, ReadOnly where it may not write.
    """
    with acting_as(system_actor("check an API token", door)):
        rate_limits.check_stranger(request, 0)
        found = holder(given)
        if found is None:
            rate_limits.check_stranger(request, rate_limits.WRONG_TOKEN)
            raise SignInFirst(bilingual("令牌无效、已停用或已到期。", "The token is wrong, revoked or expired."))
        user, row = found
        scopes = {*row.scopes, *(code for scope in row.scopes for code in opened.get(scope, ()))}
        actor = rules.with_scopes(team.actor_of(user), sorted(scopes), row.expires_on)
        if row.read_only and writes:
            raise ReadOnly(bilingual("此令牌只读，不能写入。", "This token is read-only."))
        if row.last_used_on != clock.today():
            with acting_as(replace(actor, door=door)):
                record_token_use(token=row)
    return actor


@serving_strangers("check an API token")
def holder(given: str) -> Any:
    """Return the holder of the token of an Authorization header, and the token: as Bearer, or as the password with the user
    name (Basic), which is what spreadsheet programs can send. None when it is not valid."""
    kind, _, rest = given.partition(" ")
    if kind.lower() == "bearer":
        return team.token_user(rest.strip())
    if kind.lower() != "basic":
        return None
    try:
        username, _, token = base64.b64decode(rest.strip(), validate=True).decode().partition(":")
    except ValueError:
        return None
    found = team.token_user(token)
    return found if found and found[0].username == username else None
