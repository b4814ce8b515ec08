"""My account: language and appearance, password, keys to the API."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import label_of
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import perform, render_row, render_rows
from dakehu.interfaces.web import forms


@require_safe
def me_page(request: HttpRequest) -> HttpResponse:
    return draw(request)


def draw(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    me = render_row(team.current_user())
    page = {
        "settings_asked": forms.questions(ACTIONS["team.set_preferences"], me),
        "password_asked": forms.questions(ACTIONS["team.change_my_password"], {}),
        "token_asked": forms.questions(ACTIONS["team.create_token"], {}),
        "tokens": render_rows(team.tokens(), shown=True),
        "rights": sorted(
            ((code, str(label_of(code))) for code in current_actor().permissions), key=lambda right: right[1]
        ),
        "tab": "programs" if request.GET.get("tab") == "programs" or request.path != "/me" else "profile",
        "today": clock.today().isoformat(),
        "me_shown": render_row(team.current_user(), shown=True),
        "page_title": bilingual("我的账号", "My account"),
    }
    return render(request, "account/profile.html", {**page, **more}, status=status)


@require_http_methods(["POST"])
def settings_of_mine(request: HttpRequest) -> HttpResponse:
    action = ACTIONS["team.set_preferences"]
    user = perform(action.name, forms.answers(action, request.POST, changing=False))
    response = HttpResponseRedirect("/me")
    for name, value in (("theme", str(user.theme)), ("language", str(user.language))):
        response.set_cookie(name, value, max_age=31536000, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    messages.success(request, str(bilingual("设置已保存。", "Settings saved.")))
    return response


@sensitive_post_parameters("current", "password")
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """A separate page, because users with an initial password are sent here first."""
    action, asked = ACTIONS["team.change_my_password"], {}
    if request.method == "POST":
        try:
            user = perform(action.name, forms.answers(action, request.POST, changing=False))
        except Refused as refusal:
            asked = dict(refusal.messages)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, str(bilingual("密码已修改。", "Password changed.")))
            return HttpResponseRedirect("/")
    known: Any = request.user
    page = {"questions": forms.questions(action, {}, asked), "forced": known.must_change, "page_title": action.label}
    return render(request, "account/password.html", page, status=422 if asked else 200)


@require_http_methods(["POST"])
def make_token(request: HttpRequest) -> HttpResponse:
    """A new key, shown once."""
    action = ACTIONS["team.create_token"]
    raw: dict[str, Any] = forms.answers(action, request.POST, changing=False)
    if request.POST.getlist("scopes"):
        raw["scopes"] = request.POST.getlist("scopes")
    try:
        made = perform(action.name, raw)
    except Refused as refusal:
        return draw(
            request, 422, token_asked=forms.questions(action, dict(request.POST.items()), dict(refusal.messages))
        )
    return draw(request, made=made)


@require_http_methods(["POST"])
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    perform("team.revoke_token", {"token": token_id})
    messages.success(request, str(bilingual("令牌已停用。", "Token revoked.")))
    return HttpResponseRedirect("/me?tab=programs")
