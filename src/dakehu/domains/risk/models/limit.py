"""Limits: of the house, and agreed with or set for one client. Rows never change; a new version supersedes them."""

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models

from dakehu.domains.clients.choices import RiskLevel
from dakehu.domains.compliance.rule_sets.registry import Certainty
from dakehu.domains.risk.choices import LimitMeasure, ProductRisk
from dakehu.domains.tiers.choices import TierCode
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS

FREE = [MinValueValidator(0)]


def _measure() -> Any:
    return field(choice_field(LimitMeasure), zh="限额指标", en="Limited measure", listed=True)


def _value() -> Any:
    return field(models.DecimalField(max_digits=12, decimal_places=4, validators=FREE), zh="限额", en="Limit", listed=True,
                 example="0.25", help_zh="比例写小数，0.25 即 25%；变现天数写天，回顾间隔写月",
                 help_en="Shares as fractions, 0.25 is 25 %; days to sell in days, reviews in months")  # fmt: skip


def _strong() -> Any:
    return field(models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True, validators=FREE), zh="严重超限值",
                 en="Strong value", listed=True, help_zh="达到后按严重超限提示，可不填", help_en="From which a breach is far beyond; may be empty")  # fmt: skip


def _from() -> Any:
    return field(models.DateField(), zh="限额生效日期", en="Limit in force from", listed=True)


def _until() -> Any:
    return field(models.DateField(null=True, blank=True), zh="限额停用日期", en="Limit withdrawn on", editable=False)


def _version() -> Any:
    return field(models.PositiveIntegerField(default=1), zh="限额版本", en="Limit version", editable=False, listed=True)


def _note() -> Any:
    return field(models.CharField(max_length=300, blank=True, default=""), zh="限额说明", en="Why this limit")


class HouseLimit(Recorded):
    """A version of a limit of the house, for at most one of: security, industry, product risk, tier, risk level."""

    names = Names("内部限额", "House limit", "House limits")

    measure = _measure()
    risk_level = field(
        choice_field(RiskLevel, blank=True, default=""), zh="限额适用风险等级", en="For this risk level", listed=True
    )
    tier = field(
        choice_field(TierCode, blank=True, default="", max_length=4),
        zh="限额适用客户级别",
        en="For this tier",
        listed=True,
    )
    security = field(models.ForeignKey("ledger.SecurityCode", null=True, blank=True, on_delete=models.CASCADE, related_name="+"),
                     zh="限额适用证券", en="For this security", listed=True, example="600519")  # fmt: skip
    industry = field(
        models.CharField(max_length=60, blank=True, default=""), zh="限额适用行业", en="For this industry", listed=True
    )
    product_risk = field(
        choice_field(ProductRisk, blank=True, default=""),
        zh="限额适用产品风险",
        en="For this product risk",
        listed=True,
    )
    value = _value()
    strong_value = _strong()
    effective_from = _from()
    effective_until = _until()
    version = _version()
    tag = field(choice_field(Certainty, default=Certainty.D), zh="来源可靠程度", en="How sure", listed=True)
    source = field(models.CharField(max_length=200, blank=True, default=""), zh="限额来源", en="Source of the limit")
    note = _note()

    class Meta(Recorded.Meta):
        indexes = [models.Index(fields=["measure", "effective_from"], name="house_limits_by_measure")]


class ClientLimit(ClientRecorded):
    """A version of a limit of one client, by agreement or as set by the lead."""

    names = Names("客户限额", "Limit of a client", "Limits of clients")
    client_path = "client"
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="risk_limits"), zh="客户", en="Client",
                   listed=True)  # fmt: skip
    measure = _measure()
    value = _value()
    strong_value = _strong()
    effective_from = _from()
    effective_until = _until()
    version = _version()
    note = _note()

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["client", "measure"], name="client_limits_by_measure")]
