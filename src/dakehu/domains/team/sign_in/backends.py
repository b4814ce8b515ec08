"""Signing in, step by step: the password, then the second factor of whoever has one; each under the system's eye."""

import hashlib
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password

from dakehu.domains.team.models import User
from dakehu.domains.team.queries import actor_of
from dakehu.domains.team.sign_in import second_factors
from dakehu.foundation.access.actor import Actor, acting_as

BACKEND = "dakehu.domains.team.sign_in.backends.StaffBackend"
PASSWORD_PASSED = "second"  # noqa: S105  in the session of whoever holds a second factor
FACTOR_PASSED = "proved"  # when the password was last given in this session


def user_behind(user_id: int) -> User | None:
    """The active user of this number, asked for with every page (see `session_store`)."""
    table = User._meta.db_table
    found = User.objects.raw(f"SELECT * FROM {table} WHERE id = %s AND is_active", [user_id])  # noqa: S608  name from the model
    return next(iter(found), None)


class StaffBackend:
    """Checks a user name and password. An unknown name takes as long as a wrong password."""

    def authenticate(self, request: Any, username: str = "", password: str = "") -> User | None:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            make_password(password)
            return None
        return user if check_password(password, user.password) else None

    def get_user(self, user_id: int) -> User | None:
        return user_behind(user_id)


class SecondStepBackend:
    """Checks a code (of an authenticator app, or a recovery code) or the answer of a passkey."""

    def authenticate(self, request: Any, username: str = "", code: str = "", passkey: Any = None) -> User | None:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            return None
        with acting_as(acting_as_user(user, request)):
            good = (
                second_factors.check_passkey(user, passkey)
                if passkey is not None
                else second_factors.check_code(user, code)
            )
        return user if good else None

    def get_user(self, user_id: int) -> User | None:
        return user_behind(user_id)


def acting_as_user(user: User, request: Any) -> Actor:
    return replace(actor_of(user), door="web", request_id=getattr(request, "request_id", ""))


def record_sign_in(user: User, request: Any, cookie: str, how: str) -> None:
    """Record a sign-in: from which device (known again by the hash of its cookie), and how."""
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
    from dakehu.domains.team.actions import record_failed_sign_in

    record_failed_sign_in(username=username[:60], how=how, address=address_of(request))


def needs_second_factor(user: Any, session: Any) -> bool:
    """Whether this role asks for a second factor and the session knows of none."""
    return str(user.role) in settings.SECOND_FACTOR_ROLES and not session.get(PASSWORD_PASSED)


def address_of(request: Any) -> str:
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


def device_name(agent: str) -> str:
    """A browser and a system in two words, from the User-Agent; its own beginning where neither is known."""
    browser = next((name for sign, name in BROWSERS if sign in agent), "")
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    return " · ".join(filter(None, (browser, system))) or agent[:40] or "?"
