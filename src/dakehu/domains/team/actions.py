"""Actions on staff, branches, teams, tokens and saved views."""

import secrets
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from dakehu.domains.team import credentials, role_changes, rules
from dakehu.domains.team.models import Branch, Device, Notice, NoticeKind, SavedView, Team, Token, User
from dakehu.foundation.access.actor import SIGN_IN, current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.audit.recent import count_recent
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, TooManyRequests, refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

PASSWORD = Parameter("password", spec=FieldSpec("密码", "Password"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))


GUESSES, GUESS_MINUTES = 5, 15


class WrongPassword(Refused):
    """The given current password is wrong; the audit records the attempt."""

    recorded_as = "team.wrong_password"


def set_password(user: User, password: str) -> None:
    """Check a password against the rules and set it. Raises Refused in the reader's language."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused({"password": [_weakness(one) for one in error.error_list]}) from None
    user.password = make_password(password)


def _weakness(error: ValidationError) -> Bilingual | str:
    """Return what is wrong with a password; Django's message for the commonest fault is in English only."""
    if error.code == "password_too_short":
        least = (error.params or {}).get("min_length", 10)
        return bilingual("密码太短，至少 {n} 个字符。", "The password is too short: at least {n} characters.", n=least)
    return " ".join(error.messages)


@action(
    "team.create_branch",
    needs=Permission.TEAM_WRITE,
    zh="新增营业部",
    en="Create a branch",
    parameters=parameters_of("team.Branch", "code", "name", optional=("city",)),
)
def create_branch(*, code: str, name: str, city: str = "") -> Branch:
    """Create a branch. Raises Refused where its code or name is taken."""
    if Branch.objects.filter(code=code).exists():
        raise refusal("code", "编号“{code}”已存在。", "Code “{code}” is taken.", code=code)
    if Branch.objects.filter(name=name).exists():
        raise refusal("name", "营业部“{name}”已存在。", "Branch “{name}” exists.", name=name)
    branch = Branch(code=code, name=name, city=city or "")
    branch.save()
    return branch


@action(
    "team.create_team",
    needs=Permission.TEAM_WRITE,
    zh="新建团队",
    en="Create a team",
    parameters=parameters_of("team.Team", "name", optional=("branch",)),
)
def create_team(*, name: str, branch: Branch | None = None) -> Team:
    """Create a team. Raises Refused where its name is taken."""
    if Team.objects.filter(name=name).exists():
        raise refusal("name", "团队“{name}”已存在。", "Team “{name}” exists.", name=name)
    team = Team(name=name, branch=branch)
    team.save()
    return team


@action(
    "team.add_user",
    needs=Permission.TEAM_WRITE,
    zh="新增人员",
    en="Add a member of staff",
    parameters=(
        parameters_of("team.User", "username", "name", "role", optional=("team", "mail")),
        PASSWORD,
    ),
    irreversible=bilingual(
        "新增的人员不能撤销，只能停用。",
        "A member of staff cannot be removed again, only disabled.",
    ),
)
def add_user(
    *,
    username: str,
    name: str,
    role: str,
    password: str,
    team: Team | None = None,
    mail: str = "",
) -> User:
    """Add a member of staff with an initial password, to be changed at the first sign-in."""
    if User.objects.filter(username=username).exists():
        raise refusal("username", "登录名“{name}”已存在。", "User name “{name}” is taken.", name=username)
    user = User(username=username, name=name, role=role, team=team, mail=mail or "")
    user.must_change = True
    set_password(user, password)
    waits = role in role_changes.TOLD_WHEN_NEW and role_changes.waits_for_second_person()
    user.is_active = not waits
    user.save()
    if waits:
        role_changes.ask_second_person(user, role)
    elif role in role_changes.TOLD_WHEN_NEW:
        role_changes.tell_compliance(user, role, NoticeKind.ROLE_CHANGED)
    return user


