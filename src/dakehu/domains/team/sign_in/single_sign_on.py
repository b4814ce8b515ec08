"""Whom an account at the firm's own sign-in stands for: a member of staff who is active here, never somebody new."""

from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.conf import settings

from dakehu.domains.team.models import User
from dakehu.foundation.actions.registry import action
from dakehu.foundation.records.recorded import add_audit_note

PROVIDER = "firm"


def user_behind(account: Any) -> User | None:
    """The active user of an account: the one it was tied to before, else the only one who matches, tied now.

    `account.extra_data` holds the claims of the signed id_token. A mail address counts only when the provider says
    that it has verified it.
    """
    tied = SocialAccount.objects.filter(provider=PROVIDER, uid=account.uid).first()
    if tied is not None:
        return User.objects.filter(pk=tied.user_id, is_active=True).first()
    claims = account.extra_data.get("id_token") or {}
    if settings.OIDC_MATCH == "username":
        wanted = {"username": claims.get("preferred_username")}
    else:
        wanted = {"mail__iexact": claims.get("email") if claims.get("email_verified") is True else None}
    if not all(wanted.values()):
        return None
    found = list(User.objects.filter(is_active=True, **wanted)[:2])
    if len(found) != 1:
        return None
    link_account(user=found[0], uid=account.uid)
    return found[0]


@action("team.tie_account", needs="", zh="绑定统一登录账号", en="Tie an account of the firm's sign-in", is_public=False)
def link_account(*, user: User, uid: str) -> None:
    SocialAccount(user=user, provider=PROVIDER, uid=uid, extra_data={}).save()
    add_audit_note(user=user.username, uid=uid)
