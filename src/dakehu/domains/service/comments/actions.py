"""Comment on a record, change and remove own comments."""

from typing import Any

from dakehu.domains.service.actions import VERSION
from dakehu.domains.service.comments import people, subjects
from dakehu.domains.service.models import Comment, CommentMention
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema import comment_subjects
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter, parameters_of

COMMENT = Parameter("comment", kind="integer", spec=FieldSpec("评论", "Comment"))
CLIENT = "client"


@action(
    "service.add_comment",
    needs=Permission.COMMENT_WRITE,
    zh="发表评论",
    en="Comment",
    parameters=(Fields("service.Comment", required=("text",), new=True),),
)
def add_comment(
    *, text: str, client: Any = None, subject_kind: str | None = None, subject_id: int | None = None
) -> Comment:
    """Comment on a record: a client, or `subject_kind` with `subject_id`. People mentioned by @name are notified.

    Raises NotFound for a record out of scope, and Refused for a mention of a person who may not see it.
    """
    subject = comment_subjects.find(subject_kind or CLIENT)
    if subject is None:
        raise refusal("subject_kind", "不能评论“{kind}”。", "There are no comments about “{kind}”.", kind=subject_kind)
    if subject.is_client and client is None:
        raise refusal("client", "请选择客户。", "Choose a client.")
    record = subjects.get_record(subject.kind, client.pk if subject.is_client else subject_id)
    row = Comment(
        client_id=record.owning_client_id(),
        subject_kind=subject.kind,
        subject_id=None if subject.is_client else record.pk,
        text=_plain(text),
        author_id=current_actor().user_id,
    )
    mentioned = people.mentioned_people(row.text, subject.kind, record.pk)
    row.save()
    for user in mentioned:
        CommentMention(comment=row, user_id=user).save()
    return row


@action(
    "service.change_comment",
    needs=Permission.COMMENT_WRITE,
    zh="修改评论",
    en="Change a comment",
    parameters=(COMMENT, VERSION, parameters_of("service.Comment", "text")),
)
def change_comment(*, comment: int, text: str, version: int | None = None) -> Comment:
    """Change an own comment; the former text is in the audit. Raises Refused for another person's."""
    row = get_own_comment(comment)
    check_version(row, version)
    mentioned = people.mentioned_people(_plain(text), row.subject_kind, record_id(row))
    if _plain(text) == row.text:
        return row
    row.text, row.edited_at = _plain(text), clock.now()
    row.save()
    known = {one.user_id: one for one in CommentMention.objects.filter(comment=row)}
    for user, one in known.items():
        if user not in mentioned:
            one.delete()
    for user in mentioned:
        if user not in known:
            CommentMention(comment=row, user_id=user).save()
    return row


@action(
    "service.remove_comment",
    needs=Permission.COMMENT_WRITE,
    zh="删除评论",
    en="Remove a comment",
    parameters=(COMMENT, VERSION),
)
def remove_comment(*, comment: int, version: int | None = None) -> dict[str, int]:
    """Remove an own comment; the audit keeps its text. Raises Refused for another person's."""
    row = get_own_comment(comment)
    check_version(row, version)
    row.delete()
    return {"removed": comment}


def get_own_comment(comment: int) -> Comment:
    """Return an own comment. Raises NotFound, and Refused for another person's."""
    row: Comment | None = Comment.objects.filter(pk=comment).first()
    if row is None:
        raise NotFound(bilingual("评论", "comment"), comment)
    if row.author_id != current_actor().user_id:
        raise refusal("comment", "只能修改或删除自己的评论。", "Only one's own comments are changed or removed.")
    return row


def record_id(row: Comment) -> int:
    """Return the id of the record that a comment is about."""
    return int((row.client_id if row.subject_kind == CLIENT else row.subject_id) or 0)


def _plain(text: str) -> str:
    """Return a text with normalised line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
