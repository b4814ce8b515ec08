"""Notifications: notices of every domain for the actor, and which of them were read."""

from typing import Any

from dakehu.domains.team.models import Notice, NoticeKind, User
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.registry import QUERIES, query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.notices import NoticeSource, declare, notice, sources
from dakehu.foundation.schema.parameters import Parameter

SIGN_IN = "team.sign_in_notices"
READ = "read_notices"  # in a user's preferences: keys of read notices that are still listed
ROWS = 200  # latest notices of a user from which groups are formed
SAFETY = bilingual(
    "如非本人操作，请立即修改密码并结束其他登录", "If this was not you, change your password and end other sessions"
)
TEXTS = {
    NoticeKind.NEW_DEVICE: bilingual(
        "新设备登录：{detail}。{advice}。", "Sign-in from a new device: {detail}. {advice}."
    ),
    NoticeKind.SECOND_RESET: bilingual(
        "您的两步登录被重置，操作人：{detail}", "Your second factor was reset by {detail}"
    ),
    NoticeKind.PASSWORD_RESET: bilingual("您的密码被重置，操作人：{detail}", "Your password was reset by {detail}"),
    NoticeKind.ROLE_CHANGED: bilingual("角色变更：{detail}", "Role changed: {detail}"),
    NoticeKind.HANDED_OVER: bilingual("{detail}", "{detail}"),
    NoticeKind.ROLE_WAITING: bilingual("角色变更待您确认：{detail}", "A change of role waits for you: {detail}"),
}
# The page that shows what a notice is about; the security page for the others.
PAGES = {
    NoticeKind.ROLE_CHANGED: "/staff/",
    NoticeKind.ROLE_WAITING: "/approvals/",
    NoticeKind.HANDED_OVER: "/clients/",
}


@query(SIGN_IN, needs="", zh="登录与角色提醒", en="Notices of sign-ins and roles")
def sign_in_notices() -> list[dict[str, Any]]:
    """Return one's own unread notices of sign-ins, resets and roles; sign-ins are grouped by device, with their number.

    Pending changes of roles are listed among the approvals.
    """
    rows = Notice.objects.filter(user_id=current_actor().user_id, read=False)
    rows = rows.exclude(kind=NoticeKind.ROLE_WAITING.value).order_by("-pk")[:ROWS]
    groups: dict[tuple[str, str], list[Notice]] = {}
    for row in rows:
        groups.setdefault((str(row.kind), _group(row)), []).append(row)
    return [
        notice(
            f"{SIGN_IN}:{kind}:{what}:{found[0].pk}",
            _text(found[0]),
            at=found[0].created_at.isoformat(),
            count=len(found),
            url=PAGES.get(NoticeKind(kind), "/me/security"),
            tone="" if kind == NoticeKind.HANDED_OVER else "warn",
            outside=NoticeKind(kind).text,
        )
        for (kind, what), found in groups.items()
    ]


def leave_notice(user: User, text: Bilingual, kind: NoticeKind = NoticeKind.HANDED_OVER) -> None:
    """Store a notice for a user in both languages, within the open act; longer text is cut with “…”."""
    row = Notice(user=user, kind=kind.value)
    for name, code in (("detail", "zh"), ("detail_en", "en")):
        setattr(row, name, shorten(text.in_(code), Notice._meta.get_field(name).max_length))
    row.save()


def shorten(text: str, most: int) -> str:
    """Return a text cut to a number of characters; a longer one ends in “…”."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _group(row: Notice) -> str:
    """Return the grouping key of a notice: the device, without its address, or the whole detail."""
    return str(row.detail).rpartition(" · ")[0] if row.kind == NoticeKind.NEW_DEVICE else str(row.detail)


def _text(row: Notice) -> Bilingual:
    text = TEXTS[NoticeKind(row.kind)]
    return bilingual(text.zh, text.en, detail=row.text, advice=SAFETY)


declare(NoticeSource(SIGN_IN, bilingual("账号与移交", "Account and hand-over"), "shield-check", order=10))


@query("team.notices", needs="", zh="提醒", en="Notices")
def notices() -> list[dict[str, Any]]:
    """Return the notices of every domain for the actor, unread ones first, in the order of their sources.

    [{key, text, at, count, url, tone, outside, title, icon, leaves, read}]
    """
    read, made = _read_keys(), []
    for source in sources():
        if not current_actor().may(QUERIES[source.query].needs):
            continue
        for one in QUERIES[source.query].body():
            shown = {"title": str(source.title), "icon": source.icon, "leaves": source.leaves}
            made.append({**one, **shown, "read": one["key"] in read})
    return sorted(made, key=lambda one: one["read"])


def _read_keys() -> set[str]:
    """Return the keys of the notices that the actor has read."""
    user = User.objects.filter(pk=current_actor().user_id).first()
    return set(user.preferences.get(READ, [])) if user is not None else set()


@action(
    "team.read_notices",
    needs="",
    zh="标记提醒为已读",
    en="Mark notices as read",
    parameters=(Parameter("keys", kind="json", required=False, spec=FieldSpec("提醒", "Notices")),),
    is_public=False,
)
def read_notices(*, keys: list[str] | None = None) -> int:
    """Mark one's own notices as read: those of some keys, or all that are listed now. Returns how many there were."""
    listed = notices()
    chosen = {one["key"] for one in listed if keys is None or one["key"] in keys}
    user = User.objects.get(pk=current_actor().user_id)
    for row in Notice.objects.filter(user=user, read=False):
        if any(key.startswith(f"{SIGN_IN}:{row.kind}:{_group(row)}:") for key in chosen):
            row.read = True
            row.save()
    still = {one["key"] for one in listed if one["read"] or one["key"] in chosen}
    user.preferences = {**user.preferences, READ: sorted(key for key in still if not key.startswith(SIGN_IN))}
    user.save()
    return len(chosen)
