"""My sign-in: second factors, recovery codes, sessions. Changes require the password again after a while."""

import base64
import functools
import json
from typing import Any

from allauth.mfa.webauthn.internal import auth as webauthn
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dakehu.domains.team.sign_in import backends, second_factors, sessions
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.interfaces.web.views.errors import wants_json
from dakehu.interfaces.web.views.sign_in.password import WRONG, authenticate_user, next_page

HERE, PROVE = "/me/security", "/me/security/prove"
LATELY = 900  # seconds for which a password given in this session is valid for changes
UNFINISHED = "totp"  # in the session: the sealed secret of an app not yet confirmed by a code


def require_recent_password(view: Any) -> Any:
    """Wrap every change: the password is required again if it was given too long ago."""

    @functools.wraps(view)
    def run(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        if clock.now().timestamp() - request.session.get(backends.FACTOR_PASSED, 0) <= LATELY:
            return view(request, *args, **named)
        if wants_json(request):
            return JsonResponse({"go": PROVE}, status=403)
        return HttpResponseRedirect(PROVE)

    return run


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def prove(request: HttpRequest) -> HttpResponse:
    asked: Any = request
    fault, status = WRONG, 200
    if request.method == "POST":
        if (
            authenticate_user(request, "password", asked.user.username, password=request.POST.get("password", ""))
            is not None
        ):
            request.session[backends.FACTOR_PASSED] = int(clock.now().timestamp())
            return HttpResponseRedirect(HERE)
        status = 401
    page = {
        "fault": fault if status == 401 else "",
        "next": next_page(request),
        "page_title": bilingual("请确认密码", "Confirm your password"),
    }
    return render(request, "account/confirm_password.html", page, status=status)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return draw(request)


def draw(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    asked: Any = request
    held = second_factors.own_factors()
    kinds = {row["kind"] for row in held}
    shown = {
        "app": next((row for row in held if row["kind"] == "totp"), None),
        "passkeys": [row for row in held if row["kind"] == "webauthn"],
        "codes": next((row for row in held if row["kind"] == "recovery_codes"), None),
        "guarded": bool(kinds & {"totp", "webauthn"}),
        "due": backends.needs_second_factor(asked.user, request.session),
        "sessions": sessions.sessions(),
        "current": sessions.current_session(request),
        "page_title": bilingual("登录安全", "Sign-in and security"),
    }
    return render(request, "account/security.html", {**shown, **more}, status=status)


@require_recent_password
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def codes_app(request: HttpRequest) -> HttpResponse:
    """Setting up an authenticator app: the picture to scan, then its first code."""
    asked: Any = request
    fault: list[Any] = []
    if request.method == "POST" and UNFINISHED in request.session:
        try:
            second_factors.turn_on_codes(secret=request.session[UNFINISHED], code=request.POST.get("code", ""))
        except Refused as refusal:
            fault = list(refusal.messages.get("code", []))
        else:
            del request.session[UNFINISHED]
            return set_up(request)
    if UNFINISHED not in request.session:
        request.session[UNFINISHED] = second_factors.new_secret()
    secret = second_factors.open_secret(request.session[UNFINISHED])
    picture = base64.b64encode(second_factors.qr_code(asked.user, secret).encode()).decode()
    shown = {
        "fault": fault,
        "picture": picture,
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "page_title": bilingual("启用验证码登录", "Turn on sign-in codes"),
    }
    return render(request, "account/authenticator.html", shown, status=422 if fault else 200)


def set_up(request: HttpRequest) -> HttpResponse:
    """Enable a factor: the session counts as passed, and the first factor creates recovery codes."""
    request.session[backends.PASSWORD_PASSED] = True
    if any(row["kind"] == "recovery_codes" for row in second_factors.own_factors()):
        messages.success(request, str(bilingual("已启用。", "It is on.")))
        return HttpResponseRedirect(HERE)
    return draw(request, made=second_factors.make_recovery_codes())


@require_recent_password
@require_POST
def recovery(request: HttpRequest) -> HttpResponse:
    return draw(request, made=second_factors.make_recovery_codes())


@require_recent_password
@require_POST
def passkey_begin(request: HttpRequest) -> HttpResponse:
    asked: Any = request
    return JsonResponse(webauthn.begin_registration(asked.user, passwordless=True))


@require_recent_password
@require_POST
def passkey_add(request: HttpRequest) -> HttpResponse:
    try:
        answer = json.loads(request.POST.get("credential", ""))
    except ValueError:
        answer = None
    try:
        second_factors.add_passkey(name=request.POST.get("name", "").strip(), answer=answer)
    except Refused as refusal:
        return draw(request, 422, passkey_fault=[m for found in refusal.messages.values() for m in found])
    return set_up(request)


@require_recent_password
@require_POST
def drop(request: HttpRequest, factor_id: int) -> HttpResponse:
    second_factors.remove_factor(factor=factor_id)
    asked: Any = request
    if not second_factors.kinds_of(asked.user):
        request.session.pop(backends.PASSWORD_PASSED, None)
    messages.success(request, str(bilingual("已移除。", "Removed.")))
    return HttpResponseRedirect(HERE)


@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    sessions.end_session(session=session_id)
    messages.success(request, str(bilingual("已结束那处登录。", "That session has ended.")))
    return HttpResponseRedirect(HERE)


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    ended = sessions.end_other_sessions(keep=sessions.current_session(request))
    messages.success(request, str(bilingual("已结束其他 {n} 处登录。", "{n} other sessions have ended.", n=ended)))
    return HttpResponseRedirect(HERE)


@require_POST
def read_notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    sessions.read_notice(notice=notice_id)
    return HttpResponseRedirect(HERE if request.POST.get("then") == "security" else "/")
