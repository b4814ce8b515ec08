"""The firm's own scenarios, in addition to the historical ones."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import field
from dakehu.foundation.schema.names import Names

FALLS = [MinValueValidator(-1), MaxValueValidator(1)]
HELP_ZH, HELP_EN = "比例写小数，跌 20% 写 -0.2", "A fraction: a fall of 20 % is -0.2"


def _fall(zh: str, en: str) -> Any:
    return field(models.DecimalField(max_digits=6, decimal_places=4, validators=FALLS), zh=zh, en=en, listed=True,
                 example="-0.2", help_zh=HELP_ZH, help_en=HELP_EN)  # fmt: skip


class StressScenario(Recorded):
    """A hypothetical fall defined by the firm. Never changed, only withdrawn and set again: past reports stay valid."""

    names = Names("自设情景", "Own scenario", "Own scenarios")

    name = field(models.CharField(max_length=60), zh="情景名称", en="Scenario", listed=True, example="小盘股急跌 20%")
    csi300 = _fall("沪深300涨跌", "Change of the CSI 300")
    csi500 = _fall("中证500涨跌", "Change of the CSI 500")
    csi1000 = _fall("中证1000涨跌", "Change of the CSI 1000")
    bond = _fall("债券涨跌", "Change of bonds")
    reason = field(models.CharField(max_length=300), zh="情景依据", en="Why this scenario", listed=True)
    withdrawn_on = field(models.DateField(null=True, blank=True), zh="情景停用日期", en="Scenario withdrawn on",
                         editable=False, listed=True)  # fmt: skip
