"""Periodic reviews of the strategy agreed with a client: findings, and the sign-off by a second person."""

from django.db import models

from dakehu.domains.risk.choices import ReviewBasis, ReviewState
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class StrategyReview(ClientRecorded):
    """One review. It is due by a day, written by one person, signed by another, with the due date of the next."""

    names = Names("策略回顾", "Strategy review", "Strategy reviews")
    client_path = "client"
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="strategy_reviews"), zh="客户",
                   en="Client", listed=True)  # fmt: skip
    due_on = field(models.DateField(), zh="应回顾日期", en="Review due on", listed=True)
    basis = field(
        choice_field(ReviewBasis, default=ReviewBasis.BY_HAND),
        zh="回顾依据",
        en="Why it is due",
        listed=True,
        editable=False,
    )
    state = field(
        choice_field(ReviewState, default=ReviewState.DUE),
        zh="回顾状态",
        en="State of the review",
        listed=True,
        editable=False,
    )
    held_on = field(models.DateField(null=True, blank=True), zh="回顾日期", en="Held on", listed=True)
    findings = field(models.TextField(blank=True, default=""), zh="回顾结论", en="Findings",
                     help_zh="目标、风险承受、限额与提醒线是否仍合适；只写事实与结论，不写买卖建议",
                     help_en="Whether aims, bearable risk, limits and lines still fit; facts and findings, no advice to deal")  # fmt: skip
    agreed = field(models.TextField(blank=True, default=""), zh="与客户约定事项", en="Agreed with the client")
    author = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="回顾人",
                   en="Written by", listed=True, editable=False)  # fmt: skip
    signed_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="签署人",
                      en="Signed by", listed=True, editable=False)  # fmt: skip
    signed_at = field(models.DateTimeField(null=True, blank=True), zh="签署时间", en="Signed at", editable=False)
    reason = field(
        models.CharField(max_length=300, blank=True, default=""),
        zh="回顾退回原因",
        en="Why it was returned",
        editable=False,
    )
    next_due_on = field(
        models.DateField(null=True, blank=True), zh="下次回顾日期", en="Next review due on", listed=True
    )

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["state", "due_on"], name="strategy_reviews_due")]
