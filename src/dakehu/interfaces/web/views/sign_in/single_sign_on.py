"""Signing in at the firm's own provider (OpenID Connect). It identifies the user; the desk decides on access."""

from typing import Any

import requests
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from dakehu.domains.team.sign_in import backends, single_sign_on
from dakehu.foundation.access.actor import SIGN_IN, serving_strangers
from dakehu.foundation.base.i18n import bilingual
from dakehu.interfaces.web.views.sign_in.password import continue_sign_in, draw

AWAY = bilingual(
    "统一登录暂时没有应答，请稍后再试，或用登录名和密码登录。",
    "The firm's sign-in does not answer; try later, or sign in with user name and password.",
)
REFUSED = bilingual(
    "统一登录没有成功，请重试；仍不行请联系管理员。",
    "The firm's sign-in did not succeed; try again, or ask your administrator.",
)
UNKNOWN = bilingual(
    "统一登录的账号没有对应的在用人员，请管理员核对邮箱或登录名。",
    "Nobody active here belongs to that account; ask your administrator to check the mail address or user name.",
)


class SignedOnly(OpenIDConnectOAuth2Adapter):
    """The provider's id_token is verified by its signature, regardless of the channel."""

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        self.did_fetch_access_token = False  # makes allauth check the signature
        return dict(super()._decode_id_token(app, id_token))


@require_safe
def begin(request: HttpRequest) -> HttpResponse:
    return _asked(request, OAuth2LoginView) if settings.OIDC_URL else HttpResponseRedirect("/sign-in")


@require_safe
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _asked(request, OAuth2CallbackView) if settings.OIDC_URL else HttpResponseRedirect("/sign-in")


def _asked(request: HttpRequest, view: Any) -> HttpResponse:
    try:
        return _by_allauth(request, view)
    except single_sign_on.ProviderAnswered as answer:
        return _provider_response(request, answer.account)
    except (requests.RequestException, KeyError, ValueError):
        return draw(request, AWAY, status=502)


@serving_strangers(SIGN_IN)  # allauth reads its own tables and those of staff; the resulting view is outside
def _by_allauth(request: HttpRequest, view: Any) -> HttpResponse:
    response: HttpResponse = view.adapter_view(SignedOnly(request, single_sign_on.PROVIDER))(request)
    return response


def _provider_response(request: HttpRequest, account: Any) -> HttpResponse:
    """Return the response to the provider's answer; `account` is None when it was negative."""
    if account is None:
        return draw(request, REFUSED, status=401)
    user = single_sign_on.user_behind(account)
    if user is None:
        backends.record_failure(str(account.uid), request, "firm")
        return draw(request, UNKNOWN, status=403)
    return continue_sign_in(request, user, "firm")