@action(
    "team.change_user",
    needs=Permission.TEAM_WRITE,
    zh="修改人员",
    en="Change a member of staff",
    parameters=(
        Parameter("user", "team.User", spec=FieldSpec("人员", "User")),
        parameters_of("team.User", optional=("name", "role", "team", "mail", "is_active")),
        VERSION,
    ),
    irreversible=bilingual(
        "账号、角色和团队的修改不能一键撤销；如有误，请再改一次。",
        "Changes of accounts, roles and teams cannot be undone at a press; to correct one, change it again.",
    ),
)
def change_user(*, user: User, version: int | None = None, **changes: Any) -> User:
    """Change fields of a member of staff. Raises Refused for deactivating oneself."""
    check_version(user, version)
    if user.pk == current_actor().user_id and changes.get("is_active") is False:
        raise refusal("is_active", "不能停用自己。", "You cannot deactivate yourself.")
    was_role, was_active = str(user.role), user.is_active
    role = str(changes.get("role") or was_role)
    role_changes.check_change(user, role, bool(changes.get("is_active", was_active)))
    if role != was_role and role_changes.waits_for_second_person():
        changes.pop("role")
        role_changes.ask_second_person(user, role)
    if changes.get("is_active") and not was_active and role_changes.is_waiting(user):
        raise refusal("is_active", "角色待第二个人确认。", "The role waits for a second person.")
    for name, value in changes.items():
        setattr(user, name, value)
    user.save()
    if str(user.role) != was_role:
        credentials.end_tokens(user)
        role_changes.tell_compliance(user, role, NoticeKind.ROLE_CHANGED)
    if was_active and not user.is_active:
        credentials.end_tokens(user)
        credentials.end_sessions(user)
    return user


@action(
    "team.reset_password",
    needs=Permission.TEAM_WRITE,
    zh="重置密码",
    en="Reset a password",
    parameters=(Parameter("user", "team.User", spec=FieldSpec("人员", "User")), PASSWORD),
    irreversible=bilingual(
        "重置后原密码立即失效，不能撤销。",
        "The old password stops working at once; this cannot be undone.",
    ),
)
def reset_password(*, user: User, password: str) -> User:
    """Set a new initial password for a member of staff. Tokens and sessions end, and the person gets a notice."""
    set_password(user, password)
    user.must_change = True
    user.save()
    credentials.end_tokens(user)
    credentials.end_sessions(user)
    Notice(user=user, kind=NoticeKind.PASSWORD_RESET, detail=current_actor().name[:160]).save()
    return user


@action(
    "team.change_my_password",
    needs="",
    zh="修改我的密码",
    en="Change my password",
    parameters=(
        Parameter("current", spec=FieldSpec("当前密码", "Current password")),
        Parameter("password", spec=FieldSpec("新密码", "New password")),
    ),
    irreversible=bilingual(
        "修改后原密码立即失效，不能撤销。",
        "The old password stops working at once; this cannot be undone.",
    ),
)
def change_my_password(*, current: str, password: str) -> User:
    """Change one's own password; tokens and other sessions end. Not allowed with a token.

    Raises Refused where the current one is wrong, TooManyRequests after five wrong ones within a quarter of an hour.
    """
    credentials.require_sign_in(bilingual("修改我的密码", "Change my password"))
    if count_recent(WrongPassword.recorded_as, GUESS_MINUTES) >= GUESSES:
        raise TooManyRequests(GUESS_MINUTES * 60)
    user = _current_user()
    if not check_password(current, user.password):
        raise WrongPassword({"current": [bilingual("当前密码不正确。", "The current password is wrong.")]})
    set_password(user, password)
    user.must_change = False
    user.save()
    credentials.end_tokens(user)
    return user


@action(
    "team.set_preferences",
    needs="",
    zh="修改个人设置",
    en="Change my settings",
    parameters=parameters_of("team.User", optional=("language", "theme")),
    offers_undo=False,
)
def set_preferences(*, language: str | None = None, theme: str | None = None) -> User:
    """Change one's own language and theme."""
    user = _current_user()
    user.language = language or user.language
    user.theme = theme or user.theme
    user.save()
    return user


@action("team.record_sign_in", needs="", zh="登录", en="Sign in", is_public=False)
def record_sign_in(*, user: User, how: str, device: str, address: str, digest: str) -> None:
    """Record a sign-in.

    An unknown device (by `digest`, the hash of its cookie) is saved; the user is notified of each except the first.
    """
    known = Device.objects.filter(user=user)
    add_audit_note(how=how, device=device, address=address)
    if not known.filter(digest=digest).exists():
        if known.exists():
            add_audit_note(new_device=True)
            Notice(user=user, kind=NoticeKind.NEW_DEVICE, detail=f"{device} · {address}").save()
        Device(user=user, name=device, address=address, digest=digest).save()
    user.last_login = clock.now()
    user.save()


@action(
    "team.record_failed_sign_in",
    needs="",
    zh="登录失败",
    en="Failed sign-in",
    is_public=False,
    open_to_strangers=SIGN_IN,
)
def record_failed_sign_in(*, username: str, how: str, address: str) -> None:
    """Record a failed sign-in."""
    add_audit_note(username=username, how=how, address=address)


