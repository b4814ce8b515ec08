"""The tables of insight: saved pivots and dashboards as definitions, never with data; their schedules, and each file generated."""

from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models

from dakehu.domains.insight.choices import FileKind, ReportKind, ReportMail, Rhythm, RunState, Sharing
from dakehu.domains.insight.predictions.models import ClientPrediction, PredictionModel  # noqa: F401  tables of this domain
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names


class Report(Recorded):
    """A named pivot or dashboard. Each reader gets it for their own clients, within their clearance.

    `definition`: of a pivot {rows, columns, measure, filters, top, chart}, of a dashboard {cards} (reports.rules).
    """

    names = Names("分析报表", "Report", "Reports")

    owner = field(
        models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"), zh="所有人", en="Owner", listed=True,
        editable=False,
    )  # fmt: skip
    kind = field(choice_field(ReportKind), zh="报表类型", en="Kind of report", listed=True)
    name = field(
        models.CharField(max_length=80),
        zh="报表名称",
        en="Name of the report",
        listed=True,
        example="风险等级 × 营业部",
    )
    sharing = field(choice_field(Sharing, default=Sharing.NONE), zh="共享范围", en="Shared with", listed=True)
    definition: Any = field(models.JSONField(default=dict), zh="报表定义", en="Definition")

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["owner", "kind", "name"], name="report_once_by_name")]


class ReportSchedule(Recorded):
    """The days and recipients of a report. Each recipient gets a file of their own clients, within their clearance at that moment."""

    names = Names("定期报表", "Scheduled report", "Scheduled reports")

    owner = field(
        models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"), zh="所有人", en="Owner", listed=True,
        editable=False,
    )  # fmt: skip
    report = field(
        models.ForeignKey(Report, on_delete=models.CASCADE, related_name="schedules"),
        zh="分析报表",
        en="Report",
        listed=True,
    )
    rhythm = field(choice_field(Rhythm, default=Rhythm.WEEKLY), zh="发送日", en="When", listed=True)
    file_kind = field(choice_field(FileKind, default=FileKind.WORKBOOK), zh="文件格式", en="File", listed=True)
    recipients: Any = field(models.JSONField(default=list), zh="收件人", en="Recipients")
    by_mail = field(
        models.BooleanField(default=False),
        zh="同时发邮件",
        en="By mail too",
        listed=True,
        help_zh="发链接还是文件，由管理员在分析设置里决定",
        help_en="A link or the file: as the administrator set it in the settings of analyses",
    )
    is_on = field(models.BooleanField(default=True), zh="启用", en="On", listed=True)


class ReportRun(Recorded):
    """A file generated for one recipient on one day, or why there is none.

    `contents` is a digest of everything that determines the file: definition, visible clients, open columns, data;
    `rights` one of the recipient's role, reach and clearance, `scope` one of the visible clients: if they differ, the file
    is neither handed out nor attached.
    """

    names = Names("报表文件", "Report file", "Report files")

    schedule = field(
        models.ForeignKey(ReportSchedule, on_delete=models.CASCADE, related_name="runs"),
        zh="定期报表",
        en="Scheduled report",
        listed=True,
    )
    recipient = field(
        models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"),
        zh="收件人",
        en="Recipient",
        listed=True,
    )
    day = field(models.DateField(), zh="报表日期", en="Day of the report", listed=True)
    state = field(choice_field(RunState), zh="生成结果", en="State", listed=True)
    is_test = field(models.BooleanField(default=False), zh="试发", en="Test", listed=True)
    clients = field(models.PositiveIntegerField(default=0), zh="客户数", en="Clients", listed=True)
    contents = models.CharField(max_length=64, blank=True, default="")
    rights = models.CharField(max_length=64, blank=True, default="")
    scope = models.CharField(max_length=64, blank=True, default="")
    file = models.CharField(max_length=32, blank=True, default="")
    file_name = field(models.CharField(max_length=200, blank=True, default=""), zh="文件", en="File")
    fault = field(models.CharField(max_length=500, blank=True, default=""), zh="原因", en="Reason")
    mailed = field(choice_field(ReportMail, blank=True, default=""), zh="邮件", en="Mail", listed=True)
    mail_note = field(models.CharField(max_length=300, blank=True, default=""), zh="邮件说明", en="Why so by mail")

    class Meta(Recorded.Meta):
        indexes = [models.Index(fields=["recipient", "day"], name="report_run_by_recipient")]


class InsightSettings(Recorded):
    """The administrator's settings for analyses and reports: one row."""

    names = Names("分析设置", "Settings of analyses", "Settings of analyses")

    hour_cost = field(
        models.DecimalField(max_digits=8, decimal_places=2, default=Decimal(150), validators=[MinValueValidator(0)]),
        zh="每小时服务成本",
        en="Cost of an hour of service",
        unit="CNY",
        listed=True,
        help_zh="含工资与分摊，用于服务成本与收入；默认 150 元，为本产品的假设",
        help_en="With overheads, for service cost against income; 150 is this product's assumption",
    )
    report_mail = field(
        choice_field(ReportMail, default=ReportMail.LINK),
        zh="定期报表邮件",
        en="Scheduled reports by mail",
        listed=True,
        help_zh="默认只发链接，登录后查看；文件只发往下列域名的已验证邮箱",
        help_en="A link by default, opened after signing in; files go to confirmed addresses of these domains only",
    )
    mail_domains = field(
        models.CharField(max_length=300, blank=True, default=""),
        zh="本机构邮箱域名",
        en="The firm's own mail domains",
        example="example.com",
    )
