"""The actor of a session outside ordinary requests: for streams that stay open."""

from dataclasses import replace

from django.contrib.auth import get_user
from django.http import HttpRequest

from dakehu.domains.team.queries import actor_of
from dakehu.domains.team.sign_in.backends import needs_second_factor
from dakehu.domains.team.sign_in.session_store import SessionStore
from dakehu.foundation.access.actor import Actor


def find_session_actor(key: str) -> Actor | None:
    """Return the actor of the session with this key, None if it has ended or its user has a step to complete first.

    Polled while a stream is open, it detects a sign-out, a new password, a new role and a departure.
    """
    request = HttpRequest()
    request.session = SessionStore(key)
    user = get_user(request)
    if not user.is_authenticated or user.must_change or needs_second_factor(user, request.session):
        return None
    return replace(actor_of(user), door="live")
