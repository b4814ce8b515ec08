"""Changes of roles: no one changes their own, one administrator always remains, compliance gets a notice, and where
the firm requires it (DAKEHU_ROLE_SECOND_PERSON) a second person approves (compliance.approvals)."""

from typing import Any

from django.conf import settings
from django.db.models import Q

from dakehu.domains.team import credentials
from dakehu.domains.team.models import NoticeKind, RoleChange, RoleChangeState, User
from dakehu.domains.team.notices import leave_notice
from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.approvals import ApprovalSubject, ask_for_approval, void_approvals_of
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

SUBJECT = "team.role_change"  # of approvals
TOLD_WHEN_NEW = (RoleName.ADMIN, RoleName.COMPLIANCE)  # roles that supervise other users or the desk


def check_change(user: User, role: str, is_active: bool) -> None:
    """Raise Refused where a user would change their own role, or no administrator would remain."""
    if user.pk == current_actor().user_id and role != str(user.role):
        raise refusal(
            "role",
            "不能修改自己的角色，请由另一位管理员操作。",
            "You cannot change your own role; ask another administrator.",
        )
    was_admin = user.is_active and (str(user.role) == RoleName.ADMIN or user.has_admin_duty)
    if was_admin and not (is_active and (role == RoleName.ADMIN or user.has_admin_duty)):
        check_not_last(user, "is_active" if is_active != user.is_active else "role")


def administrators() -> Any:
    """Return the active administrators: by their role, or by the additional duty."""
    return User.objects.filter(Q(role=RoleName.ADMIN.value) | Q(has_admin_duty=True), is_active=True)


def check_not_last(user: User, field: str) -> None:
    """Raise Refused where no other administrator exists; `field` is the field to be changed."""
    if not administrators().exclude(pk=user.pk).exists():
        raise refusal(
            field,
            "这是最后一位管理员，请先指定另一位。",
            "This is the last administrator; appoint another one first.",
        )


@action(
    "team.end_admin_duty",
    needs=Permission.TEAM_WRITE,
    zh="结束兼任管理员",
    en="End the duty of an administrator",
    parameters=(Parameter("user", "team.User", spec=FieldSpec("人员", "User")),),
)
def end_admin_duty(*, user: User) -> User:
    """Remove the additional duty of an administrator from a user, who keeps the role. Their tokens end.

    Raises Refused where no other administrator exists, or where the person has no such duty.
    """
    if not user.has_admin_duty:
        raise refusal("user", "{name}没有兼任管理员。", "{name} has no such duty.", name=user.name)
    check_not_last(user, "user")
    user.has_admin_duty = False
    user.save()
    credentials.end_tokens(user)
    tell_compliance(user, str(user.role), NoticeKind.ROLE_CHANGED)
    return user


def waits_for_second_person() -> bool:
    """Return whether a change of role by this actor requires a second person. The system at the command line does not:
    there is no second person before the first."""
    return bool(settings.ROLE_SECOND_PERSON) and current_actor().user_id is not None


def is_waiting(user: User) -> bool:
    """Return whether a role of this person waits for a second person."""
    return RoleChange.objects.filter(user=user, state=RoleChangeState.WAITING.value).exists()


def ask_second_person(user: User, role: str) -> RoleChange:
    """Store a change of role until another person approves it; it replaces an earlier pending one."""
    for old in RoleChange.objects.filter(user=user, state=RoleChangeState.WAITING.value):
        old.state = RoleChangeState.REFUSED.value
        old.save()
        void_approvals_of(SUBJECT, old.pk)
    change = RoleChange(user=user, role=role, asked_by_id=current_actor().user_id)
    change.save()
    ask_for_approval(SUBJECT, _subject(change))
    tell_compliance(user, role, NoticeKind.ROLE_WAITING)
    return change


def tell_compliance(user: User, role: str, kind: NoticeKind) -> None:
    """Store a notice for every compliance officer: the user, the new role, and the actor."""
    who = {"user": user.name, "role": RoleName(role).label, "by": current_actor().name}
    text = bilingual("{user} → {role}（{by}）", "{user} → {role} ({by})", **who)
    for officer in User.objects.filter(role=RoleName.COMPLIANCE.value, is_active=True).exclude(pk=user.pk):
        leave_notice(officer, text, kind)


@query("team.role_changes", needs=Permission.ROLE_CONFIRM, zh="待确认的角色变更", en="Changes of role that wait")
def waiting_changes() -> list[dict[str, Any]]:
    """Return pending changes: [{id, user, username, role, role_text, asked_by, asked_at, mine}]; `mine`: the actor may
    not confirm it, having requested it or being its subject."""
    me = current_actor().user_id
    rows = RoleChange.objects.filter(state=RoleChangeState.WAITING.value).select_related("user", "asked_by")
    return [
        {
            "id": row.pk,
            "user": row.user.name,
            "username": row.user.username,
            "role": str(row.role),
            "role_text": RoleName(str(row.role)).text,
            "asked_by": row.asked_by.name if row.asked_by else "",
            "asked_at": row.created_at,
            "mine": me in (row.user_id, row.asked_by_id),
        }
        for row in rows.order_by("pk")
    ]


def waiting_subjects() -> list[ApprovalSubject]:
    """Return the pending changes, for the domain that stores approvals."""
    rows = RoleChange.objects.filter(state=RoleChangeState.WAITING.value).select_related("user")
    return [_subject(row) for row in rows.order_by("pk")]


def _subject(row: RoleChange) -> ApprovalSubject:
    """Return a change as the subject of an approval: neither requester nor subject may decide on it."""
    authors = {user for user in (row.user_id, row.asked_by_id) if user is not None}
    summary = bilingual("{user} → {role}", "{user} → {role}", user=row.user.name, role=RoleName(str(row.role)).label)
    return ApprovalSubject(row.pk, summary, authors, row.asked_by_id)


def content_of(change: int) -> dict[str, Any]:
    """Return the content of a change of role as plain values. Raises NotFound."""
    row = _get_change(change)
    return {"user": row.user_id, "role": str(row.role), "asked_by": row.asked_by_id}


def decide_change(change: int, is_approved: bool, note: str) -> None:
    """Apply a change of role, or refuse it. Called inside the deciding action. Raises Refused."""
    row = _get_change(change)
    if row.state != RoleChangeState.WAITING:
        raise refusal("approval", "这项角色变更已经处理。", "This change of role is decided already.")
    user, role = row.user, str(row.role)
    if is_approved:
        check_change(user, role, True)
    row.state = (RoleChangeState.CONFIRMED if is_approved else RoleChangeState.REFUSED).value
    row.decided_by_id = current_actor().user_id
    row.save()
    if is_approved:
        user.role, user.is_active = role, True
        user.save()
        credentials.end_tokens(user)
        credentials.end_sessions(user)
        tell_compliance(user, role, NoticeKind.ROLE_CHANGED)
    add_audit_note(user=user.username, role=role, asked_by=row.asked_by.username if row.asked_by else "")


def _get_change(number: int) -> RoleChange:
    row: RoleChange | None = RoleChange.objects.select_related("user", "asked_by").filter(pk=number).first()
    if row is None:
        raise NotFound(bilingual("角色变更", "change of role"), number)
    return row
