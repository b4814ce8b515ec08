"""Adapters for django-allauth: encrypt second factors, and handle the firm's single sign-on."""

import base64
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.utils.module_loading import import_string

from dakehu.foundation.access import encrypted_fields

PLACE = "mfa_authenticator.data"
ANSWER = "dakehu.interfaces.web.views.sign_in.single_sign_on.answered"


class FactorAdapter(DefaultMFAAdapter):
    """Encrypts the secret of sign-in codes and the seed of recovery codes with the desk's keys."""

    def encrypt(self, text: str) -> str:
        """Encrypt a secret."""
        return base64.b64encode(encrypted_fields.encrypt_bytes(PLACE, text.encode())).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt a secret."""
        return encrypted_fields.decrypt_bytes(PLACE, base64.b64decode(encrypted_text)).decode()

    def _get_user_identifier(self, user: Any) -> str:
        return str(user.username)

    def _get_site_name(self) -> str:
        return "dakehu"


class FirmAdapter(DefaultSocialAccountAdapter):
    """Answers after the firm's provider has identified a person, instead of allauth's own sign-in."""

    def pre_social_login(self, request: Any, sociallogin: Any) -> None:
        """Answer after the provider has identified a person."""
        raise ImmediateHttpResponse(import_string(ANSWER)(request, sociallogin))

    def on_authentication_error(
        self, request: Any, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """Answer a failed sign-in."""
        raise ImmediateHttpResponse(import_string(ANSWER)(request, None))
