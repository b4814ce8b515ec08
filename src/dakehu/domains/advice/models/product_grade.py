"""Risk levels of products as they were graded, each with its floor and its reasons."""

from django.db import models

from dakehu.domains.advice.suitability.choices import ProductRisk
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS


class ProductGrade(Recorded):
    """A product's risk level of a day, never below `floor_risk`: the level of the association's list, or the firm's own."""

    names = Names("产品风险评级", "Product grade", "Product grades")
    retention = TWENTY_YEARS

    product = field(models.ForeignKey("ledger.Product", on_delete=models.PROTECT, related_name="grades"), zh="产品", en="Product",
                    listed=True)  # fmt: skip
    risk_level = field(choice_field(ProductRisk), zh="产品风险等级", en="Product risk", listed=True)
    floor_risk = field(choice_field(ProductRisk, blank=True, default=""), zh="等级下限", en="Floor", listed=True,
                       help_zh="行业协会名录中的等级，评级不得低于它", help_en="The level of the association's list; no grade is below it")  # fmt: skip
    reason = field(models.CharField(max_length=300), zh="评级理由", en="Reason of the grade", listed=True,
                   help_zh="流动性、到期、杠杆、复杂性、起点金额、投向、募集方式、发行人信用、同类业绩",
                   help_en="Liquidity, maturity, leverage, complexity, minimum, use, offering, issuer, record of its kind")  # fmt: skip
    graded_on = field(models.DateField(), zh="评级日期", en="Graded on", listed=True, editable=False)
    graded_by = field(models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"), zh="评级人", en="Graded by",
                      listed=True, editable=False)  # fmt: skip

    class Meta(Recorded.Meta):
        indexes = [models.Index(fields=["product", "-id"], name="grades_of_product")]
