"""Queries of staff, and look-ups of users and actors."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from dakehu.domains.team import rules
from dakehu.domains.team.credentials import require_sign_in
from dakehu.domains.team.models import Branch, SavedView, Team, Token, User
from dakehu.domains.team.roles import ROLES
from dakehu.foundation.access.actor import Actor, current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.database.kept_statements import kept_statement
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.parameters import parameters_of


def actor_for(user_id: int) -> Actor:
    """Return the current actor of a user. Raises NotFound for an inactive one."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise NotFound(bilingual("人员", "user"), user_id)
    return actor_of(user)


def actor_of(user: User) -> Actor:
    """Return the actor of a user."""
    custom_fields.load()  # an actor starts with the current custom fields
    teammates: tuple[int, ...] = ()
    if ROLES[str(user.role)].leads and user.team_id:
        teammates = tuple(User.objects.filter(team_id=user.team_id).values_list("pk", flat=True))
    teams = (user.team_id,) if user.team_id else ()
    absent = rules.absent_colleagues(user.stands_in_for, clock.today()) if user.stands_in_for else ()
    return rules.actor(user.pk, user.name, str(user.role), teams, teammates, user.has_admin_duty, absent)


def find_user(username: str) -> User:
    """Return an active user by user name. Raises NotFound."""
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise NotFound(bilingual("登录名", "user"), username)
    return user


def get_user(user_id: int | None) -> User | None:
    """Return an active user by id, None for one who has left."""
    return User.objects.filter(pk=user_id, is_active=True).first()


def names_of(user_ids: Iterable[int]) -> dict[int, str]:
    """Return {id: name} of users, including those who have left."""
    return dict(User.objects.filter(pk__in=list(user_ids)).values_list("pk", "name"))


def active_user_ids() -> list[int]:
    """Return the ids of the active users."""
    return list(User.objects.filter(is_active=True).order_by("pk").values_list("pk", flat=True))


def active_people() -> list[User]:
    """Return the active users with their teams, by id; for look-ups by name."""
    return list(User.objects.filter(is_active=True).select_related("team").order_by("pk"))


def language_of(user_id: int) -> str:
    """Return the interface language of a user, "zh" or "en"."""
    return str(User.objects.filter(pk=user_id).values_list("language", flat=True).first() or "zh")


def find_lead(user: User | None) -> User | None:
    """Return the lead of a user's team (possibly the user), None without a team or a lead."""
    if user is None or user.team_id is None:
        return None
    leading = [name for name, role in ROLES.items() if role.leads]
    return User.objects.filter(team_id=user.team_id, role__in=leading, is_active=True).order_by("pk").first()


def leads_of(user_ids: Iterable[int]) -> dict[int, int]:
    """Return {user id: id of the lead of the user's team} of the users whose team has one."""
    leading = [name for name, role in ROLES.items() if role.leads]
    found: dict[int, int] = {}
    teams = dict(User.objects.filter(pk__in=list(user_ids)).exclude(team=None).values_list("pk", "team_id"))
    leads = User.objects.filter(team_id__in=set(teams.values()), role__in=leading, is_active=True).order_by("-pk")
    lead_by_team = dict(leads.values_list("team_id", "pk"))
    for user, own in teams.items():
        if own in lead_by_team:
            found[user] = lead_by_team[own]
    return found


def current_user() -> User | None:
    """Return the user of the actor, None for the system."""
    user_id = current_actor().user_id
    return User.objects.filter(pk=user_id).first() if user_id else None


def token_user(token: str) -> tuple[User, Token] | None:
    """Return the user and row of an API token, None if it is not valid today."""
    row = Token.objects.filter(digest=rules.token_digest(token)).select_related("user").first()
    if row is None or not row.user.is_active or row.user.must_change:
        return None
    is_valid = rules.is_token_valid(expires_on=row.expires_on, revoked=row.revoked, today=clock.today())
    return (row.user, row) if is_valid else None


def valid_tokens() -> list[Token]:
    """Return one's own API tokens valid today, newest first."""
    rows = Token.objects.filter(user_id=current_actor().user_id, revoked=False, expires_on__gte=clock.today())
    return list(rows.order_by("-pk"))


@query("team.users", needs=Permission.TEAM_READ, zh="人员", en="Staff")
def users() -> Any:
    """Return all members of staff by team."""
    return User.objects.order_by("team__name", "username")


_names_to_choose = kept_statement(
    User, lambda: User.objects.filter(is_active=True).order_by("team__name", "username").values_list("pk", "name")
)


def users_to_choose() -> list[tuple[int, str]]:
    """Return (id, name) of the active members of staff by team. Raises NotAllowed."""
    if not current_actor().may(Permission.TEAM_READ):
        raise NotAllowed(bilingual("人员", "Staff"), Permission.TEAM_READ)
    return [(pk, name) for pk, name in _names_to_choose()]


@query("team.branches", needs=Permission.TEAM_READ, zh="营业部", en="Branches")
def branches() -> Any:
    """Return all branches by code."""
    return Branch.objects.order_by("code")


@query("team.teams", needs=Permission.TEAM_READ, zh="团队", en="Teams")
def teams() -> Any:
    """Return all teams by name."""
    return Team.objects.order_by("name")


@query("team.roles", needs=Permission.TEAM_READ, zh="角色与权限", en="Roles and rights")
def roles() -> list[dict[str, Any]]:
    """Return the roles with their permissions, reach and clearance."""
    return [
        {
            "role": name,
            "name": role.name.text,
            "what": str(bilingual(role.zh, role.en)),
            "permissions": sorted(role.permissions),
            "reach": str(role.reach),
            "clearance": role.clearance.name.lower(),
        }
        for name, role in ROLES.items()
    ]


@query("team.me", needs="", zh="我", en="Me")
def me() -> dict[str, Any]:
    """Return the actor and their permissions."""
    actor = current_actor()
    return {
        "id": actor.user_id,
        "name": actor.name,
        "role": actor.role,
        "permissions": sorted(actor.permissions),
        "reach": str(actor.reach),
    }


@query("team.tokens", needs="", zh="我的令牌", en="My tokens")
def tokens() -> Any:
    """Return one's own API tokens, newest first. Raises NotAllowed for an actor authenticated by a token."""
    require_sign_in(bilingual("我的令牌", "My tokens"))
    return Token.objects.filter(user_id=current_actor().user_id).order_by("-pk")


@query("team.views", needs="", zh="我的视图", en="My views", parameters=parameters_of("team.SavedView", "page"))
def views(*, page: str) -> Any:
    """Return one's own saved views of a page and those shared by one's team."""
    return _views_of(current_actor().user_id, _teams_of(current_actor()), page)


def names_of_views(page: str, count: int) -> list[tuple[int, str]]:
    """Return (id, name) of the first `count` of `views`, for the menu of every page."""
    actor = current_actor()
    return [(pk, name) for pk, name in _names_of_views(actor.user_id, _teams_of(actor), page, count)]


def _teams_of(actor: Actor) -> tuple[int, ...]:
    return tuple(actor.extra.get("teams") or ())


def _views_of(owner: int | None, teams: tuple[int, ...], page: str) -> Any:
    condition = Q(owner_id=owner)
    if teams:
        condition |= Q(shared=True, owner__team_id__in=teams)
    return SavedView.objects.filter(condition, page=page).order_by("pk")


_names_of_views = kept_statement(
    SavedView, lambda owner, teams, page, count: _views_of(owner, teams, page).values_list("pk", "name")[:count]
)
