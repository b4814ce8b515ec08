"""Models of comments: what colleagues write about a record, and whom they mention."""

from typing import Any

from django.db import models
from django.db.models import Q

from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import Reach, current_actor
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema import comment_subjects
from dakehu.foundation.schema.fields import field, model_of
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS
from dakehu.foundation.search.index import TEXT


class CommentScope(scope.Scoped):
    """Comments about visible clients, and those about records without a client that the actor sees."""

    def get_queryset(self) -> Any:
        """Return the comments that the current actor may see."""
        actor = current_actor()
        rows = super(scope.Scoped, self).get_queryset()
        limit = scope.condition(actor, "client")
        if limit is None:
            return rows
        if actor.reach is not Reach.NONE:
            for one in comment_subjects.subjects():
                if not one.is_client and actor.may(one.needs):
                    seen = model_of(one.model).objects.values("pk")
                    limit |= Q(client=None, subject_kind=one.kind, subject_id__in=seen)
        return rows.filter(limit)


class Comment(ClientRecorded):
    """A user's comment on a record: `subject_kind` and `subject_id` identify it, `client` is the client of that record.

    `client` is empty if the record has none.
    """

    names = Names("评论", "Comment", "Comments", aliases=("留言",))

    client_path = "client"
    searched = {"text": TEXT}
    deduplicate_on_merge = False
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", null=True, blank=True, on_delete=models.CASCADE, related_name="comments"),
                   zh="客户", en="Client", listed=True, aliases=("客户号", "客户姓名", "客户名称"))  # fmt: skip
    subject_kind = field(models.CharField(max_length=20, default="client"), zh="评论对象", en="About", listed=True,
                         help_zh="客户、任务、商机或会议，留空为客户", help_en="Client, task, opportunity or meeting; empty: the client",
                         example="客户")  # fmt: skip
    subject_id = field(models.BigIntegerField(null=True), zh="对象编号", en="Number of the record", listed=True,
                       help_zh="评论客户时留空", help_en="Empty for a comment about the client")  # fmt: skip
    text = field(models.TextField(max_length=4000), zh="评论内容", en="Comment", listed=True, sensitivity=PERSONAL, aliases=("评论", "留言内容"),
                 example="@林晓 已与客户确认，请跟进。")  # fmt: skip
    author = field(models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"), zh="评论人", en="Author",
                   listed=True, editable=False)  # fmt: skip
    edited_at = field(models.DateTimeField(null=True), zh="修改时间", en="Edited at", editable=False)

    objects: Any = CommentScope()

    class Meta(ClientRecorded.Meta):
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="comments_of_subject"),
            models.Index(fields=["client"], name="comments_of_client"),
        ]


class CommentMention(Recorded):
    """A member of staff whom a comment mentions by @name."""

    names = Names("评论提及", "Mention in a comment", "Mentions in comments")

    comment = field(models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions"), zh="评论", en="Comment", editable=False)  # fmt: skip
    user = field(models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"), zh="提及的人", en="Mentioned", editable=False)  # fmt: skip

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["comment", "user"], name="a_mention_once")]
