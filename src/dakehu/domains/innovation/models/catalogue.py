"""The service catalogue (服务目录): a service and its versions. A version is never changed."""

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.domains.innovation.choices import PromiseUnit, ServiceChannel
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


def _whole(most: int, zh: str, en: str, help_zh: str = "", help_en: str = "") -> Any:
    column = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(most)]
    )
    return field(column, group="promise", zh=zh, en=en, help_zh=help_zh, help_en=help_en)


class CatalogueService(Recorded):
    """A service that the firm offers, until it ends. Its contents are in its versions."""

    names = Names("服务项目", "Service of the catalogue", "Services of the catalogue")
    retention = TWENTY_YEARS
    lookup_fields = ("code",)

    code = field(models.CharField(max_length=24, unique=True), zh="服务编号", en="Code", listed=True, example="S-01",
                 editable=False)  # fmt: skip
    ends_on = field(models.DateField(null=True, blank=True), zh="停止日期", en="Ends on", listed=True, editable=False)
    end_reason = field(
        models.CharField(max_length=300, blank=True, default=""), zh="停止原因", en="Ends because", editable=False
    )

    def __str__(self) -> str:
        return self.code


class ServiceVersion(Recorded):
    """The contents of a service from a day on. `tiers`: codes separated by commas, empty for every client."""

    names = Names("服务版本", "Version of a service", "Versions of services")
    retention = TWENTY_YEARS
    field_groups = {
        "service": bilingual("服务", "Service"), "promise": bilingual("承诺与成本", "Promise and cost"),
        "version": bilingual("版本", "Version"), "": bilingual("其他", "Other"),
    }  # fmt: skip

    service = field(models.ForeignKey(CatalogueService, on_delete=models.CASCADE, related_name="versions"), zh="服务项目",
                    en="Service", editable=False)  # fmt: skip
    number = field(models.PositiveIntegerField(), zh="版本号", en="Number", listed=True, editable=False)
    name = field(models.CharField(max_length=120), group="service", zh="服务名称", en="Name of the service", listed=True,
                 example="测评到期提醒")  # fmt: skip
    description = field(models.TextField(), group="service", zh="服务内容", en="Description")
    tiers = field(models.CharField(max_length=120, blank=True, default=""), group="service", zh="服务对象级别", en="Tiers served",
                  listed=True, help_zh="级别代码，用逗号分隔；空白表示全部客户", help_en="Codes with commas; empty: every client",
                  example="T3,T4,T5")  # fmt: skip
    channel = field(
        choice_field(ServiceChannel, default=ServiceChannel.ANY),
        group="service",
        zh="服务渠道",
        en="Channel",
        listed=True,
    )
    owner = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"), group="service",
                  zh="服务负责人", en="Owner", listed=True)  # fmt: skip
    promised = _whole(10_000, "承诺时限", "Done within", "空白表示不承诺时限", "Empty: no time is promised")
    promised_unit = field(
        choice_field(PromiseUnit, default=PromiseUnit.DAYS), group="promise", zh="时限单位", en="Unit of time"
    )
    minutes = _whole(10_000, "每次耗时（分钟）", "Minutes per use")
    cost = field(models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(Decimal(0))]),
                 group="promise", zh="每次成本", en="Cost per use", unit="CNY", listed=True)  # fmt: skip
    valid_from = field(models.DateField(), group="version", zh="生效日期", en="Valid from", listed=True)
    note = field(
        models.CharField(max_length=300, blank=True, default=""), group="version", zh="修改原因", en="Why it changed"
    )
    based_on = field(models.ForeignKey("innovation.Trial", null=True, blank=True, on_delete=models.PROTECT, related_name="versions"),
                     group="version", zh="依据的试点", en="Trial that led to it")  # fmt: skip
    written_by = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
                       zh="版本填写人", en="Written by", editable=False)  # fmt: skip

    class Meta(Recorded.Meta):
        constraints = [
            models.UniqueConstraint(fields=["service", "number"], name="one_version_a_number"),
            models.UniqueConstraint(fields=["service", "valid_from"], name="one_version_a_day"),
        ]

    def __str__(self) -> str:
        return self.name
