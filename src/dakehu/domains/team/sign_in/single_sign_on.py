"""Map an account of the firm's single sign-on to an active member of staff; never create one."""

from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.conf import settings

from dakehu.domains.team.models import User
from dakehu.foundation.access.actor import SIGN_IN, serving_strangers
from dakehu.foundation.actions.registry import action
from dakehu.foundation.records.recorded import add_audit_note

PROVIDER = "firm"


class ProviderAnswered(Exception):
    """Ends allauth's part with the provider's answer. `account` is None when the provider refused."""

    def __init__(self, account: Any) -> None:
        super().__init__("the firm's provider has answered")
        self.account = account


@serving_strangers(SIGN_IN)
def user_behind(account: Any) -> User | None:
    """Return the active user of an account, None if there is none.

    An account linked before keeps its user; otherwise the only match is linked now. `account.extra_data` holds the
    claims of the signed id_token. A mail address is used only if the provider has verified it.
    """
    link = SocialAccount.objects.filter(provider=PROVIDER, uid=account.uid).first()
    if link is not None:
        return User.objects.filter(pk=link.user_id, is_active=True).first()
    claims = account.extra_data.get("id_token") or {}
    if settings.OIDC_MATCH == "username":
        criteria = {"username": claims.get("preferred_username")}
    else:
        criteria = {"mail__iexact": claims.get("email") if claims.get("email_verified") is True else None}
    if not all(criteria.values()):
        return None
    matches = list(User.objects.filter(is_active=True, **criteria)[:2])
    if len(matches) != 1:
        return None
    link_account(user=matches[0], uid=account.uid)
    return matches[0]


@action(
    "team.link_account",
    needs="",
    zh="绑定统一登录账号",
    en="Link an account of the company sign-in",
    is_public=False,
    open_to_strangers=SIGN_IN,
)
def link_account(*, user: User, uid: str) -> None:
    """Link an account of the firm's sign-in to a user."""
    SocialAccount(user=user, provider=PROVIDER, uid=uid, extra_data={}).save()
    add_audit_note(user=user.username, uid=uid)
