"""The client, and earlier data of clients."""

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models

from dakehu.domains.clients import choices
from dakehu.domains.clients.identifiers import age_on
from dakehu.domains.clients.masks import mask_address, mask_amount, mask_id, mask_name
from dakehu.foundation.access.encrypted_fields import BlindIndex, EncryptedTextField
from dakehu.foundation.access.scope import GuardedQuerySet
from dakehu.foundation.access.sensitivity import PERSONAL, SECRET
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.fields import choice_field, computed, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS
from dakehu.foundation.search.index import CODE, NAME, TEXT

PERSON = (choices.Kind.PERSON,)
ORGANISATION = (choices.Kind.INSTITUTION, choices.Kind.PRODUCT)
LISTED = ("risk_level", "status", "kind", "walled")  # filter fields of lists that do not lead an index
# An index contains only the rows that are looked up by it: each entry costs import time.
BORN, HAS_BRANCH = models.Q(birth_on__isnull=False), models.Q(branch__isnull=False)
INSTITUTION = ~models.Q(kind="person")


def last_four(value: str) -> str:
    """Return the last four characters of an ID number; "" if it is too short."""
    characters = value.upper() if value.isalnum() else "".join(c for c in value.upper() if c.isalnum())
    return characters[-4:] if len(characters) >= 8 else ""


def _age(client: "Client") -> int | None:
    """Return a client's age, stated if there is no birth date."""
    return age_on(client.birth_on, clock.today()) if client.birth_on else client.stated_age


def _served_by(rows: Any, user_id: Any) -> Any:
    """Return the clients whose main manager is a user now."""
    if not (str(user_id).isascii() and str(user_id).isdecimal() and len(str(user_id)) < 19):
        raise Refused({"manager": [bilingual("应为人员编号。", "Must be the id of a member of staff.")]})
    return rows.filter(coverage__until=None, coverage__role="main", coverage__user_id=int(user_id))


def _served_by_team(rows: Any, team_id: Any) -> Any:
    """Return the clients whose main manager is a member of a team now."""
    if not (str(team_id).isascii() and str(team_id).isdecimal() and len(str(team_id)) < 19):
        raise Refused({"team": [bilingual("应为团队编号。", "Must be the id of a team.")]})
    return rows.filter(coverage__until=None, coverage__role="main", coverage__user__team_id=int(team_id))


