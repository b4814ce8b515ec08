"""Notifications of comments: mentions of the reader."""

from datetime import timedelta
from typing import Any

from dakehu.domains.service.absences.standing_in import for_whom, reminded_for
from dakehu.domains.service.comments import subjects
from dakehu.domains.service.comments.actions import record_id
from dakehu.domains.service.models import Comment, CommentMention
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

MENTIONS = "service.mention_notices"
LISTED = timedelta(days=14)
MOST = 20


@query(MENTIONS, needs=Permission.SERVICE_READ, zh="评论提及", en="Mentions in comments")
def mention_notices() -> list[dict[str, Any]]:
    """Return one notice for each comment of the last two weeks that mentions the reader, also as deputy, latest first.

    Outside the desk neither the comment nor the client is named.
    """
    me = current_actor().user_id
    mentions = CommentMention.objects.filter(user_id__in=reminded_for()).values_list("comment_id", "user_id")
    rows = Comment.objects.filter(pk__in=mentions.values("comment_id"), created_at__gte=clock.now() - LISTED)
    found = list(rows.exclude(author_id=me).select_related("author").order_by("-pk")[:MOST])
    named = dict(mentions.filter(comment__in=[row.pk for row in found]).order_by("user_id"))
    own = set(mentions.filter(user_id=me).values_list("comment_id", flat=True))
    return [_notice(row, me if row.pk in own else named[row.pk]) for row in found]


def _notice(row: Comment, user: int | None) -> dict[str, Any]:
    """Return the notice of one comment that mentions the reader, or `user` for whom the reader deputises."""
    about = subjects.describe_subject(row.subject_kind, record_id(row))
    who = row.author.name if row.author else ""
    said = bilingual(
        "{who}在{kind}“{title}”的评论中提到您{whose}",
        "{who} mentioned you in a comment on {kind} “{title}”{whose}",
        whose=for_whom(user),
        who=who,
        kind=about["kind_name"],
        title=about["title"],
    )
    outside = bilingual(
        "{who}在一条{kind}评论中提到您{whose}",
        "{who} mentioned you in a comment ({kind}){whose}",
        whose=for_whom(user),
        who=who,
        kind=about["kind_name"],
    )
    url = f"{about['url'] or '/'}#comments-{about['kind']}-{about['id']}"
    return notice(f"{MENTIONS}:{row.pk}", said, at=row.created_at.isoformat(), url=url, outside=outside)


declare(NoticeSource(MENTIONS, bilingual("评论提及", "Mentions"), "message-circle", order=18))
