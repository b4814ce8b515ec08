"""Applications for an investor class: the stated facts, the evidence, and the decision of a second person."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.domains.advice.choices import ApplicationState, Standing
from dakehu.domains.advice.models.kept import KeptRecord
from dakehu.domains.clients.choices import InvestorClass
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


def _money(zh: str, en: str, help_zh: str = "", help_en: str = "") -> Any:
    column = models.DecimalField(
        max_digits=18, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    return field(column, zh=zh, en=en, unit="CNY", sensitivity=PERSONAL, help_zh=help_zh, help_en=help_en)


def _years(zh: str, en: str) -> Any:
    column = models.DecimalField(
        max_digits=4, decimal_places=1, null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(99)]
    )
    return field(column, zh=zh, en=en)


class ClassApplication(KeptRecord):
    """An application of a client to be treated as a class, with the facts stated on the day. Unknown figures count as not met.

    `faults`: the conditions that were not met when it was made, by code (classes.rules).
    """

    names = Names("投资者分类申请", "Class application", "Class applications")
    client_path = "client"
    retention = TWENTY_YEARS
    kept = (
        "wanted", "standing", "financial_assets", "net_assets", "average_income", "experience_years", "work_years", "is_officer",
        "is_certified", "evidence", "evidence_until", "has_statement", "applied_on", "applied_by_id", "class_before",
    )  # fmt: skip

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="class_applications"), zh="客户",
                   en="Client", listed=True)  # fmt: skip
    wanted = field(choice_field(InvestorClass), zh="申请类别", en="Class wanted", listed=True)
    standing = field(choice_field(Standing, default=Standing.NONE), zh="机构性质", en="Standing",
                     help_zh="申请 A 类时填写", help_en="For class A")  # fmt: skip
    financial_assets = _money("金融资产", "Financial assets", "不含房产", "Without real estate")
    net_assets = _money("净资产", "Net assets", "机构，最近一年末", "Institutions, at the end of last year")
    average_income = _money("近三年年均收入", "Income, average of three years", "个人", "Persons")
    experience_years = _years("投资经历（年）", "Years of investing")
    work_years = _years("相关工作经历（年）", "Years of work in finance")
    is_officer = field(
        models.BooleanField(default=False), zh="金融机构高级管理人员", en="Officer of a licensed institution"
    )
    is_certified = field(
        models.BooleanField(default=False), zh="从事金融业务的注册会计师或律师", en="Accountant or lawyer in finance"
    )
    evidence = field(models.CharField(max_length=300, blank=True, default=""), zh="证明材料", en="Evidence", listed=True,
                     example="2025 年末资产证明、证券账户交割单")  # fmt: skip
    evidence_until = field(
        models.DateField(null=True, blank=True), zh="证明材料有效期至", en="Evidence valid to", listed=True
    )
    has_statement = field(
        models.BooleanField(default=False),
        zh="已签署书面申请与自担风险声明",
        en="Written application and statement signed",
    )
    class_before = field(
        choice_field(InvestorClass, blank=True, default=""), zh="原类别", en="Class before", editable=False
    )
    applied_on = field(models.DateField(), zh="申请日期", en="Applied on", listed=True, editable=False)
    applied_by = field(models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"), zh="经办人", en="Entered by",
                       listed=True, editable=False)  # fmt: skip
    state = field(choice_field(ApplicationState, default=ApplicationState.WAITING), zh="申请状态", en="State", listed=True,
                  editable=False)  # fmt: skip
    decided_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), zh="审核人",
                       en="Decided by", listed=True, editable=False)  # fmt: skip
    decided_at = field(
        models.DateTimeField(null=True, blank=True), zh="审核时间", en="Decided at", listed=True, editable=False
    )
    decision_note = field(models.CharField(max_length=300, blank=True, default=""), zh="审核理由", en="Reason of the decision",
                          listed=True, editable=False)  # fmt: skip

    class Meta(KeptRecord.Meta):
        indexes = [
            models.Index(fields=["client", "-id"], name="class_requests_of_client"),
            models.Index(fields=["state"], name="class_requests_by_state"),
        ]