@action(
    "team.create_token",
    needs="",
    zh="新建访问令牌",
    en="Create an API token",
    parameters=(
        parameters_of("team.Token", "name"),
        parameters_of("team.Token", optional=("scopes", "expires_on", "read_only")),
    ),
    irreversible=bilingual(
        "令牌只显示一次，新建后不能撤销，只能停用。",
        "A token is shown once and cannot be taken back, only revoked.",
    ),
)
def make_token(
    *, name: str, scopes: list[str] | None = None, expires_on: date | None = None, read_only: bool | None = None
) -> dict[str, Any]:
    """Create an API token with the actor's rights or fewer, valid for at most a year; shown once.

    `scopes` None grants all of the actor's rights, an empty list none. One created with a token expires no later than
    it. `read_only` tokens may query but not write. With HTTP Basic it is the password for the user name. Returns {id,
    token, expires_on, scopes}.
    """
    actor, today = current_actor(), clock.today()
    if scopes is not None and not (isinstance(scopes, list) and all(isinstance(s, str) for s in scopes)):
        raise refusal("scopes", "应为权限名称的列表。", "Must be a list of names of rights.")
    wanted = sorted(set(actor.permissions if scopes is None else scopes))
    missing = [scope for scope in wanted if not actor.may(scope)]
    if missing:
        raise refusal("scopes", "您没有这些权限：{names}。", "You do not hold: {names}.", names=", ".join(missing))
    latest = min(rules.latest_token_expiry(today), actor.extra.get(credentials.THROUGH_TOKEN, date.max))
    expires = expires_on or min(today + timedelta(days=90), latest)
    if expires > latest and credentials.THROUGH_TOKEN in actor.extra:
        raise refusal("expires_on", "不能晚于所用令牌的到期日。", "No later than the token that creates it expires.")
    if not today <= expires <= latest:
        raise refusal("expires_on", "到期日须在今天起一年之内。", "The expiry must lie within a year from today.")
    token = "dk_" + secrets.token_urlsafe(32)
    row = Token(
        user=_current_user(),
        name=name,
        scopes=wanted,
        hint=token[-4:],
        digest=rules.token_digest(token),
        expires_on=expires,
        read_only=bool(read_only),
    )
    row.save()
    return {"id": row.pk, "token": token, "expires_on": expires.isoformat(), "scopes": wanted}


@action("team.record_token_use", needs="", zh="使用令牌", en="Use a token", is_public=False)
def record_token_use(*, token: Token) -> None:
    """Record the first use of a token on a day."""
    token.last_used_on = clock.today()
    token.save()


@action(
    "team.revoke_token",
    needs="",
    zh="停用令牌",
    en="Revoke a token",
    parameters=(Parameter("token", kind="integer", spec=FieldSpec("令牌", "Token")),),
    irreversible=bilingual(
        "停用后，使用该令牌的程序立即无法访问，不能撤销。",
        "Programs that use this token lose access at once; this cannot be undone.",
    ),
)
def revoke_token(*, token: int) -> Token:
    """Revoke one of one's own tokens. Raises NotFound."""
    row = Token.objects.filter(pk=token, user_id=current_actor().user_id).first()
    if row is None:
        raise NotFound(bilingual("令牌", "token"), token)
    row.revoked = True
    row.save()
    return row


@action(
    "team.save_view",
    needs="",
    zh="保存视图",
    en="Save a view",
    parameters=(
        parameters_of("team.SavedView", "page", "name"),
        parameters_of("team.SavedView", optional=("shared", "state")),
    ),
)
def save_view(*, page: str, name: str, shared: bool | None = None, state: dict[str, Any] | None = None) -> SavedView:
    """Save a list's columns, filters and order under a name, replacing one's own view of that name."""
    owner = _current_user()
    view = SavedView.objects.filter(owner=owner, page=page, name=name).first() or SavedView(
        owner=owner, page=page, name=name
    )
    view.state = state or {}
    view.shared = bool(shared)
    view.save()
    return view


@action(
    "team.delete_view",
    needs="",
    zh="删除视图",
    en="Delete a view",
    parameters=(Parameter("view", kind="integer", spec=FieldSpec("视图", "View")),),
)
def delete_view(*, view: int) -> None:
    """Delete one of one's own views. Raises NotFound."""
    row = SavedView.objects.filter(pk=view, owner_id=current_actor().user_id).first()
    if row is None:
        raise NotFound(bilingual("视图", "view"), view)
    row.delete()


def _current_user() -> User:
    """Return the user of the actor."""
    return User.objects.get(pk=current_actor().user_id)
