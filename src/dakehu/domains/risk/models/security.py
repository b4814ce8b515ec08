"""Data on a security needed by risk besides its price: its industry and daily turnover."""

from django.core.validators import MinValueValidator
from django.db import models

from dakehu.domains.risk.choices import SizeIndex
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names


class SecurityProfile(Recorded):
    """Industry and mean daily turnover of a security. Unknown values are empty and marked so."""

    names = Names("证券风险资料", "Security profile", "Security profiles")

    security = field(models.OneToOneField("ledger.SecurityCode", on_delete=models.CASCADE, related_name="risk_profile"),
                     zh="风险资料证券", en="Profiled security", listed=True, example="600519")  # fmt: skip
    industry = field(models.CharField(max_length=60, blank=True, default=""), zh="所属行业", en="Industry", listed=True,
                     aliases=("行业",), example="食品饮料")  # fmt: skip
    daily_turnover = field(
        models.DecimalField(max_digits=20, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]),
        zh="日均成交额", en="Mean daily turnover", unit="CNY", listed=True, aliases=("20日日均成交额",),
        help_zh="最近 20 个交易日平均", help_en="Mean of the last 20 trading days",
    )  # fmt: skip
    size_index = field(choice_field(SizeIndex, blank=True, default=""), zh="规模指数", en="Size index", listed=True,
                       help_zh="压力测试时随哪个指数；不填则按板块", help_en="Which index it follows in a stress test; by board if empty")  # fmt: skip
