"""The second step of a sign-in (a code or a passkey), and signing in with only a passkey."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from dakehu.domains.team.sign_in import backends, second_factors
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.interfaces.web.views.sign_in.password import PENDING, authenticate_user, draw, let_in, next_page

PATIENCE = 600  # seconds between the password and the second step
WRONG_CODE = bilingual(
    "验证码不正确或已用过，请输入应用当前显示的数字，或一个未用过的恢复码。",
    "That code is wrong or was used before: enter the digits the app shows now, or a recovery code not yet used.",
)
WRONG_PASSKEY = bilingual(
    "没有认出这个通行密钥，请重试，或用登录名和密码登录。",
    "That passkey was not recognised; try again, or sign in with user name and password.",
)


def pending(request: HttpRequest) -> tuple[Any, str] | None:
    """Return the user who recently gave the password in this session, and how."""
    held = request.session.get(PENDING)
    if not held or clock.now().timestamp() - held["at"] > PATIENCE:
        return None
    user = backends.user_behind(held["user"])
    return (user, held["how"]) if user else None


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    held = pending(request)
    if held is None:
        return HttpResponseRedirect("/sign-in")
    user, how = held
    if request.method == "GET":
        return ask(request, user)
    if authenticate_user(request, "code", user.username, code=request.POST.get("code", "")) is None:
        return ask(request, user, WRONG_CODE, 401)
    return let_in(request, user, f"{how}+code", second=True)


def ask(request: HttpRequest, user: Any, fault: Bilingual | str = "", status: int = 200) -> HttpResponse:
    page = {"fault": fault, "kinds": second_factors.kinds_of(user), "next": next_page(request), "person": user.name}
    return render(request, "sign_in/second_factor.html", page, status=status)


@require_POST
def passkey(request: HttpRequest) -> HttpResponse:
    """The challenge for a passkey: of the user in the second step, else of any user."""
    held = pending(request)
    return JsonResponse(second_factors.begin_passkey(held[0] if held else None))


@require_POST
def passkey_answer(request: HttpRequest) -> HttpResponse:
    held = pending(request)
    try:
        answer = json.loads(request.POST.get("credential", ""))
    except ValueError:
        answer = {}
    owner = held[0] if held else second_factors.passkey_owner(answer)
    username = owner.username if owner else ""
    if owner is None or authenticate_user(request, "passkey", username, passkey=answer) is None:
        return ask(request, owner, WRONG_PASSKEY, 401) if held else draw(request, WRONG_PASSKEY, status=401)
    return let_in(request, owner, f"{held[1]}+passkey" if held else "passkey", second=True)
