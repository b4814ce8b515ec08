"""Signing in and out, with a lock after five failures."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from dakehu.foundation.words import Words, say
from dakehu.rooms.team.signin import note_sign_in

WRONG = say("登录名或密码不正确，请核对后再试。", "User name or password is wrong; please check and try again.")


def locked_words() -> Words:
    minutes = round(timedelta(hours=settings.AXES_COOLOFF_TIME).total_seconds() / 60)
    return say(
        "连续输错 {count} 次，这个登录名已锁定 {minutes} 分钟。到时再试；着急或忘了密码，请管理员重置。",
        "{count} wrong tries: this user name is locked for {minutes} minutes. Try again then; if it is urgent or you "
        "forgot the password, ask your administrator to reset it.",
        count=settings.AXES_FAILURE_LIMIT,
        minutes=minutes,
    )


def way_on(request: HttpRequest) -> str:
    """Where the reader wanted to go, if that is a page of ours."""
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
        return HttpResponseRedirect(way_on(request)) if asked.user.is_authenticated else draw(request)
    username = request.POST.get("username", "").strip()
    user: Any = authenticate(request, username=username, password=request.POST.get("password", ""))
    if user is None:
        return draw(request, WRONG, username, status=401)
    login(request, user)
    note_sign_in(user, asked.request_id)
    response = HttpResponseRedirect(way_on(request))
    for name, value in (("theme", str(user.theme)), ("language", str(user.language))):
        response.set_cookie(name, value, max_age=31536000, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response


def draw(request: HttpRequest, fault: Words | str = "", username: str = "", status: int = 200) -> HttpResponse:
    page = {"fault": fault, "username": username, "next": way_on(request)}
    return render(request, "signin.html", page, status=status)


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None, *rest: Any) -> HttpResponse:
    """What axes answers once a name is locked."""
    return draw(request, locked_words(), (credentials or {}).get("username", ""), status=429)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponseRedirect("/sign-in")
