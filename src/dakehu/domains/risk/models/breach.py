"""Breaches with their history, and the standing of every measure after the last night."""

from typing import Any

from django.db import models

from dakehu.domains.risk.breaches import lists
from dakehu.domains.risk.choices import BreachKind, LimitScope, Severity
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS

LISTS = (
    "usage",
    "drawdown_60",
    "day_loss",
    "largest_holding",
    "over",
    "near",
)  # columns by which lists of clients are sorted


def _number(zh: str, en: str, unit: str = "", help_zh: str = "", help_en: str = "") -> Any:
    return field(models.DecimalField(max_digits=20, decimal_places=6, null=True), zh=zh, en=en, unit=unit, editable=False, listed=True,
                 help_zh=help_zh, help_en=help_en)  # fmt: skip


def _count(zh: str, en: str) -> Any:
    return field(models.PositiveIntegerField(default=0), zh=zh, en=en, editable=False, listed=True)


class Breach(ClientRecorded):
    """A limit or line that was breached, from the night it was found until the state cleared.

    `values`: the values it was judged by (measure, limit, scope and version of the limit, certainty, the client's
    level and tier), as of `started_on`. One row for each (client, kind, object) until the state clears.
    """

    names = Names("超限记录", "Breach", "Breaches", aliases=("预警",))
    client_path = "client"
    list_filters = lists.OF_BREACHES
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="breaches"), zh="客户", en="Client",
                   listed=True, editable=False)  # fmt: skip
    kind = field(choice_field(BreachKind), zh="超限类别", en="What is breached", listed=True, editable=False)
    object = field(
        models.CharField(max_length=80, blank=True, default=""),
        zh="超限对象代码",
        en="Object of the breach",
        editable=False,
    )
    about = field(
        models.CharField(max_length=160, blank=True, default=""),
        zh="超限对象",
        en="About what",
        listed=True,
        editable=False,
    )
    severity = field(choice_field(Severity), zh="超限程度", en="Severity", listed=True, editable=False)
    started_on = field(models.DateField(), zh="超限起始日", en="Breached from", listed=True, editable=False)
    cleared_on = field(models.DateField(null=True), zh="解除日期", en="Cleared on", listed=True, editable=False)
    value = _number("超限时数值", "Value at the breach")
    limit_value = _number("超限时限额", "Limit at the breach")
    limit_scope = field(choice_field(LimitScope, blank=True, default=""), zh="限额依据", en="Limit by", editable=False)
    rule = field(
        models.CharField(max_length=80, blank=True, default=""), zh="规则版本", en="Version of the rule", editable=False
    )
    values = field(models.JSONField(default=dict), zh="判断依据", en="What it was judged by", editable=False)
    acknowledged_at = field(
        models.DateTimeField(null=True), zh="确认时间", en="Acknowledged at", listed=True, editable=False
    )
    acknowledged_by = field(models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"), zh="确认人",
                            en="Acknowledged by", editable=False)  # fmt: skip
    note = field(models.CharField(max_length=500, blank=True, default=""), zh="处理说明", en="Note on the breach")

    class Meta(ClientRecorded.Meta):
        indexes = [
            models.Index(fields=["client", "cleared_on"], name="breaches_of_client"),
            models.Index(fields=["kind", "cleared_on"], name="breaches_by_kind"),
        ]


class Standing(ClientRecorded):
    """A measure of a client that is near its limit or beyond it after the last night, with that limit."""

    names = Names("临近与超限", "Measure near its limit", "Measures near their limits")
    client_path = "client"
    list_filters = lists.OF_STANDINGS
    derived = True
    replaceable = True
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="risk_standings", db_constraint=False),
                   zh="客户", en="Client", listed=True, editable=False)  # fmt: skip
    kind = field(choice_field(BreachKind), zh="风险指标类别", en="Measure", listed=True, editable=False)
    object = field(
        models.CharField(max_length=80, default=""), zh="指标对象代码", en="Code of the object", editable=False
    )
    about = field(
        models.CharField(max_length=160, default=""),
        zh="指标对象",
        en="Object of the measure",
        listed=True,
        editable=False,
    )
    severity = field(choice_field(Severity), zh="指标程度", en="How far", listed=True, editable=False)
    value = _number("指标数值", "Value of the measure")
    limit_value = _number("当前限额", "Limit in force")
    usage = _number("限额使用率", "Use of the limit", "%", "指标数值 ÷ 限额", "Value ÷ limit")
    limit_scope = field(
        choice_field(LimitScope, default=""), zh="当前限额依据", en="Limit in force by", listed=True, editable=False
    )
    rule = field(models.CharField(max_length=80, default=""), zh="当前规则版本", en="Version in force", editable=False)
    day = field(models.DateField(), zh="风险计算日期", en="As of", listed=True, editable=False)

    class Meta(ClientRecorded.Meta):
        indexes = [
            models.Index(fields=["kind", "severity", "client"], name="standings_by_kind"),
            models.Index(fields=["usage", "client"], name="standings_by_usage"),
        ]


class RiskFigures(ClientRecorded):
    """The account-level measures of one client after the last night. Null: unknown for lack of balances or prices."""

    names = Names("风险指标", "Risk figures", "Risk figures")
    field_groups = {"": bilingual("风险指标", "Risk figures")}
    client_path = "client"
    derived = True
    replaceable = True
    retention = TWENTY_YEARS

    client = field(models.OneToOneField("clients.Client", on_delete=models.CASCADE, related_name="risk_figures", db_constraint=False),
                   zh="客户", en="Client", editable=False, listed=True)  # fmt: skip
    day = field(models.DateField(), zh="风险指标日期", en="Risk figures of", editable=False, listed=True)
    equity_share = _number("权益类占比", "Share of equities", "%", "股票及 R4、R5 的基金、私募、资管 ÷ 总资产",
                           "Shares, and funds and plans of R4 or R5, ÷ total assets")  # fmt: skip
    drawdown_60 = _number("近60日回撤", "Drawdown of 60 days", "%")
    day_loss = _number("单日亏损率", "Loss of the day", "%")
    largest_holding = _number("最大持仓占比", "Largest holding", "%")
    industry_share = _number(
        "最大行业占比", "Largest industry", "%", "行业资料齐全的持仓", "Of holdings whose industry is known"
    )
    hhi = _number("持仓集中度（HHI）", "Concentration (HHI)")
    sell_days = _number(
        "最长变现天数",
        "Longest time to sell",
        "",
        "持仓金额 ÷（日均成交额 × 20%）",
        "Value ÷ (mean daily turnover × 20 %)",
    )
    usage = _number("最高限额使用率", "Highest use of a limit", "%")
    over = _count("超限项数", "Limits exceeded")
    near = _count("临近项数", "Limits nearly reached")

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=[name, "client"], name=f"risk_by_{name}") for name in LISTS]
