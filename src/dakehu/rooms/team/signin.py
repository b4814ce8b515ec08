"""Signing in: the password check for staff, under the system's eye, with the act recorded."""

from typing import Any

from django.contrib.auth.hashers import check_password, make_password

from dakehu.foundation import scope
from dakehu.rooms.team.models import User
from dakehu.rooms.team.queries import actor_of


class StaffBackend:
    """Checks a user name and password. An unknown name takes as long as a wrong password."""

    def authenticate(self, request: Any, username: str = "", password: str = "") -> User | None:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            make_password(password)
            return None
        return user if check_password(password, user.password) else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()


def note_sign_in(user: User, request_id: str = "") -> None:
    from dataclasses import replace

    from dakehu.rooms.team.actions import signed_in

    with scope.acting_as(replace(actor_of(user), door="web", request_id=request_id)):
        signed_in(user=user)
