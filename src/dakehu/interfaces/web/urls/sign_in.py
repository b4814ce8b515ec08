"""Addresses of signing in and out."""

from django.urls import path

from dakehu.interfaces.web.views.sign_in import first_run, password, second_factor, single_sign_on, welcome

urlpatterns = [
    path("sign-in", password.sign_in, name="sign-in"),
    path("sign-in/second", second_factor.second, name="sign-in-second"),
    path("sign-in/passkey", second_factor.passkey, name="sign-in-passkey"),
    path("sign-in/passkey/answer", second_factor.passkey_answer, name="sign-in-passkey-answer"),
    path("sign-in/firm", single_sign_on.begin, name="sign-in-firm"),
    path("sign-in/firm/callback", single_sign_on.callback, {"provider_id": "firm"}, name="openid_connect_callback"),
    path("begin/", first_run.set_up, name="set-up"),
    path("begin/username", first_run.propose_username, name="set-up-username"),
    path("begin/link", first_run.open_link, name="one-time-link"),
    path("welcome/", welcome.page, name="welcome"),
    path("welcome/demonstration", welcome.demonstrate, name="demonstration"),
    path("sign-out", password.sign_out, name="sign-out"),
]
