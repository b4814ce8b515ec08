"""A user's current sessions, and notices about their own sign-ins."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from dakehu.domains.team import credentials
from dakehu.domains.team.models import Notice, NoticeKind
from dakehu.domains.team.sign_in.backends import address_of, device_name
from dakehu.foundation.access.actor import SIGN_IN, current_actor, serving_strangers
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.database import lock_timeout
from dakehu.foundation.gates.registry import query
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

SEEN, INTERVAL = "seen", 300  # session key of the last visit, and seconds between updates


@serving_strangers(SIGN_IN)
def record_session(request: Any) -> None:
    """Add a new session to the list of its user."""
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    UserSession(
        user_id=request.user.pk,
        ip=address_of(request),
        user_agent=request.headers.get("User-Agent", "")[:200],
        session_key=request.session.session_key,
        last_seen_at=clock.now(),
    ).save()
    request.session[SEEN] = int(clock.now().timestamp())


def record_visit(request: Any) -> None:
    """Update the time of a session's last use, at most every five minutes.

    It never waits for another writer. Not an action, since it records nothing that a user did.
    """
    now, last_visit = clock.now(), request.session.get(SEEN, 0)
    if now.timestamp() - last_visit <= INTERVAL or not request.session.session_key:
        return
    modified = request.session.modified
    request.session[SEEN] = int(now.timestamp())
    try:
        with lock_timeout.no_wait():
            request.session.save()
            UserSession.objects.filter(session_key=request.session.session_key).update(
                last_seen_at=now, ip=address_of(request)
            )
    except lock_timeout.Busy:
        request.session[SEEN] = last_visit
        request.session.modified = modified
    else:
        request.session.modified = False


@query("team.sessions", needs="", zh="我的登录", en="My sessions")
def sessions() -> list[dict[str, Any]]:
    """Return one's own live sessions, last used first, without their keys."""
    credentials.require_sign_in(bilingual("我的登录", "My sessions"))
    return [
        {
            "id": row.pk,
            "device": device_name(row.user_agent),
            "address": row.ip,
            "since": row.created_at,
            "seen_at": row.last_seen_at,
        }
        for row in _live_sessions()
    ]


def _live_sessions() -> list[Any]:
    """Return one's own sessions that have not expired."""
    rows = list(UserSession.objects.filter(user_id=current_actor().user_id).order_by("-last_seen_at", "-pk"))
    keys = Session.objects.filter(session_key__in=[row.session_key for row in rows], expire_date__gt=clock.now())
    live = set(keys.values_list("session_key", flat=True))
    return [row for row in rows if row.session_key in live]


def current_session(request: Any) -> int | None:
    """Return the id of the current session, None if it is not on the list."""
    return UserSession.objects.filter(session_key=request.session.session_key).values_list("pk", flat=True).first()


@action(
    "team.end_session",
    needs="",
    zh="结束登录",
    en="End a session",
    parameters=(Parameter("session", kind="integer", spec=FieldSpec("登录", "Session")),),
    is_public=False,
    irreversible=bilingual(
        "该设备会立即退出登录，不能撤销。",
        "That device is signed out at once; this cannot be undone.",
    ),
)
def end_session(*, session: int) -> None:
    """End one of one's own sessions. Raises NotFound."""
    row = UserSession.objects.filter(pk=session, user_id=current_actor().user_id).first()
    if row is None:
        raise NotFound(bilingual("登录", "session"), session)
    add_audit_note(device=device_name(row.user_agent), address=row.ip)
    row.end()


@action(
    "team.end_other_sessions",
    needs="",
    zh="结束其他登录",
    en="End all other sessions",
    is_public=False,
    irreversible=bilingual(
        "其他设备会立即退出登录，不能撤销。",
        "All other devices are signed out at once; this cannot be undone.",
    ),
)
def end_other_sessions(*, keep: int | None) -> int:
    """End all one's own sessions except `keep`; return their number."""
    rows = UserSession.objects.filter(user_id=current_actor().user_id).exclude(pk=keep)
    ended = [(device_name(row.user_agent), row.ip) for row in rows]
    add_audit_note(ended=[f"{device} {address}" for device, address in ended])
    for row in rows:
        row.end()
    return len(ended)


def notices() -> Any:
    """Return the newest unread notice that requires one's own decision; the others are among the notifications."""
    rows = Notice.objects.filter(user_id=current_actor().user_id, read=False, kind=NoticeKind.ROLE_WAITING.value)
    return rows.order_by("-pk")[:1]


@action(
    "team.read_notice",
    needs="",
    zh="已读提醒",
    en="Read a notice",
    parameters=(Parameter("notice", kind="integer", spec=FieldSpec("提醒", "Notice")),),
    is_public=False,
)
def read_notice(*, notice: int) -> None:
    """Mark one of one's own notices as read. Raises NotFound."""
    row = Notice.objects.filter(pk=notice, user_id=current_actor().user_id).first()
    if row is None:
        raise NotFound(bilingual("提醒", "notice"), notice)
    row.read = True
    row.save()