class Client(ClientRecorded):
    """A person, institution or product that the firm serves."""

    names = Names("客户", "Client", "Clients")

    client_path = "pk"
    lookup_fields = ("code", "name")
    former_lookup = "former__code"
    applies_by = "kind"
    searched = {
        "name": NAME, "code": CODE, "occupation": TEXT, "segment": TEXT, "employer": TEXT, "controller": TEXT,
        "beneficial_owner": TEXT, "legal_representative": TEXT, "address": TEXT, "remark": TEXT,
    }  # fmt: skip
    retention = TWENTY_YEARS
    field_groups = {
        "identity": bilingual("身份", "Identity"), "institution": bilingual("机构", "Institution"),
        "suitability": bilingual("分类与适当性", "Class and suitability"),
        "relationship": bilingual("关系", "Relationship"), "other": bilingual("其他", "Other"),
    }  # fmt: skip

    code = field(
        models.CharField(max_length=40, unique=True), group="identity", zh="客户号", en="Client code", listed=True,
        aliases=("客户编号", "客户代码", "资金账号", "资金账户", "customerID", "Account No", "client no", "编号"),
        help_zh="在本机构内唯一；留空则自动编号", help_en="Unique within the firm; numbered automatically when left empty",
        example="DK000001",
    )  # fmt: skip
    kind = field(choice_field(choices.Kind, default=choices.Kind.PERSON), group="identity", zh="客户类型", en="Client kind", listed=True,
                 aliases=("类型", "客户性质", "type"), example="个人")  # fmt: skip
    name = field(
        models.CharField(max_length=120), group="identity", zh="客户姓名", en="Client name", sensitivity=PERSONAL, mask=mask_name,
        listed=True, aliases=("姓名", "客户名称", "名称", "客户", "户名", "full name", "name", "customer name"), example="张三",
    )  # fmt: skip
    pinyin = models.CharField(max_length=200, blank=True, default="", editable=False)
    initials = models.CharField(max_length=60, blank=True, default="", editable=False)
    gender = field(
        choice_field(choices.Gender, blank=True, default=""),
        group="identity",
        applies_to=PERSON,
        zh="性别",
        en="Gender",
        aliases=("sex",),
        example="男",
    )
    birth_on = field(models.DateField(null=True, blank=True), group="identity", applies_to=PERSON, zh="出生日期", en="Birth date", sensitivity=PERSONAL,
                     aliases=("生日", "出生年月", "date of birth", "dob", "birthday"))  # fmt: skip
    stated_age = field(
        models.PositiveSmallIntegerField(null=True, blank=True), group="identity", applies_to=PERSON, shown_by="age", zh="年龄", en="Age", aliases=("岁数",), example="35",
        help_zh="有出生日期时按出生日期计算", help_en="Worked out from the birth date when there is one",
    )  # fmt: skip
    occupation = field(models.CharField(max_length=80, blank=True, default=""), group="identity", applies_to=PERSON, zh="职业", en="Occupation", listed=True,
                       aliases=("职位", "职务", "job", "title"), example="企业高管")  # fmt: skip
    employer = field(models.CharField(max_length=120, blank=True, default=""), group="identity", applies_to=PERSON, zh="工作单位", en="Employer",
                     sensitivity=PERSONAL, aliases=("单位", "公司", "任职单位"))  # fmt: skip
    education = field(
        models.CharField(max_length=40, blank=True, default=""),
        group="identity",
        applies_to=PERSON,
        zh="学历",
        en="Education",
    )
    id_type = field(
        choice_field(choices.IdType, blank=True, default=""),
        group="identity",
        zh="证件类型",
        en="ID type",
        aliases=("证件种类",),
    )
    id_number = field(EncryptedTextField(null=True, blank=True, mask=mask_id), group="identity", zh="证件号码", en="ID number", sensitivity=SECRET,
                      mask=mask_id, aliases=("身份证", "身份证号", "身份证号码", "证件号", "统一社会信用代码", "信用代码", "ID no"))  # fmt: skip
    id_number_index = BlindIndex(of="id_number")
    id_ending_index = BlindIndex(of="id_number", part=last_four)
    id_expires_on = field(
        models.DateField(null=True, blank=True),
        group="identity",
        zh="证件有效期",
        en="ID expires on",
        aliases=("证件到期日",),
    )
    address = field(models.CharField(max_length=200, blank=True, default=""), group="identity", zh="地址", en="Address", sensitivity=PERSONAL,
                    mask=mask_address, aliases=("联系地址", "通讯地址", "住址"))  # fmt: skip
    tax_residency = field(
        models.CharField(max_length=40, blank=True, default=""), group="identity", zh="税收居民身份", en="Tax residency"
    )
    controller = field(models.CharField(max_length=120, blank=True, default=""), group="institution", applies_to=ORGANISATION, zh="实际控制人", en="Actual controller",
                       sensitivity=PERSONAL, aliases=("实控人",))  # fmt: skip
    beneficial_owner = field(models.CharField(max_length=200, blank=True, default=""), group="institution", applies_to=ORGANISATION, zh="受益所有人", en="Beneficial owner",
                             sensitivity=PERSONAL, aliases=("受益人",))  # fmt: skip
    legal_representative = field(models.CharField(max_length=80, blank=True, default=""), group="institution", applies_to=ORGANISATION, zh="法定代表人",
                                 en="Legal representative", sensitivity=PERSONAL, aliases=("法人代表",))  # fmt: skip
    segment = field(models.CharField(max_length=40, blank=True, default=""), group="suitability", zh="客户类别", en="Segment", listed=True,
                    aliases=("客户分类", "客户等级", "等级", "级别", "customerType"))  # fmt: skip
    investor_class = field(choice_field(choices.InvestorClass, blank=True, default=""), group="suitability", zh="投资者类别", en="Investor class",
                           aliases=("投资者分类", "专业投资者"))  # fmt: skip
    class_proven_on = field(
        models.DateField(null=True, blank=True),
        group="suitability",
        zh="专业投资者认定日期",
        en="Professional class proven on",
        help_zh="最近一次核验专业投资者证明材料的日期，一年后到期",
        help_en="The day on which the evidence of a professional class was last checked; it holds a year",
    )
    risk_level = field(choice_field(choices.RiskLevel, blank=True, default=""), group="suitability", zh="风险等级", en="Risk level", listed=True,
                       aliases=("风险承受能力", "风险测评", "风险评级", "riskLevel"), example="C3 稳健型")  # fmt: skip
    is_risk_minimum = field(
        models.BooleanField(default=False),
        group="suitability",
        applies_to=PERSON,
        zh="最低类别",
        en="Lowest risk category",
        aliases=("风险承受能力最低类别", "C1最低"),
        help_zh="风险承受能力最低类别，只能办理 R1 产品",
        help_en="The lowest category of risk tolerance: products of R1 only",
    )
    risk_basis = field(
        choice_field(choices.RiskBasis, blank=True, default=""),
        group="suitability",
        zh="风险等级依据",
        en="Risk level basis",
    )
    risk_tested_on = field(models.DateField(null=True, blank=True), group="suitability", zh="测评日期", en="Risk tested on",
                           aliases=("风险测评日期", "lastQuestionnaireDate"))  # fmt: skip
    risk_valid_to = field(models.DateField(null=True, blank=True), group="suitability", zh="测评有效期至", en="Risk test valid to",
                          aliases=("测评到期日",))  # fmt: skip
    capacity = field(choice_field(choices.Capacity, blank=True, default=""), group="suitability", zh="投资能力", en="Investment capacity",
                     aliases=("investmentCapacity", "可投资金"))  # fmt: skip
    assets = field(
        models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]),
        group="suitability", zh="资产规模", en="Assets", unit="CNY", sensitivity=PERSONAL, mask=mask_amount, listed=True,
        aliases=("资产", "总资产", "资产总额", "AUM", "total assets"), example="5000000",
    )  # fmt: skip
    assets_on = field(
        models.DateField(null=True, blank=True), group="suitability", zh="资产日期", en="Assets as of",
        aliases=("资产截止日期", "资产登记日期", "AUM date"), help_zh="资产规模是哪一天的；留空则为登记当天",
        help_en="The day the assets are of; the day they are entered when left empty",
    )  # fmt: skip
    assets_source = field(
        choice_field(choices.AssetsSource, blank=True, default=""), group="suitability", zh="资产来源", en="Assets from", editable=False,
        help_zh="柜台：随每日的日终资产更新；空：登记或导入", help_en="Counter: follows the end-of-day balances; empty: entered or imported",
    )  # fmt: skip
    # The figure that was entered before the feed replaced it; it is restored when the feed is undone.
    entered_assets = field(
        models.DecimalField(max_digits=18, decimal_places=2, null=True, editable=False),
        zh="原登记资产",
        en="Assets as entered",
        unit="CNY",
        sensitivity=PERSONAL,
        mask=mask_amount,
        editable=False,
    )
    entered_assets_on = field(
        models.DateField(null=True, editable=False), zh="原登记资产日期", en="Entered assets as of", editable=False
    )
    income_band = field(models.CharField(max_length=40, blank=True, default=""), group="suitability", applies_to=PERSON, zh="年收入区间", en="Income band",
                        sensitivity=PERSONAL, aliases=("年收入",))  # fmt: skip
    status = field(choice_field(choices.Status, default=choices.Status.ACTIVE), group="relationship", zh="客户状态", en="Status", listed=True,
                   aliases=("状态",))  # fmt: skip
    opened_on = field(
        models.DateField(null=True, blank=True),
        group="relationship",
        zh="开户日期",
        en="Opened on",
        aliases=("开户日",),
    )
    source = field(
        models.CharField(max_length=80, blank=True, default=""),
        group="relationship",
        zh="客户来源",
        en="Source",
        aliases=("来源",),
    )
    branch = field(
        models.ForeignKey("team.Branch", null=True, blank=True, on_delete=models.PROTECT, db_index=False), group="relationship", zh="营业部",
        en="Branch", listed=True, aliases=("所属营业部", "分支机构"),
    )  # fmt: skip
    remark = field(
        models.TextField(blank=True, default=""),
        group="relationship",
        zh="备注",
        en="Remark",
        sensitivity=PERSONAL,
        aliases=("说明", "note"),
    )
    extra = custom_fields.store_field()
    walled = field(models.BooleanField(default=False), zh="信息隔离", en="Information wall", editable=False)
    restricted = field(
        models.BooleanField(default=False), zh="个人信息限制处理", en="Restricted processing", editable=False,
        help_zh="客户要求删除而保存期限未满：只保存，除合规外无人可见", help_en="Deletion was asked for while records must be kept: stored only, seen by compliance alone",
    )  # fmt: skip
    as_of_on = field(
        models.DateField(null=True, blank=True), group="relationship", zh="资料日期", en="Data as of", editable=False
    )
    last_contact_on = field(
        models.DateField(null=True, blank=True),
        group="relationship",
        zh="最近联系",
        en="Last contact",
        editable=False,
        listed=True,
    )
    next_contact_on = field(
        models.DateField(null=True, blank=True),
        group="relationship",
        zh="下次跟进",
        en="Next contact",
        editable=False,
        listed=True,
    )

    list_filters = {"manager": _served_by, "team": _served_by_team}
    computed_columns = (
        computed(
            "age",
            group="identity",
            zh="年龄",
            en="Age",
            by=_age,
            kind="number",
            applies_to=PERSON,
            reads=("birth_on", "stated_age"),
        ),
    )

    class Meta(ClientRecorded.Meta):
        indexes = [
            models.Index(fields=["name"]),
            models.Index(fields=["pinyin"]),
            # Likely duplicates: persons by their birthday and initials, institutions by the beginning of their initials.
            models.Index(fields=["birth_on", "initials"], condition=BORN, name="duplicates_by_birth"),
            models.Index(fields=["initials"], condition=INSTITUTION, name="duplicates_by_initials"),
            # Lists are filtered, sorted and counted in these indexes alone; only the rows shown are read from the table.
            models.Index(fields=["assets", "id", *LISTED, "branch", "segment"], name="list_by_assets"),
            models.Index(
                fields=["branch", "assets", "id", *LISTED, "segment"], condition=HAS_BRANCH, name="list_by_branch"
            ),
            models.Index(fields=["segment"], name="clients_by_segment"),
            models.Index(fields=["id"], condition=models.Q(walled=True), name="behind_a_wall"),
            models.Index(fields=["id"], condition=models.Q(restricted=True), name="restricted_clients"),
            models.Index(fields=["last_contact_on", "id"], name="list_by_last_contact"),
            models.Index(fields=["next_contact_on", "id"], name="list_by_next_contact"),
            models.Index(fields=["risk_valid_to", "id"], name="list_by_risk_test"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(restricted=False) | models.Q(walled=True), name="restricted_behind_a_wall"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code}"

    @classmethod
    def unscoped_for_scope(cls) -> Any:
        """Return rows without scope, only to build the conditions of the scope itself."""
        return GuardedQuerySet(cls)


class History(ClientRecorded):
    """A client's data as of an earlier day: older rows of a source."""

    names = Names("历史版本", "Earlier data", "Earlier data", aliases=("历史资料",))

    client_path = "client"
    retention = TWENTY_YEARS

    client = field(models.ForeignKey(Client, on_delete=models.CASCADE, related_name="history"), zh="客户", en="Client")
    as_of_on = field(models.DateField(), zh="资料日期", en="As of", listed=True)
    known = field(models.JSONField(default=dict), zh="当时资料", en="What was known", sensitivity=PERSONAL, listed=True)

    class Meta(ClientRecorded.Meta):
        constraints = [models.UniqueConstraint(fields=["client", "as_of_on"], name="one_history_row_a_day")]
