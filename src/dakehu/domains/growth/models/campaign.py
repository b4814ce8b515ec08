"""Campaigns (营销活动): recipients, texts, approval, and the group of each client."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.domains.growth.choices import (
    CampaignKind,
    CampaignLanguage,
    CampaignState,
    MemberGroup,
    Outcome,
)
from dakehu.domains.growth.visibility import OfStaff
from dakehu.domains.service.deliveries.kinds import DeliveryChannel
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


def _whole(default: int, least: int, most: int, zh: str, en: str, help_zh: str = "", help_en: str = "") -> Any:
    column = models.PositiveIntegerField(
        default=default, validators=[MinValueValidator(least), MaxValueValidator(most)]
    )
    return field(column, group="measure", zh=zh, en=en, help_zh=help_zh, help_en=help_en)


class Campaign(Recorded):
    """A message to clients matched by a filter, approved by a second person and measured against a control group.

    `filters` and `text` are those of the client list, applied in the submitter's scope. On submission the list is
    frozen (CampaignMember) and `list_digest` and `seed` are set; `edited_by` are the ids of all its authors.
    """

    names = Names("营销活动", "Campaign", "Campaigns")
    retention = TWENTY_YEARS
    objects: Any = OfStaff()
    field_groups = {
        "campaign": bilingual("营销活动", "Campaign"), "measure": bilingual("对照与衡量", "Control group and measure"),
        "": bilingual("其他", "Other"),
    }  # fmt: skip

    name = field(models.CharField(max_length=120), group="campaign", zh="活动名称", en="Name of the campaign", listed=True,
                 example="年末固收产品沟通")  # fmt: skip
    kind = field(choice_field(CampaignKind, default=CampaignKind.OFFER), group="campaign", zh="活动类别", en="Kind", listed=True,
                 help_zh="法定告知不设对照组，也不因客户拒绝而排除",
                 help_en="A duty notice has no control group and reaches those who opted out too")  # fmt: skip
    aim = field(models.CharField(max_length=300, blank=True, default=""), group="campaign", zh="活动目的", en="Aim")
    products = field(models.CharField(max_length=200, blank=True, default=""), group="campaign", zh="活动涉及产品",
                     en="Products of the campaign", help_zh="产品代码，多个用逗号分开；按利益冲突登记检查回避与披露",
                     help_en="Codes with commas between; checked against the register of conflicts", example="600519")  # fmt: skip
    owner = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="campaigns"),
                  zh="负责人", en="Owner", listed=True, editable=False)  # fmt: skip
    state = field(choice_field(CampaignState, default=CampaignState.DRAFT), zh="活动状态", en="State", listed=True,
                  editable=False)  # fmt: skip
    english_tag = field(models.CharField(max_length=60, blank=True, default=""), group="campaign", zh="收英文版的标签",
                        en="Tag of those who get the English text", help_zh="有此标签的客户收到英文版，其他客户收到中文版",
                        help_en="Clients with this tag get the English text, others the Chinese one")  # fmt: skip
    cost = field(models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]),
                 group="campaign", zh="费用", en="Cost", unit="CNY")  # fmt: skip
    control_percent = _whole(10, 0, 50, "对照组比例（%）", "Control group, %", "0 表示不设对照组", "0: none")
    control_minimum = _whole(200, 0, 100_000, "对照组至少人数", "Control group, at least",
                             "名单至少为两倍时适用", "Where the list is at least twice as long")  # fmt: skip
    outcome = field(choice_field(Outcome, default=Outcome.ANSWERED), group="measure", zh="主要结果", en="Main outcome",
                    help_zh="发送前选定，之后不能更改", help_en="Chosen beforehand; it stays")  # fmt: skip
    window_days = _whole(30, 1, 366, "观察天数", "Days of observation", "从开始发送之日起", "From the day of sending")
    filters = models.JSONField(default=dict, blank=True)
    text = models.CharField(max_length=200, blank=True, default="")
    edited_by = models.JSONField(default=list)
    seed = models.CharField(max_length=40, blank=True, default="")
    list_digest = models.CharField(max_length=64, blank=True, default="")
    frozen_at = field(
        models.DateTimeField(null=True, blank=True), zh="名单冻结时间", en="List frozen at", editable=False
    )
    sent_at = field(models.DateTimeField(null=True, blank=True), zh="开始发送时间", en="Sending began at", listed=True,
                    editable=False)  # fmt: skip

    class Meta(Recorded.Meta):
        indexes = [models.Index(fields=["owner", "-id"], name="campaigns_of_owner")]

    def __str__(self) -> str:
        return self.name


class CampaignMessage(Recorded):
    """The text of a campaign for one channel in one language; placeholders such as {{客户姓名}} are fields of the client."""

    names = Names("营销活动文案", "Text of a campaign", "Texts of campaigns")
    retention = TWENTY_YEARS

    campaign = field(models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="messages"), zh="营销活动", en="Campaign",
                     editable=False)  # fmt: skip
    channel = field(choice_field(DeliveryChannel, default=DeliveryChannel.MAIL), zh="渠道", en="Channel", listed=True)
    language = field(
        choice_field(CampaignLanguage, default=CampaignLanguage.CHINESE), zh="文案语言", en="Language", listed=True
    )
    subject = field(
        models.CharField(max_length=200), zh="文案标题", en="Subject", listed=True, example="给{{客户姓名}}的信"
    )
    body = field(models.TextField(), zh="文案正文", en="Text", example="{{客户姓名}}：您好！")
    edition = field(models.PositiveSmallIntegerField(default=1), zh="第几版", en="Edition", editable=False)

    class Meta(Recorded.Meta):
        constraints = [
            models.UniqueConstraint(fields=["campaign", "channel", "language"], name="one_text_a_channel_and_language")
        ]


class CampaignMember(ClientRecorded):
    """The group of one client in a campaign, drawn at freezing, and for contacted clients the result of the message.

    `excluded_by` is the rule that excluded the client before the draw; `refused_by` the rule that refused the message at
    sending. `delivery_ref` is the id of the delivery.
    """

    names = Names("营销活动客户", "Client of a campaign", "Clients of campaigns")
    client_path = "client"
    retention = TWENTY_YEARS

    campaign = field(models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="members"), zh="营销活动", en="Campaign",
                     listed=True, editable=False)  # fmt: skip
    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="campaigns"), zh="客户", en="Client",
                   listed=True, editable=False)  # fmt: skip
    group = field(choice_field(MemberGroup), zh="分组", en="Group", listed=True, editable=False)
    excluded_by = field(models.CharField(max_length=40, blank=True, default=""), zh="排除规则", en="Excluded by rule", listed=True,
                        editable=False)  # fmt: skip
    refused_by = field(models.CharField(max_length=40, blank=True, default=""), zh="发送时拦截规则", en="Refused by rule", listed=True,
                       editable=False)  # fmt: skip
    channel = field(models.CharField(max_length=24, blank=True, default=""), zh="渠道", en="Channel", editable=False)
    language = field(
        models.CharField(max_length=8, blank=True, default=""), zh="文案语言", en="Language", editable=False
    )
    delivery_ref = field(
        models.BigIntegerField(null=True, blank=True), zh="送达记录编号", en="Delivery", editable=False
    )

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["campaign", "group", "delivery_ref"], name="members_of_campaign")]
