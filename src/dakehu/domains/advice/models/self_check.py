"""The half-yearly self-check of suitability (适当性自查)."""

from django.db import models

from dakehu.domains.advice.self_checks.choices import SelfCheckState
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class SelfCheck(Recorded):
    """The report on one half-year: what the desk counted when it was written, what was found, what is done about it."""

    names = Names("适当性自查", "Suitability self-check", "Suitability self-checks")
    retention = TWENTY_YEARS

    period_start = field(models.DateField(unique=True), zh="自查期间起", en="First day", listed=True, editable=False)
    period_end = field(models.DateField(), zh="自查期间止", en="Last day", listed=True, editable=False)
    due_on = field(models.DateField(), zh="应完成日期", en="Due on", listed=True, editable=False)
    state = field(
        choice_field(SelfCheckState, default=SelfCheckState.WAITING),
        zh="自查状态",
        en="State",
        listed=True,
        editable=False,
    )
    counts = field(models.JSONField(default=dict), zh="系统统计", en="What the desk counted", editable=False)
    findings = field(models.TextField(), zh="自查发现", en="Findings",
                     help_zh="没有发现问题也请写明查了什么", help_en="Say what was looked at even where nothing was found")  # fmt: skip
    measures = field(models.TextField(blank=True, default=""), zh="整改措施", en="Measures")
    is_reportable = field(
        models.BooleanField(default=False), zh="须报告证监局", en="To be reported", listed=True,
        help_zh="发现违反办法的问题，应当及时处理并主动报告", help_en="A breach of the rules is dealt with and reported to the regulator",
    )  # fmt: skip
    author = field(models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"), zh="自查人", en="Author", listed=True,
                   editable=False)  # fmt: skip
    signed_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="签署人",
                      en="Signed by", listed=True, editable=False)  # fmt: skip
    signed_at = field(
        models.DateTimeField(null=True, blank=True), zh="签署时间", en="Signed at", listed=True, editable=False
    )
    returned_for = field(
        models.CharField(max_length=300, blank=True, default=""), zh="退回原因", en="Why returned", editable=False
    )

    class Meta(Recorded.Meta):
        ordering = ["-period_start"]

    def __str__(self) -> str:
        return f"{self.period_start} – {self.period_end}"
