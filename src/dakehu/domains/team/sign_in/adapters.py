"""Adapters for django-allauth: encrypt second factors, and handle the firm's single sign-on."""

import base64
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter

from dakehu.domains.team.sign_in.single_sign_on import ProviderAnswered
from dakehu.foundation.access import encrypted_fields

PLACE = "mfa_authenticator.data"


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
    """Raises ProviderAnswered once the firm's provider has answered, instead of allauth's own sign-in."""

    def pre_social_login(self, request: Any, sociallogin: Any) -> None:
        """Raise ProviderAnswered with the account that the provider has identified."""
        raise ProviderAnswered(sociallogin.account)

    def on_authentication_error(
        self, request: Any, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """Raise ProviderAnswered with None: the provider identified no account."""
        raise ProviderAnswered(None)
