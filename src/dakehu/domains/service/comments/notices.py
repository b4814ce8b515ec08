"""What of comments stands in the bell: that somebody mentioned the reader."""

from datetime import timedelta
from typing import Any

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
DAYS = 14
MOST = 20


@query(MENTIONS, needs=Permission.SERVICE_READ, zh="评论提及", en="Mentions in comments")
def mention_notices() -> list[dict[str, Any]]:
    """Return one notice for each comment of the last two weeks that mentions the reader and is within reach, the latest first.

    Outside the desk neither the comment nor the client is named.
    """
    me = current_actor().user_id
    mine = CommentMention.objects.filter(user_id=me).values("comment_id")
    rows = Comment.objects.filter(pk__in=mine, created_at__gte=clock.now() - timedelta(days=DAYS)).exclude(author_id=me)
    return [_notice(row) for row in rows.select_related("author").order_by("-pk")[:MOST]]


def _notice(row: Comment) -> dict[str, Any]:
    """Return the notice of one comment."""
    about = subjects.about(row.subject_kind, record_id(row))
    who = row.author.name if row.author else ""
    said = bilingual(
        "{who}在{kind}“{title}”的评论中提到您",
        "{who} mentioned you in a comment on {kind} “{title}”",
        who=who,
        kind=about["kind_name"],
        title=about["title"],
    )
    outside = bilingual(
        "{who}在一条{kind}评论中提到您",
        "{who} mentioned you in a comment ({kind})",
        who=who,
        kind=about["kind_name"],
    )
    url = f"{about['url'] or '/'}#comments-{about['kind']}-{about['id']}"
    return notice(f"{MENTIONS}:{row.pk}", said, at=row.created_at.isoformat(), url=url, outside=outside)


declare(NoticeSource(MENTIONS, bilingual("评论提及", "Mentions"), "message-circle", order=18))
