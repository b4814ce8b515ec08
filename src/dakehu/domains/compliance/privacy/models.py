"""Models of privacy: requests of clients, and terms that the firm set."""

from django.db import models
from django.db.models import Q

from dakehu.domains.compliance.privacy.choices import RequestKind, RequestState
from dakehu.domains.compliance.rule_sets.registry import Certainty
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import Retention

WITH_CLIENT = Retention(0, "随客户资料一并删除", "Goes with the client's records", "D")


class PrivacyRequest(ClientRecorded):
    """A request of a client about their personal information, with its deadline and its answer.

    `status_before` and `was_walled` are the client's values before a granted request restricted them.
    """

    names = Names("个人信息请求", "Privacy request", "Privacy requests", aliases=("个人信息权利请求",))
    client_path = "client"
    retention = WITH_CLIENT

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="privacy_requests"),
                   zh="客户", en="Client", listed=True)  # fmt: skip
    kind = field(choice_field(RequestKind), zh="请求事项", en="Kind of request", listed=True)
    received_on = field(models.DateField(default=clock.today), zh="收到日期", en="Received on", listed=True)
    due_on = field(models.DateField(), zh="答复期限", en="Answer due on", listed=True, editable=False)
    detail = field(models.CharField(max_length=1000, blank=True, default=""), zh="请求内容", en="What is asked",
                   sensitivity=PERSONAL, example="要求删除全部个人信息")  # fmt: skip
    purposes = field(models.CharField(max_length=120, blank=True, default=""), zh="撤回同意的用途", en="Purposes withdrawn",
                     help_zh="撤回同意时填写，多个用顿号分开；“全部”为客户现在同意的用途", help_en="For a withdrawal; “all” are those consented to now",
                     example="营销推广、画像分析")  # fmt: skip
    state = field(choice_field(RequestState, default=RequestState.OPEN), zh="办理状态", en="State", listed=True,
                  editable=False)  # fmt: skip
    answer = field(models.CharField(max_length=2000, blank=True, default=""), zh="给客户的答复", en="Answer to the client",
                   sensitivity=PERSONAL)  # fmt: skip
    refusal_reason = field(models.CharField(max_length=1000, blank=True, default=""), zh="拒绝理由", en="Reason of refusal",
                           sensitivity=PERSONAL, help_zh="拒绝须说明理由，并告知客户", help_en="A refusal gives its reasons to the client")  # fmt: skip
    decided_on = field(models.DateField(null=True, blank=True), zh="办理日期", en="Decided on", listed=True, editable=False)  # fmt: skip
    decided_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
                       zh="办理人", en="Decided by", editable=False)  # fmt: skip
    status_before = field(models.CharField(max_length=24, blank=True, default="", editable=False), zh="限制前状态",
                          en="Status before", editable=False)  # fmt: skip
    was_walled = field(models.BooleanField(default=False, editable=False), zh="限制前已隔离", en="Walled before", editable=False)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["due_on"], condition=Q(state="open"), name="privacy_requests_open")]

    def __str__(self) -> str:
        return f"{self.pk}"


class PrivacyTerm(Recorded):
    """A deadline or retention period that the firm set, in force from a day; the newest in force applies.

    `code` is "deadline" (working days) or the label of a kind of record (years). Without a row the term declared with
    the record applies.
    """

    names = Names("保存与答复期限", "Privacy term", "Privacy terms")

    code = field(models.CharField(max_length=80), zh="适用对象", en="Applies to", listed=True, editable=False)
    amount = field(models.PositiveSmallIntegerField(), zh="期限", en="Term", listed=True,
                   help_zh="答复期限为工作日，保存期限为年", help_en="Working days for answers, years for records")  # fmt: skip
    certainty = field(choice_field(Certainty, default=Certainty.D), zh="依据确定程度", en="Certainty", listed=True)
    source = field(models.CharField(max_length=200, blank=True, default=""), zh="期限依据", en="Source of the term", listed=True,
                   example="公司制度第 12 条")  # fmt: skip
    effective_from = field(models.DateField(default=clock.today), zh="期限生效日期", en="In force from", listed=True)

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["code", "effective_from"], name="one_term_a_day")]

    def __str__(self) -> str:
        return f"{self.code} {self.effective_from}"
