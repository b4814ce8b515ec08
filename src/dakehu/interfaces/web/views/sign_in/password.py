"""Signing in and out: the password first, with a lock after five failures; then the second step for users who have one."""

import secrets
from datetime import timedelta
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from dakehu.domains.team import first_account
from dakehu.domains.team.sign_in import backends, one_time_links, second_factors, sessions
from dakehu.foundation.base import clock, firm_settings
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.interfaces.client_address import is_from_this_machine

WRONG = bilingual("登录名或密码不正确，请核对后再试。", "User name or password is wrong; please check and try again.")
PENDING = "second_for"  # in the session of a user who has given the password and must pass the second step
DEVICE = "device"
YEAR = 31536000


def locked_words() -> Bilingual:
    minutes = round(timedelta(hours=settings.AXES_COOLOFF_TIME).total_seconds() / 60)
    return bilingual(
        "连续输错 {count} 次，这个登录名已锁定 {minutes} 分钟。到时再试；着急或忘了密码，请管理员重置。",
        "{count} wrong tries: this user name is locked for {minutes} minutes. Try again then; if it is urgent or you "
        "forgot the password, ask your administrator to reset it.",
        count=settings.AXES_FAILURE_LIMIT,
        minutes=minutes,
    )


def next_page(request: HttpRequest) -> str:
    """Return the requested page, if it is one of the desk."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else "/"


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    asked: Any = request
    if request.method == "GET":
        if asked.user.is_authenticated:
            return HttpResponseRedirect(next_page(request))
        request.session.pop(PENDING, None)
        return draw(request)
    username = request.POST.get("username", "").strip()
    user = authenticate_user(request, "password", username, password=request.POST.get("password", ""))
    return draw(request, WRONG, username, status=401) if user is None else continue_sign_in(request, user, "password")


def authenticate_user(request: HttpRequest, how: str, username: str, **given: Any) -> Any:
    """Return the user accepted by axes and one of our backends, or None with the failure recorded. Attempts
    while a name is locked are not tried, and so not recorded again."""
    open_still = AxesProxyHandler.is_allowed(request, {"username": username})
    user = authenticate(request, username=username, **given)
    if user is None and open_still:
        backends.record_failure(username, request, how)
    return user


def continue_sign_in(request: HttpRequest, user: Any, how: str) -> HttpResponse:
    """Sign in, or redirect to the second step first."""
    if not second_factors.kinds_of(user):
        return let_in(request, user, how)
    request.session.cycle_key()
    request.session[PENDING] = {"user": user.pk, "how": how, "at": int(clock.now().timestamp())}
    return HttpResponseRedirect(f"/sign-in/second?{urlencode({'next': next_page(request)})}")


def let_in(request: HttpRequest, user: Any, how: str, second: bool = False) -> HttpResponse:
    asked: Any = request
    request.session.pop(PENDING, None)
    login(request, user, backend=backends.BACKEND)
    request.session.set_expiry(firm_settings.current("SESSION_HOURS") * 3600)
    if second:
        request.session[backends.PASSWORD_PASSED] = True
    request.session[backends.FACTOR_PASSED] = int(clock.now().timestamp())
    cookie = request.COOKIES.get(DEVICE) or secrets.token_urlsafe(24)
    backends.record_sign_in(user, asked, cookie, how)
    sessions.record_session(asked)
    response = HttpResponseRedirect(next_page(request))
    for name, value in (("theme", str(user.theme)), ("language", str(user.language))):
        response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    response.set_cookie(
        DEVICE, cookie, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=True
    )
    return response


def draw(request: HttpRequest, fault: Bilingual | str = "", username: str = "", status: int = 200) -> HttpResponse:
    page: dict[str, Any] = {
        "fault": fault,
        "username": username,
        "next": next_page(request),
        "firm": bool(settings.OIDC_URL),
    }
    if not first_account.has_staff():
        page |= {"unstaffed": True, "is_here": is_from_this_machine(request), "minutes": one_time_links.MINUTES}
    return render(request, "sign_in/password.html", page, status=status)


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None, *rest: Any) -> HttpResponse:
    """Return the response of axes once a name is locked."""
    return draw(request, locked_words(), (credentials or {}).get("username", ""), status=429)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    answer = HttpResponseRedirect("/sign-in")
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
