"""Authentication backends: the password, then the second factor of users who have one."""

import hashlib
from dataclasses import replace
from typing import Any

from django.contrib.auth.hashers import check_password, make_password

from dakehu.domains.team.models import User
from dakehu.domains.team.queries import actor_of
from dakehu.domains.team.roles import RoleName
from dakehu.domains.team.sign_in import second_factors
from dakehu.foundation.access.actor import SIGN_IN, Actor, acting_as, serving_strangers
from dakehu.foundation.base import firm_settings

BACKEND = "dakehu.domains.team.sign_in.backends.StaffBackend"
PASSWORD_PASSED = "second"  # noqa: S105  in the session of the person who holds a second factor
FACTOR_PASSED = "proved"  # session key: when the password was last entered


@serving_strangers(SIGN_IN)
def user_behind(user_id: int) -> User | None:
    """Return the active user by id. Called for every page, hence raw SQL (see `session_store`)."""
    table = User._meta.db_table
    users = User.objects.raw(f"SELECT * FROM {table} WHERE id = %s AND is_active", [user_id])  # noqa: S608  name from the model
    return next(iter(users), None)


class StaffBackend:
    """Checks a user name and password. An unknown name takes as long as a wrong password."""

    @serving_strangers(SIGN_IN)
    def authenticate(self, request: Any, username: str = "", password: str = "") -> User | None:
        """Return the user if the password is right, else None."""
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            make_password(password)
            return None
        return user if check_password(password, user.password) else None

    def get_user(self, user_id: int) -> User | None:
        return user_behind(user_id)


class SecondStepBackend:
    """Checks a code (of an authenticator app, or a recovery code) or the answer of a passkey."""

    @serving_strangers(SIGN_IN)
    def authenticate(self, request: Any, username: str = "", code: str = "", passkey: Any = None) -> User | None:
        """Return the user if the second factor is right, else None."""
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            return None
        with acting_as(acting_as_user(user, request)):
            is_valid = (
                second_factors.check_passkey(user, passkey)
                if passkey is not None
                else second_factors.check_code(user, code)
            )
        return user if is_valid else None

    def get_user(self, user_id: int) -> User | None:
        return user_behind(user_id)


@serving_strangers(SIGN_IN)
def acting_as_user(user: User, request: Any) -> Actor:
    """Return the actor of a user for this request."""
    return replace(actor_of(user), door="web", request_id=getattr(request, "request_id", ""))


def record_sign_in(user: User, request: Any, cookie: str, how: str) -> None:
    """Record a sign-in: its device (recognised by the hash of its cookie) and method."""
    from dakehu.domains.team.actions import record_sign_in

    with acting_as(acting_as_user(user, request)):
        record_sign_in(
            user=user,
            how=how,
            device=device_name(request.headers.get("User-Agent", "")),
            address=address_of(request),
            digest=hashlib.sha256(cookie.encode()).hexdigest(),
        )


def record_failure(username: str, request: Any, how: str) -> None:
    """Record a failed sign-in."""
    from dakehu.domains.team.actions import record_failed_sign_in

    record_failed_sign_in(username=username[:60], how=how, address=address_of(request))


def needs_second_factor(user: Any, session: Any) -> bool:
    """Return whether the role requires a second factor and the session has none."""
    return requires_second_factor(user) and not session.get(PASSWORD_PASSED)


def requires_second_factor(user: Any) -> bool:
    """Return whether the user's role, or the duty of an administrator, requires a second factor."""
    roles = {str(user.role), *([RoleName.ADMIN.value] if user.has_admin_duty else [])}
    return bool(roles & set(firm_settings.current("SECOND_FACTOR_ROLES")))


def may_use_link(user: User) -> bool:
    """Return whether a one-time link may sign in a user: not if a second factor or a first password is due."""
    has_factor = requires_second_factor(user) or second_factors.kinds_of(user)
    return bool(user.is_active and not user.must_change and not has_factor)


def address_of(request: Any) -> str:
    """Return the client's network address."""
    return str(request.META.get("REMOTE_ADDR") or "127.0.0.1")


SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
BROWSERS = (
    ("Edg/", "Edge"),
    ("MicroMessenger", "WeChat"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


def device_name(user_agent: str) -> str:
    """Return browser and system from the User-Agent, or its beginning if neither is known."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return " · ".join(filter(None, (browser, system))) or user_agent[:40] or "?"
