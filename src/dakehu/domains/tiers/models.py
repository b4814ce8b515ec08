"""Models of tiers: schemes with their tiers and standards, the tier of each client and its history."""

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from dakehu.domains.clients.choices import InvestorClass, Kind
from dakehu.domains.clients.masks import mask_amount
from dakehu.domains.tiers.choices import (
    AssetsSource,
    ChangeKind,
    Frequency,
    RiskGroup,
    SchemeState,
    TierCode,
    Window,
)
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS

FREE = (MinValueValidator(0),)


def _days(zh: str, en: str, help_zh: str = "", help_en: str = "") -> Any:
    return field(models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(3660)]),
                 zh=zh, en=en, help_zh=help_zh or "空白表示不作要求", help_en=help_en or "Empty: none is owed", listed=True)  # fmt: skip


def _whole(default: int, least: int, most: int, zh: str, en: str, help_zh: str = "", help_en: str = "") -> Any:
    return field(models.PositiveSmallIntegerField(default=default, validators=[MinValueValidator(least), MaxValueValidator(most)]),
                 zh=zh, en=en, help_zh=help_zh, help_en=help_en)  # fmt: skip


class Scheme(Recorded):
    """A scheme of tiers, in force from a day until the next is. Defaults are the house's own [D], not legal rules."""

    names = Names("分级方案", "Tier scheme", "Tier schemes")
    lookup_fields = ("name",)
    field_groups = {
        "scheme": bilingual("方案", "Scheme"), "rule": bilingual("升降规则", "Rule of moves"),
        "capacity": bilingual("工时口径", "Hours"), "": bilingual("其他", "Other"),
    }  # fmt: skip

    name = field(models.CharField(max_length=80, unique=True), group="scheme", zh="方案名称", en="Name of the scheme", listed=True,
                 example="2026 年分级方案")  # fmt: skip
    state = field(choice_field(SchemeState, default=SchemeState.DRAFT), group="scheme", zh="方案状态", en="State", editable=False, listed=True)  # fmt: skip
    effective_from = field(models.DateField(null=True, blank=True), group="scheme", zh="生效日期", en="In force from", editable=False,
                           listed=True)  # fmt: skip
    retired_on = field(models.DateField(null=True, blank=True), group="scheme", zh="停用日期", en="Retired on", editable=False)  # fmt: skip
    window = field(choice_field(Window, default=Window.DAYS_20), group="rule", zh="日均口径", en="Averaged over", listed=True,
                   help_zh="按最近多少个交易日的日均总资产定级", help_en="Trading days over which total assets are averaged")  # fmt: skip
    watch_months = _whole(3, 0, 24, "低于下限几个月列入关注", "Months below before the watch",
                          "达标即升；低于下限满这么多个月先列入“关注”", "Up at once; below the lower bound for this long: under watch")  # fmt: skip
    downgrade_months = _whole(3, 0, 24, "关注几个月后降级", "Months under watch before the downgrade")
    busy_trades = _whole(3, 1, 1000, "高频的委托笔数", "Orders that count as often",
                         "日均窗口内达到这么多笔为高频；一笔没有为低频", "Within the window; none at all is rarely")  # fmt: skip
    call_minutes = _whole(12, 1, 600, "电话每次分钟", "Minutes per call")
    message_minutes = _whole(5, 1, 600, "消息每次分钟", "Minutes per message")
    visit_minutes = _whole(90, 1, 900, "拜访每次分钟", "Minutes per visit")
    report_minutes = _whole(20, 1, 900, "报告每份分钟", "Minutes per report")
    hours_per_day = field(models.DecimalField(max_digits=4, decimal_places=1, default=Decimal(8), validators=[MinValueValidator(1), MaxValueValidator(24)]),
                          group="capacity", zh="每人每日工时", en="Working hours a day")  # fmt: skip
    reserve = field(models.DecimalField(max_digits=4, decimal_places=2, default=Decimal("0.20"), validators=[MinValueValidator(0), MaxValueValidator(Decimal("0.9"))]),
                    group="capacity", zh="预留比例", en="Reserve", unit="%", help_zh="会议与临时事务", help_en="Meetings and what comes up")  # fmt: skip
    note = field(models.CharField(max_length=300, blank=True, default=""), zh="说明", en="Note")

    def __str__(self) -> str:
        return self.name


