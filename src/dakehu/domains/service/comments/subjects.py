"""Subjects of clients and service that may be commented on, and look-up of such a record within scope."""

from typing import Any

from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import render_row
from dakehu.foundation.schema import comment_subjects
from dakehu.foundation.schema.comment_subjects import CommentSubject, declare
from dakehu.foundation.schema.fields import model_of

declare(
    CommentSubject("client", "客户", "Client", "clients.Client", "/clients/{id}/", Permission.SERVICE_READ, "name"),
    CommentSubject("task", "任务", "Task", "service.Task", "/tasks/{id}/", Permission.SERVICE_READ),
    CommentSubject(
        "meeting", "会议", "Meeting", "service.Meeting", "/calendar/meetings/{id}/", Permission.SERVICE_READ
    ),
)


def get_record(kind: str, number: int | None) -> Any:
    """Return the record of a kind that the actor may see. Raises NotFound."""
    subject = comment_subjects.find(kind)
    row = None
    if subject is not None and number is not None and current_actor().may(subject.needs):
        row = model_of(subject.model).objects.filter(pk=number).first()
    if row is None:
        raise NotFound(subject.name if subject is not None else bilingual("评论对象", "record"), number)
    return row


def can_see(kind: str, number: int) -> bool:
    """Return whether the actor may see a record."""
    try:
        get_record(kind, number)
    except NotFound:
        return False
    return True


def describe_subject(kind: str, number: int) -> dict[str, Any]:
    """Return the subject of a comment: {kind, kind_name, id, title, url}; title, url "" if deleted or out of scope."""
    subject = comment_subjects.find(kind)
    if subject is None or not can_see(kind, number):
        return {"kind": kind, "kind_name": str(subject.name) if subject else kind, "id": number, "title": "", "url": ""}
    shown = render_row(get_record(kind, number), (subject.title,), shown=True)
    return {
        "kind": subject.kind,
        "kind_name": str(subject.name),
        "id": number,
        "title": str(shown[subject.title]),
        "url": subject.url.format(id=number),
    }
