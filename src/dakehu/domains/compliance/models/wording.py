"""Versions of the lexicon's entries, and texts that wait for a person."""

from django.db import models
from django.db.models import Q

from dakehu.domains.compliance.choices import ReviewState, WordingGroup
from dakehu.foundation.access.encrypted_fields import EncryptedTextField
from dakehu.foundation.access.sensitivity import SECRET
from dakehu.foundation.base import clock
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names


class WordingEntry(Recorded):
    """One version of one pattern of the lexicon, in force from a day until the next version is.

    A version with `is_off` ends the entry. Unchanged entries are in `wording/lexicon.py`; a version stored
    here under the same code replaces them.
    """

    names = Names("用语词条", "Wording entry", "Wording entries")

    code = field(models.CharField(max_length=12), zh="词条编号", en="Code of the entry", listed=True, editable=False)
    version = field(models.PositiveIntegerField(default=1), zh="词条版本", en="Version of the entry", listed=True,
                    editable=False)  # fmt: skip
    group = field(choice_field(WordingGroup), zh="用语类别", en="Wording group", listed=True)
    pattern = field(models.CharField(max_length=1000), zh="匹配词或表达式", en="Word or pattern", listed=True,
                    help_zh="一个词，或多个词用 | 隔开；也可写正则表达式，重复次数须有上限，例如 [^。]{0,8}",
                    help_en="A word, or words with | between them; repetition must be bounded", example="稳如泰山|包您满意")  # fmt: skip
    effective_from = field(
        models.DateField(default=clock.today), zh="词条生效日期", en="Entry in force from", listed=True
    )
    is_off = field(models.BooleanField(default=False), zh="停用", en="Switched off", listed=True, editable=False)
    note = field(
        models.CharField(max_length=300, blank=True, default=""), zh="修改说明", en="Reason of the change", listed=True
    )

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="one_version_of_an_entry")]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class TextReview(Recorded):
    """A text to a client that a person must release: identified by its digest, so the same text is reviewed once.

    `hits` are the findings of the check: [{group, rule, text, start, end}].
    """

    names = Names("文本复核", "Text review", "Text reviews")

    digest = field(models.CharField(max_length=64, unique=True), zh="文本摘要", en="Digest", editable=False)
    text = field(EncryptedTextField(), zh="待发文本", en="Text to be sent", sensitivity=SECRET, editable=False)
    kind = field(models.CharField(max_length=40, blank=True, default=""), zh="发送种类", en="Kind of message", listed=True,
                 editable=False)  # fmt: skip
    hits = field(models.JSONField(default=list), zh="命中", en="Hits", editable=False)
    state = field(choice_field(ReviewState, default=ReviewState.WAITING), zh="复核状态", en="State of the review", listed=True,
                  editable=False)  # fmt: skip
    asked_at = field(
        models.DateTimeField(default=clock.now), zh="提交复核时间", en="Asked at", listed=True, editable=False
    )
    decided_at = field(
        models.DateTimeField(null=True, blank=True), zh="复核时间", en="Decided at", listed=True, editable=False
    )
    decided_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
                       zh="复核人", en="Decided by", listed=True, editable=False)  # fmt: skip
    reason = field(models.CharField(max_length=300, blank=True, default=""), zh="复核意见", en="Reason", listed=True)

    class Meta(Recorded.Meta):
        indexes = [models.Index(fields=["asked_at"], condition=Q(state="waiting"), name="texts_waiting_for_review")]

    def __str__(self) -> str:
        return f"{self.kind} {self.asked_at:%Y-%m-%d %H:%M}"