class Tier(Recorded):
    """A tier of a scheme with its service standard: by average assets from `lower_bound` on, or by kind of client."""

    names = Names("客户级别", "Tier", "Tiers")
    field_groups = {
        "bound": bilingual("级别与下限", "Tier and bound"), "standard": bilingual("服务标准", "Service standard"),
    }  # fmt: skip

    scheme = field(models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="tiers"), zh="分级方案", en="Tier scheme",
                   editable=False)  # fmt: skip
    code = field(
        choice_field(TierCode, max_length=4), zh="级别代码", en="Tier code", listed=True, editable=False, group="bound"
    )
    rank = field(models.PositiveSmallIntegerField(), zh="级别次序", en="Rank", editable=False, group="bound")
    zh = field(models.CharField(max_length=40), zh="中文名称", en="Name in Chinese", listed=True, group="bound")
    en = field(models.CharField(max_length=40), zh="英文名称", en="Name in English", listed=True, group="bound")
    lower_bound = field(models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True, validators=FREE), zh="日均资产下限",
                        en="Lower bound", unit="CNY", listed=True, group="bound", help_zh="按客户类型定的级别没有下限",
                        help_en="Tiers by kind of client have none")  # fmt: skip
    client_kind = field(choice_field(Kind, blank=True, default=""), zh="适用客户类型", en="For this kind of client", editable=False,
                        group="bound")  # fmt: skip
    investor_class = field(choice_field(InvestorClass, blank=True, default=""), zh="适用投资者类别", en="For this investor class",
                           editable=False, group="bound")  # fmt: skip
    contact_every_days = _days("最长联系间隔（天）", "Contact at least every (days)", "任何方式；空白表示只做线上服务",
                               "By whatever channel; empty: digital service only")  # fmt: skip
    call_every_days = _days("电话间隔（天）", "Call every (days)")
    message_every_days = _days("消息间隔（天）", "Message every (days)")
    visit_every_days = _days("拜访间隔（天）", "Visit every (days)")
    report_every_days = _days("报告间隔（天）", "Report every (days)")
    response_hours = field(models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(720)]),
                           zh="响应时限（工作小时）", en="Answer within (working hours)", group="standard")  # fmt: skip
    reports = field(models.CharField(max_length=200, blank=True, default=""), zh="报告内容", en="Reports", group="standard",
                    example="资产季报")  # fmt: skip
    entitlements = field(models.CharField(max_length=400, blank=True, default=""), zh="服务权益", en="Entitlements", group="standard",
                         example="专属客户经理、投研报告")  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="one_tier_a_code")]
        ordering = ["rank"]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"

    @property
    def label(self) -> str:
        """Return the name in the reader's language."""
        return str(bilingual(self.zh, self.en))


