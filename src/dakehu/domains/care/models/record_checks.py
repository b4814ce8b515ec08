"""Checks of service records."""

from typing import Any

from django.db import models

from dakehu.domains.care.record_checks.choices import CheckResult
from dakehu.domains.learning.choices import Topic
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class RecordCheck(ClientRecorded):
    """The check of one service record of a month. `is_second`: by another reader, who does not see the first result."""

    names = Names("服务记录抽检", "Check of a service record", "Checks of service records")
    client_path = "client"
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="record_checks"), zh="客户", en="Client",
                   listed=True, editable=False)  # fmt: skip
    interaction_ref = field(models.PositiveBigIntegerField(), zh="服务记录编号", en="Service record", editable=False)
    staff = field(
        models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"),
        zh="被抽检人员",
        en="Whose record",
        listed=True,
        editable=False,
    )
    month = field(models.DateField(), zh="抽检月份", en="Month of the record", listed=True, editable=False)
    is_second = field(models.BooleanField(default=False), zh="双人抽检", en="Second reading", editable=False)
    drawn_on = field(models.DateField(), zh="抽取日期", en="Drawn on", editable=False)
    result = field(choice_field(CheckResult, default=CheckResult.WAITING), zh="抽检结果", en="Result", listed=True)
    topic = field(choice_field(Topic, blank=True, default=""), zh="不合格主题", en="What was missed", listed=True,
                  help_zh="不合格时必填，系统据此建议课程", help_en="Needed where it did not pass; courses of it are proposed")  # fmt: skip
    note = field(
        models.CharField(max_length=300, blank=True, default=""),
        zh="抽检说明",
        en="What the reader found",
        sensitivity=PERSONAL,
    )
    checked_by: Any = field(
        models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
        zh="抽检人",
        en="Read by",
        listed=True,
        editable=False,
    )
    checked_on = field(
        models.DateField(null=True, blank=True), zh="抽检日期", en="Read on", listed=True, editable=False
    )

    class Meta(ClientRecorded.Meta):
        constraints = [
            models.UniqueConstraint(fields=["interaction_ref", "is_second"], name="a_record_checked_once_a_reading")
        ]
        indexes = [models.Index(fields=["month", "result"], name="record_checks_of_month")]
