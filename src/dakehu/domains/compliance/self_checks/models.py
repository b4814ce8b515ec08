"""Reports of half-yearly self-checks."""

from django.db import models

from dakehu.domains.compliance.self_checks.choices import SelfCheckState
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class SelfCheck(Recorded):
    """The self-check of a half-year. `figures` are the counts of the period as they were when the report was submitted:
    [{name, zh, en, count}]. A signed report never changes."""

    names = Names("自查报告", "Self-check", "Self-checks")
    retention = TWENTY_YEARS

    first_on = field(models.DateField(unique=True), zh="自查期间起", en="Period from", listed=True, editable=False)
    last_on = field(models.DateField(), zh="自查期间止", en="Period to", listed=True, editable=False)
    due_on = field(models.DateField(), zh="自查期限", en="Self-check due on", listed=True, editable=False)
    state = field(choice_field(SelfCheckState, default=SelfCheckState.DUE), zh="自查状态", en="State of the self-check",
                  listed=True, editable=False)  # fmt: skip
    findings = field(models.TextField(max_length=8000, blank=True, default=""), zh="自查发现", en="Findings of the self-check",
                     help_zh="适当性、用语、投诉、个人信息、执业登记等各方面的问题", help_en="On suitability, wording, complaints, personal information, registrations")  # fmt: skip
    measures = field(
        models.TextField(max_length=8000, blank=True, default=""),
        zh="整改措施",
        en="Measures",
        example="由谁在何时前完成",
    )
    figures = models.JSONField(default=list, editable=False)
    author = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
                   zh="自查人", en="Checked by", listed=True, editable=False)  # fmt: skip
    signed_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
                      zh="自查签署人", en="Self-check signed by", listed=True, editable=False)  # fmt: skip
    signed_at = field(
        models.DateTimeField(null=True, blank=True), zh="自查签署时间", en="Self-check signed at", editable=False
    )
    reason = field(
        models.CharField(max_length=300, blank=True, default=""),
        zh="自查退回原因",
        en="Why it was sent back",
        editable=False,
    )

    def __str__(self) -> str:
        return f"{self.first_on} – {self.last_on}"
