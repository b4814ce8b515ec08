"""Addresses of one's own account."""

from django.urls import path

from dakehu.interfaces.web.views.account import notices, profile, security, watermark

urlpatterns = [
    path("me", profile.me_page, name="me"),
    path("me/watermark.svg", watermark.picture, name="my-watermark"),
    path("me/settings", profile.settings_of_mine, name="my-settings"),
    path("me/password", profile.password, name="my-password"),
    path("me/notices", notices.page, name="my-notices"),
    path("me/notices/addresses", notices.add, name="my-notice-addresses"),
    path("me/notices/addresses/<int:pk>/<slug:verb>", notices.do, name="my-notice-address"),
    path("me/notices/snooze", notices.snooze, name="my-notices-snooze"),
    path("me/security", security.page, name="security"),
    path("me/security/prove", security.prove, name="security-prove"),
    path("me/security/codes", security.codes_app, name="security-codes"),
    path("me/security/recovery", security.recovery, name="security-recovery"),
    path("me/security/passkeys", security.passkey_add, name="security-passkeys"),
    path("me/security/passkeys/begin", security.passkey_begin, name="security-passkey-begin"),
    path("me/security/factors/<int:factor_id>/remove", security.drop, name="security-remove"),
    path("me/security/sessions/<int:session_id>/end", security.end_session, name="security-end"),
    path("me/security/sessions/end-others", security.end_others, name="security-end-others"),
    path("me/notices/<int:notice_id>/read", security.read_notice, name="read-notice"),
    path("me/tokens", profile.make_token, name="my-tokens"),
    path("me/tokens/<int:token_id>/revoke", profile.revoke_token, name="revoke-token"),
]
