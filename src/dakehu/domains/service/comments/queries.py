"""Read comments: of a record, of a client with all its records, and whom a comment may mention."""

from collections.abc import Iterable
from typing import Any

from dakehu.domains.service.comments import people, rules, subjects
from dakehu.domains.service.comments.actions import record_id
from dakehu.domains.service.models import Comment
from dakehu.domains.service.queries import CLIENT, FILTERS, ORDER
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.encrypted_fields import DOTS
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema import comment_subjects
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

KIND = Parameter("kind", spec=FieldSpec("评论对象", "About", example="task"))
NUMBER = Parameter("number", kind="integer", spec=FieldSpec("对象编号", "Number of the record"))
SAID = Parameter("said", required=False, spec=FieldSpec("姓名开头", "How the name begins"))
SHOWN = 200


def _visible() -> Any:
    """Return the comments about kinds of records that the actor may see."""
    actor = current_actor()
    kinds = [one.kind for one in comment_subjects.subjects() if actor.may(one.needs)]
    return Comment.objects.filter(subject_kind__in=kinds)


@query("service.comments", needs=Permission.SERVICE_READ, zh="评论", en="Comments", parameters=(FILTERS, ORDER))
def comments(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the visible comments, filtered and ordered; the newest first by default."""
    rows = filter_rows(_visible(), filters or {}, order or "")
    return rows if order else rows.order_by("-pk")


@query(
    "service.client_comments",
    needs=Permission.SERVICE_READ,
    zh="客户的评论",
    en="Comments of a client",
    parameters=CLIENT,
)
def client_comments(*, client: Any) -> Any:
    """Return the comments about a client and about all records of the client, newest first."""
    return _visible().filter(client=client).order_by("-pk")


@query(
    "service.discussion",
    needs=Permission.SERVICE_READ,
    zh="讨论",
    en="Discussion",
    parameters=(KIND, NUMBER),
)
def discussion(*, kind: str, number: int) -> dict[str, Any]:
    """Return the comments about a record, oldest first; for a client also those about its tasks, meetings and so on.

    {kind, is_client, number, about: {kind, kind_name, id, title, url}, may_write, more, comments: [{id, version, author, is_mine, at, edited, pieces:
    [{text, is_mention, is_me}], about}]}; `about` of a comment is None if it is the record itself. Raises NotFound.
    """
    subject = comment_subjects.find(kind)
    if subject is None:
        raise NotFound(bilingual("评论对象", "record"), kind)
    record = subjects.get_record(subject.kind, number)
    rows = _visible().filter(client=record) if subject.is_client else _of(subject.kind, record.pk)
    found = list(rows.select_related("author").order_by("-pk")[: SHOWN + 1])
    return {
        "kind": subject.kind,
        "is_client": subject.is_client,
        "number": record.pk,
        "about": subjects.describe_subject(subject.kind, record.pk),
        "may_write": current_actor().may(Permission.COMMENT_WRITE),
        "more": max(rows.count() - SHOWN, 0) if len(found) > SHOWN else 0,
        "comments": _lines(reversed(found[:SHOWN]), subject.kind),
    }


def _of(kind: str, number: int) -> Any:
    return Comment.objects.filter(subject_kind=kind, subject_id=number)


def _lines(rows: Iterable[Comment], kind: str) -> list[dict[str, Any]]:
    """Return comments as they are shown with a record of a kind."""
    found = list(rows)
    me, is_cleared = current_actor().user_id, current_actor().clearance >= PERSONAL
    names = people.names() if found else {}
    return [
        {
            "id": row.pk,
            "version": row.row_version,
            "author": row.author.name if row.author else "",
            "is_mine": row.author_id == me and me is not None,
            "at": f"{clock.local(row.created_at):%Y-%m-%d %H:%M}",
            "edited": f"{clock.local(row.edited_at):%Y-%m-%d %H:%M}" if row.edited_at else "",
            "pieces": [
                {"text": one.text, "is_mention": one.user is not None, "is_me": one.user == me and me is not None}
                for one in rules.split_comment(row.text if is_cleared else DOTS, names)
            ],
            "about": None if row.subject_kind == kind else subjects.describe_subject(row.subject_kind, record_id(row)),
        }
        for row in found
    ]


@query(
    "service.mentionable",
    needs=Permission.COMMENT_WRITE,
    zh="可提及的同事",
    en="Whom a comment may mention",
    parameters=(KIND, NUMBER, SAID),
)
def mentionable(*, kind: str, number: int, said: str | None = None) -> list[dict[str, Any]]:
    """Return who may be mentioned about a record: those who see it, the actor's team first: [{name, insert, team}]."""
    return people.mentionable_people(kind, number, said or "")