class ServiceFlavour(Recorded):
    """How clients of one trading frequency and risk preference are served, whatever their tier."""

    names = Names("服务方式", "Service flavour", "Service flavours")

    scheme = field(models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="flavours"), zh="分级方案", en="Tier scheme",
                   editable=False)  # fmt: skip
    frequency = field(choice_field(Frequency), zh="交易频率", en="Trading frequency", editable=False, listed=True)
    risk = field(choice_field(RiskGroup), zh="风险偏好分组", en="Risk preference", editable=False, listed=True)
    zh = field(models.CharField(max_length=120), zh="中文服务方式", en="Flavour in Chinese", listed=True)
    en = field(models.CharField(max_length=120), zh="英文服务方式", en="Flavour in English", listed=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scheme", "frequency", "risk"], name="one_flavour_a_cell")]


class ClientTier(ClientRecorded):
    """The tier of a client now, with the deciding figures. Written by the nightly assignment; nothing depends on it.

    `rule_code` is the tier by rule, `code` the effective one: the manually set tier while there is one. The columns
    `*_before` are the values before the run of `decided_on`, so that a day may be assigned again with corrected
    balances.
    """

    names = Names("客户分级", "Tier of a client", "Tiers of clients")

    client_path = "client"
    derived = True
    retention = TWENTY_YEARS

    client = field(models.OneToOneField("clients.Client", on_delete=models.CASCADE, related_name="tier"), zh="客户", en="Client",
                   editable=False, listed=True)  # fmt: skip
    code = field(
        choice_field(TierCode, max_length=4),
        zh="客户级别",
        en="Tier",
        editable=False,
        listed=True,
        aliases=("分级", "客户分级"),
    )
    rule_code = field(choice_field(TierCode, max_length=4), zh="规则级别", en="Tier by rule", editable=False)
    rank = models.PositiveSmallIntegerField()
    since = field(models.DateField(), zh="级别起始日", en="In this tier since", editable=False, listed=True)
    below_since = field(models.DateField(null=True), zh="低于下限自", en="Below the bound since", editable=False)
    watch_since = field(models.DateField(null=True), zh="关注自", en="Under watch since", editable=False, listed=True)
    override_until = field(models.DateField(null=True), zh="人工定级至", en="Set by hand until", editable=False)
    average_assets = field(models.DecimalField(max_digits=20, decimal_places=2, null=True), zh="定级日均资产", en="Average assets that decided",
                           unit="CNY", sensitivity=PERSONAL, mask=mask_amount, editable=False,
                           help_zh="级别、关注或交易频率上次变化时的日均总资产", help_en="As of the last change of tier, watch or frequency")  # fmt: skip
    averaged_days = field(
        models.PositiveSmallIntegerField(default=0), zh="日均天数", en="Days averaged", editable=False
    )
    assets_source = field(
        choice_field(AssetsSource, blank=True, default=""), zh="资产来源", en="Source of the assets", editable=False
    )
    frequency = field(
        choice_field(Frequency, blank=True, default=""), zh="交易频率", en="Trading frequency", editable=False
    )
    value_percent = field(models.PositiveSmallIntegerField(null=True), zh="价值分位", en="Value percentile", editable=False,
                          sensitivity=PERSONAL, help_zh="综合价值领先于百分之几的客户，按 5 个百分点分档，用于排优先次序",
                          help_en="Ahead of this share of clients, in steps of 5 points; orders work, never decides a tier")  # fmt: skip
    contact_due_on = field(models.DateField(null=True), zh="应联系日", en="Contact owed by", editable=False, listed=True,
                           help_zh="最近联系日加本级别最长联系间隔", help_en="Last contact plus the longest gap of the tier")  # fmt: skip
    decided_on = field(models.DateField(), zh="评定日期", en="Decided on", editable=False)
    rule_before = models.CharField(max_length=4, blank=True, default="")
    code_before = models.CharField(max_length=4, blank=True, default="")
    since_before = models.DateField(null=True)
    below_before = models.DateField(null=True)
    watch_before = models.DateField(null=True)

    class Meta(ClientRecorded.Meta):
        indexes = [
            models.Index(fields=["code", "client"], name="tiers_by_code"),
            models.Index(fields=["watch_since", "client"], name="tiers_by_watch"),
            models.Index(fields=["value_percent", "client"], name="tiers_by_value"),
            models.Index(fields=["contact_due_on", "client"], name="tiers_by_contact_due"),
        ]

    def why_missing(self, name: str) -> Any:
        """Return why a column is empty, in both languages; "" without a reason."""
        if name == "contact_due_on":
            return bilingual("本级别不要求主动联系", "This tier asks for no outbound contact")
        return bilingual("未列入关注", "Not under watch") if name == "watch_since" else ""


class TierChange(ClientRecorded):
    """One change of the tier of a client, with the figures that decided it."""

    names = Names("分级变更", "Change of tier", "Changes of tier")

    client_path = "client"
    written_by_desk = ~Q(kind__in=(ChangeKind.OVERRIDDEN, ChangeKind.OVERRIDE_ENDED))
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="tier_changes"), zh="客户", en="Client",
                   listed=True)  # fmt: skip
    on = field(models.DateField(), zh="变更日期", en="Changed on", listed=True)
    kind = field(choice_field(ChangeKind), zh="变更类型", en="Kind of change", listed=True)
    code_before = field(
        choice_field(TierCode, max_length=4, blank=True, default=""), zh="原级别", en="Tier before", listed=True
    )
    code = field(
        choice_field(TierCode, max_length=4, blank=True, default=""), zh="新级别", en="Tier after", listed=True
    )
    scheme = field(
        models.ForeignKey(Scheme, null=True, on_delete=models.PROTECT, related_name="changes"),
        zh="分级方案",
        en="Tier scheme",
    )
    average_assets = field(models.DecimalField(max_digits=20, decimal_places=2, null=True), zh="当时日均资产", en="Average assets then",
                           unit="CNY", sensitivity=PERSONAL, mask=mask_amount, listed=True)  # fmt: skip
    averaged_days = field(models.PositiveSmallIntegerField(default=0), zh="日均天数", en="Days averaged")
    assets_source = field(choice_field(AssetsSource, blank=True, default=""), zh="资产来源", en="Source of the assets")
    reason = field(models.CharField(max_length=300, blank=True, default=""), zh="变更理由", en="Reason", sensitivity=PERSONAL, listed=True)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        indexes = [
            models.Index(fields=["client", "-on"], name="tier_changes_of_client"),
            models.Index(fields=["on", "kind"], name="tier_changes_by_day"),
        ]


class TierOverride(ClientRecorded):
    """A manually set tier, with reason and expiry. It overrides the rule until then."""

    names = Names("人工定级", "Tier set by hand", "Tiers set by hand")

    client_path = "client"
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="tier_overrides"), zh="客户", en="Client",
                   listed=True)  # fmt: skip
    code = field(choice_field(TierCode, max_length=4), zh="定为级别", en="Set to tier", listed=True)
    reason = field(models.CharField(max_length=300), zh="定级理由", en="Reason of the tier", sensitivity=PERSONAL, listed=True,
                   example="实控人家族资产在他行，已核实")  # fmt: skip
    since = field(models.DateField(), zh="起始日期", en="Since", listed=True, editable=False)
    until = field(models.DateField(), zh="有效期至", en="Valid until", listed=True)
    ended_on = field(models.DateField(null=True), zh="提前结束日期", en="Ended early on", listed=True, editable=False)
    set_by = field(models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="tier_overrides"), zh="定级人",
                   en="Set by", listed=True, editable=False)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        constraints = [
            models.UniqueConstraint(fields=["client"], condition=Q(ended_on=None), name="one_override_a_client")
        ]


class AssignmentRun(Recorded):
    """One nightly assignment of a day: the scheme, and the number of clients by kind of change."""

    names = Names("定级批次", "Assignment of tiers", "Assignments of tiers")

    day = field(models.DateField(unique=True), zh="评定日期", en="Day assigned", listed=True)
    scheme = field(
        models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="runs"),
        zh="分级方案",
        en="Tier scheme",
        listed=True,
    )
    counts = models.JSONField(default=dict)
