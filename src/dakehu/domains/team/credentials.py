"""Tokens and sessions end when a password changes or a person leaves; those of others are ended here."""

from typing import Any

from allauth.usersessions.models import UserSession

from dakehu.domains.team.models import Token, User
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

THROUGH_TOKEN = "token"  # noqa: S105  in `extra` of an actor who came with a token: when it expires


class SignInNeeded(NotAllowed):
    """The action requires a signed-in person; a token is not allowed."""

    def __init__(self, what: Bilingual) -> None:
        super().__init__(what, "")
        self.messages = {
            "": [
                bilingual(
                    "“{what}”须本人登录后进行，不能用访问令牌。",
                    "“{what}” is for whoever has signed in; a token may not.",
                    what=what,
                )
            ]
        }


def require_sign_in(what: Bilingual) -> None:
    """Raise SignInNeeded where the actor is authenticated by a token."""
    if THROUGH_TOKEN in current_actor().extra:
        raise SignInNeeded(what)


def end_tokens(user: User) -> int:
    """Revoke every token of a person within the open act; returns how many."""
    rows = list(Token.objects.filter(user=user, revoked=False))
    for row in rows:
        row.revoked = True
        row.save()
    if rows:
        add_audit_note(tokens_ended=len(rows))
    return len(rows)


def end_sessions(user: User) -> int:
    """End every session of a person within the open act; returns how many."""
    rows = list(UserSession.objects.filter(user_id=user.pk))
    for row in rows:
        row.end()
    if rows:
        add_audit_note(sessions_ended=len(rows))
    return len(rows)


@query(
    "team.tokens_of",
    needs=Permission.TEAM_WRITE,
    zh="人员的令牌",
    en="Tokens of staff",
    parameters=(Parameter("user", "team.User", required=False, spec=FieldSpec("人员", "User")),),
)
def staff_tokens(*, user: User | None = None) -> list[dict[str, Any]]:
    """Return the tokens valid today, of one person or of all: [{id, user, username, name, hint, scopes, read_only,
    expires_on, last_used_on}], never a token itself."""
    rows = Token.objects.filter(revoked=False, expires_on__gte=clock.today()).select_related("user").order_by("-pk")
    if user is not None:
        rows = rows.filter(user=user)
    return [
        {
            "id": row.pk,
            "user": row.user.name,
            "username": row.user.username,
            "name": row.name,
            "hint": row.hint,
            "scopes": row.scopes,
            "read_only": row.read_only,
            "expires_on": row.expires_on,
            "last_used_on": row.last_used_on,
        }
        for row in rows
    ]


@action(
    "team.end_token",
    needs=Permission.TEAM_WRITE,
    zh="停用他人的令牌",
    en="Revoke somebody's token",
    parameters=(Parameter("token", kind="integer", spec=FieldSpec("令牌", "Token")),),
    irreversible=bilingual(
        "停用后，使用该令牌的程序立即无法访问，不能撤销。",
        "Programs that use this token lose access at once; this cannot be undone.",
    ),
)
def end_token(*, token: int) -> Token:
    row = Token.objects.filter(pk=token).select_related("user").first()
    if row is None:
        raise NotFound(bilingual("令牌", "token"), token)
    row.revoked = True
    row.save()
    add_audit_note(user=row.user.username)
    return row
