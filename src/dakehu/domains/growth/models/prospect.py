"""Prospects (线索), contacts with them, and referrals (转介绍)."""

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from dakehu.domains.clients.choices import IdType, Kind
from dakehu.domains.clients.masks import mask_amount, mask_id, mask_mail, mask_name, mask_phone
from dakehu.domains.growth.choices import (
    ContactChannel,
    InterestKind,
    InvalidReason,
    MarketingChoice,
    ProspectState,
    Source,
)
from dakehu.domains.growth.visibility import Behind, Owned
from dakehu.foundation.access.encrypted_fields import BlindIndex, EncryptedTextField
from dakehu.foundation.access.sensitivity import PERSONAL, SECRET
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS

FREE = (MinValueValidator(0),)
OPEN_STATES = (ProspectState.NEW.value, ProspectState.FOLLOWED.value)


class Prospect(ClientRecorded):
    """A person or organisation that may become a client. `client` is the client created; without `owner` they wait in `pool`.

    `recycle_on` is the day on which the pool takes a claimed prospect back, `warned_on` and `warned_last_on` the days of
    the two warnings before it; all three are computed from the pool's rules each night. `last_owner` may not claim before
    `cool_off_until`.
    """

    names = Names("线索", "Prospect", "Prospects", aliases=("Lead", "潜在客户"))

    client_path = "client"
    lookup_fields = ("name",)
    retention = TWENTY_YEARS
    objects: Any = Owned()
    field_groups = {
        "who": bilingual("基本信息", "Who"), "reach": bilingual("联系方式", "Contacts"),
        "interest": bilingual("意向", "Interest"), "work": bilingual("跟进", "Follow-up"), "": bilingual("其他", "Other"),
    }  # fmt: skip

    name = field(models.CharField(max_length=120), group="who", zh="线索名称", en="Prospect", sensitivity=PERSONAL, mask=mask_name,
                 listed=True, aliases=("线索姓名", "潜在客户", "lead name"), example="陈志远")  # fmt: skip
    kind = field(
        choice_field(Kind, default=Kind.PERSON), group="who", zh="类型", en="Kind", listed=True, aliases=("客户类型",)
    )
    employer = field(models.CharField(max_length=120, blank=True, default=""), group="who", zh="工作单位", en="Employer",
                     sensitivity=PERSONAL, mask=mask_name, aliases=("线索单位",))  # fmt: skip
    position = field(models.CharField(max_length=80, blank=True, default=""), group="who", zh="职务", en="Position",
                    aliases=("线索职务",))  # fmt: skip
    city = field(
        models.CharField(max_length=40, blank=True, default=""), group="who", zh="城市", en="City", listed=True
    )
    id_type = field(choice_field(IdType, blank=True, default=""), group="who", zh="证件类型", en="ID type")
    id_number = field(EncryptedTextField(null=True, blank=True, mask=mask_id), group="who", zh="证件号码", en="ID number",
                      sensitivity=SECRET, mask=mask_id)  # fmt: skip
    id_number_index = BlindIndex(of="id_number")
    phone = field(EncryptedTextField(null=True, blank=True, mask=mask_phone), group="reach", zh="手机号码", en="Mobile",
                  sensitivity=SECRET, mask=mask_phone, listed=True, aliases=("线索手机",))  # fmt: skip
    phone_index = BlindIndex(of="phone")
    mail = field(EncryptedTextField(null=True, blank=True, mask=mask_mail), group="reach", zh="电子邮件", en="E-mail",
                 sensitivity=SECRET, mask=mask_mail, aliases=("线索邮箱",))  # fmt: skip
    mail_index = BlindIndex(of="mail")
    marketing = field(choice_field(MarketingChoice, default=MarketingChoice.UNKNOWN), group="reach", zh="联系意愿",
                      en="Consent to contact", listed=True, aliases=("营销意愿", "是否同意联系"))  # fmt: skip
    marketing_on = field(models.DateField(null=True, blank=True), group="reach", zh="意愿日期", en="Stated on")
    marketing_evidence = field(models.CharField(max_length=200, blank=True, default=""), group="reach", zh="意愿凭证", en="Evidence",
                               sensitivity=PERSONAL)  # fmt: skip
    source = field(choice_field(Source, default=Source.OTHER), group="interest", zh="来源", en="Source", listed=True,
                   aliases=("线索来源", "lead source"))  # fmt: skip
    source_note = field(models.CharField(max_length=120, blank=True, default=""), group="interest", zh="来源说明", en="About the source",
                        example="2026 年 9 月投教活动")  # fmt: skip
    interest_kind = field(choice_field(InterestKind, blank=True, default=""), group="interest", zh="意向产品类别",
                          en="Class of interest", listed=True)  # fmt: skip
    interests = field(models.CharField(max_length=300, blank=True, default=""), group="interest", zh="感兴趣的产品",
                      en="Products of interest", aliases=("意向产品", "产品意向"), example="收益凭证、指数增强")  # fmt: skip
    expected_assets = field(models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True, validators=FREE), group="interest",
                            zh="预计资产", en="Expected assets", unit="CNY", sensitivity=PERSONAL, mask=mask_amount, listed=True,
                            aliases=("预计金额", "意向金额"))  # fmt: skip
    remark = field(models.TextField(blank=True, default=""), group="interest", zh="备注", en="Remark", sensitivity=PERSONAL,
                   aliases=("描述", "说明", "description"))  # fmt: skip
    owner = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="prospects"),
                  group="work", zh="跟进人", en="Owner", listed=True, aliases=("负责人", "客户经理", "所有人"))  # fmt: skip
    state = field(choice_field(ProspectState, default=ProspectState.NEW), group="work", zh="线索状态", en="State", listed=True,
                  editable=False)  # fmt: skip
    invalid_reason = field(choice_field(InvalidReason, blank=True, default=""), group="work", zh="无效原因", en="Why invalid",
                           editable=False)  # fmt: skip
    last_contact_on = field(models.DateField(null=True, blank=True), group="work", zh="最近有效联系", en="Last effective contact",
                            listed=True, editable=False)  # fmt: skip
    next_contact_on = field(
        models.DateField(null=True, blank=True), group="work", zh="下次联系", en="Next contact", listed=True
    )
    pool = field(models.ForeignKey("growth.Pool", null=True, blank=True, on_delete=models.PROTECT, related_name="prospects",
                                   db_index=False), group="work", zh="公海", en="Pool", listed=True, editable=False)  # fmt: skip
    pool_since = field(
        models.DateField(null=True, blank=True), zh="进入公海日期", en="In the pool since", editable=False
    )
    claimed_on = field(models.DateField(null=True, blank=True), zh="领取日期", en="Claimed on", editable=False)
    recycle_on = field(models.DateField(null=True, blank=True), group="work", zh="收回日期", en="Goes back on", listed=True,
                       editable=False)  # fmt: skip
    warned_on = field(models.DateField(null=True, blank=True), zh="首次预警", en="First warning", editable=False)
    warned_last_on = field(models.DateField(null=True, blank=True), zh="末次预警", en="Last warning", editable=False)
    last_owner = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False),
                       zh="前跟进人", en="Previous owner", editable=False)  # fmt: skip
    cool_off_until = field(models.DateField(null=True, blank=True), zh="前跟进人禁领至", en="Previous owner may not claim until",
                           editable=False)  # fmt: skip
    client = field(models.ForeignKey("clients.Client", null=True, blank=True, on_delete=models.CASCADE, related_name="prospects"),
                   zh="转成的客户", en="Client they became", editable=False)  # fmt: skip
    converted_on = field(
        models.DateField(null=True, blank=True), zh="转客户日期", en="Became a client on", editable=False
    )
    added_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False),
                     zh="登记人", en="Added by", editable=False)  # fmt: skip
    added_on = field(models.DateField(null=True, blank=True), zh="登记日期", en="Added on", listed=True, editable=False)
    extra = custom_fields.store_field()

    class Meta(ClientRecorded.Meta):
        indexes = [
            models.Index(fields=["owner", "state", "next_contact_on"], name="prospects_of_owner"),
            models.Index(fields=["pool", "pool_since"], condition=Q(owner=None, client=None), name="prospects_in_pool"),
            models.Index(fields=["recycle_on"], condition=~Q(recycle_on=None), name="prospects_to_recycle"),
            models.Index(fields=["name"], name="prospects_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Return whether the prospect may still become a client."""
        return str(self.state) in OPEN_STATES

    def owning_client_id(self) -> int | None:
        """Return the client for the audit; None before conversion."""
        return self.client_id


class ProspectContact(ClientRecorded):
    """One contact with a prospect. It becomes an interaction of the client once the prospect is one (`interaction`)."""

    names = Names("线索联系记录", "Contact with a prospect", "Contacts with prospects")

    client_path = "client"
    retention = TWENTY_YEARS
    objects: Any = Behind("prospect")

    prospect = field(models.ForeignKey(Prospect, on_delete=models.CASCADE, related_name="contacts"), zh="线索", en="Prospect",
                     listed=True)  # fmt: skip
    client = field(models.ForeignKey("clients.Client", null=True, blank=True, on_delete=models.CASCADE, related_name="+"),
                   zh="客户", en="Client", editable=False)  # fmt: skip
    held_at = field(models.DateTimeField(), zh="联系时间", en="Held at", listed=True, aliases=("沟通时间", "时间"))
    channel = field(choice_field(ContactChannel, default=ContactChannel.CALL), zh="渠道", en="Channel", listed=True)
    staff = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
                  zh="联系人员", en="Staff", listed=True)  # fmt: skip
    summary = field(models.TextField(), zh="沟通内容", en="Summary", listed=True, sensitivity=PERSONAL)
    result = field(
        models.CharField(max_length=300, blank=True, default=""),
        zh="结果",
        en="Result",
        listed=True,
        sensitivity=PERSONAL,
    )
    is_effective = field(models.BooleanField(default=True), zh="有效联系", en="Effective", listed=True,
                         help_zh="接通或得到回复；未接通不算，不会延后收回日期",
                         help_en="Reached or answered; no answer does not count and does not move the day of going back")  # fmt: skip
    interaction = field(models.ForeignKey("service.Interaction", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"),
                        zh="服务记录", en="Interaction", editable=False)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["prospect", "-held_at"], name="contacts_of_prospect")]


class Referral(ClientRecorded):
    """A referral of a prospect by a client; whether and how the client was thanked."""

    names = Names("转介绍", "Referral", "Referrals")

    client_path = "client"
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="referrals"), zh="介绍客户",
                   en="Referring client", listed=True, aliases=("介绍人",))  # fmt: skip
    prospect = field(models.ForeignKey(Prospect, on_delete=models.CASCADE, related_name="referrals"), zh="线索", en="Prospect",
                     listed=True, editable=False)  # fmt: skip
    referred_on = field(models.DateField(), zh="介绍日期", en="Referred on", listed=True)
    note = field(
        models.CharField(max_length=300, blank=True, default=""),
        zh="介绍说明",
        en="Note",
        sensitivity=PERSONAL,
        listed=True,
    )
    thanked_on = field(
        models.DateField(null=True, blank=True), zh="致谢日期", en="Thanked on", listed=True, editable=False
    )
    thanked_how = field(models.CharField(max_length=200, blank=True, default=""), zh="致谢方式", en="How thanked", listed=True,
                        sensitivity=PERSONAL, editable=False)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "prospect"], name="one_referral_a_pair")]
