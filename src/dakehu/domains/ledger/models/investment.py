"""Investments of clients: the 投资历史 worksheet."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.domains.clients.choices import Horizon, RiskLevel
from dakehu.domains.clients.masks import mask_amount
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.records.recorded import ClientRecorded
from dakehu.foundation.schema import custom_fields
from dakehu.foundation.schema.fields import Choices, choice_field, computed, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS
from dakehu.foundation.search.index import TEXT


class ProductKind(Choices):
    """Kind of an investment product."""

    STOCK = "stock", "股票", "Stock", ("A股", "个股")
    FUND = "fund", "公募基金", "Mutual fund", ("基金", "ETF")
    PRIVATE = "private", "私募基金", "Private fund", ("私募",)
    BOND = "bond", "债券", "Bond", ("国债", "固收", "固收理财")
    STRUCTURED = "structured", "收益凭证", "Structured note", ("结构化产品", "雪球")
    ASSET_PLAN = "asset_plan", "资管计划", "Asset management plan", ("资管产品",)
    MARGIN = "margin", "融资融券", "Margin", ("两融",)
    OPTION = "option", "期权", "Option", ("衍生品",)
    CASH = "cash", "现金管理", "Cash management", ("现金", "货币基金", "逆回购")
    OTHER = "other", "其他", "Other"


def _return(row: "Investment") -> str | None:
    """Return the simple return as text, None if unknown."""
    from dakehu.domains.ledger.rules import simple_return

    value = simple_return(row.amount, row.value)
    return None if value is None else str(value)


class Investment(ClientRecorded):
    """One investment of a client, recorded by the manager. Money in CNY, rates as fractions."""

    names = Names("投资登记", "Investment", "Investments", aliases=("投资历史", "投资记录"))

    client_path = "client"
    deduplicate_on_merge = True
    searched = {"product": TEXT, "result": TEXT}
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="investments"), zh="客户",
                   en="Client", listed=True, aliases=("客户号", "客户姓名"))  # fmt: skip
    invested_on = field(models.DateField(), zh="投资日期", en="Invested on", listed=True, aliases=("日期", "买入日期", "购买日期"),
                        example="2023-01-15")  # fmt: skip
    amount = field(
        models.DecimalField(max_digits=18, decimal_places=2, validators=[MinValueValidator(0)]),
        zh="投资金额", en="Amount", unit="CNY", sensitivity=PERSONAL, mask=mask_amount, listed=True, aliases=("金额", "本金", "买入金额"),
        example="¥1,000,000",
    )  # fmt: skip
    product = field(models.CharField(max_length=120), zh="投资产品", en="Product", listed=True,
                    aliases=("产品", "产品名称", "标的"), example="股票 A")  # fmt: skip
    product_kind = field(choice_field(ProductKind, blank=True, default=""), zh="产品类型", en="Product kind", listed=True,
                         aliases=("产品类别", "品种"))  # fmt: skip
    horizon = field(choice_field(Horizon, blank=True, default=""), zh="投资周期", en="Horizon", listed=True,
                    aliases=("周期",), example="长期")  # fmt: skip
    expected_return = field(
        models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True,
                            validators=[MinValueValidator(-1), MaxValueValidator(10)]),
        zh="预期收益", en="Expected return", unit="%", listed=True, aliases=("预期年化", "预期收益率"), example="每年 5%",
        help_zh="年化", help_en="Per year",
    )  # fmt: skip
    risk_preference = field(choice_field(RiskLevel, blank=True, default=""), zh="风险偏好", en="Risk preference", listed=True,
                            aliases=("风险类型", "风险等级"), example="稳健型")  # fmt: skip
    value = field(
        models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]),
        zh="当前市值", en="Value", unit="CNY", sensitivity=PERSONAL, mask=mask_amount, listed=True,
        aliases=("市值", "现值", "赎回金额", "到期金额", "当前价值"),
    )  # fmt: skip
    valued_on = field(
        models.DateField(null=True, blank=True), zh="估值日期", en="Valued on", aliases=("赎回日期", "到期日期")
    )
    result = field(models.CharField(max_length=200, blank=True, default=""), zh="投资结果", en="Result", sensitivity=PERSONAL,
                   listed=True, aliases=("结果", "投资收益说明"))  # fmt: skip
    extra = custom_fields.store_field()

    computed_columns = (computed("simple_return", zh="收益率", en="Return", by=_return, kind="rate", unit="%",
                                  reads=("amount", "value")),)  # fmt: skip

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["client", "-invested_on"])]
