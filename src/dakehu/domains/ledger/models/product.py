"""Products, their security codes and corporate actions."""

from django.db import models

from dakehu.domains.clients.choices import Horizon, RiskLevel
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import Choices, choice_field, field
from dakehu.foundation.schema.names import Names


class SecurityKind(Choices):
    """Asset class of a product."""

    STOCK = "stock", "股票", "Stock", ("A股", "B股")
    FUND = "fund", "基金", "Fund", ("ETF", "LOF")
    BOND = "bond", "债券", "Bond", ("可转债", "国债")
    REPO = "repo", "质押式回购", "Repo", ("逆回购", "国债回购")
    PRIVATE = "private", "私募基金", "Private fund", ("私募",)
    ASSET_PLAN = "asset_plan", "资管计划", "Asset management plan", ("资管产品",)
    STRUCTURED = "structured", "收益凭证", "Structured note", ("结构化产品",)
    CASH = "cash", "现金", "Cash", ("货币基金",)
    INDEX = "index", "指数", "Index"
    RATE = "rate", "汇率", "Exchange rate", ("FX",)
    OTHER = "other", "其他", "Other"


class Product(Recorded):
    """Anything with a price series: a security, an index or an exchange rate."""

    names = Names("产品", "Product", "Products")

    lookup_fields = ("name",)

    name = field(models.CharField(max_length=120), zh="产品名称", en="Product", listed=True, aliases=("证券名称",))
    kind = field(choice_field(SecurityKind, default=SecurityKind.OTHER), zh="产品类别", en="Product class", listed=True)
    currency = field(models.CharField(max_length=3, default="CNY"), zh="币种", en="Currency", listed=True)
    lot = field(models.PositiveIntegerField(default=1), zh="每手数量", en="Lot", listed=True)
    risk_level = field(
        choice_field(RiskLevel, blank=True, default=""), zh="产品风险等级", en="Product risk", listed=True
    )
    horizon = field(choice_field(Horizon, blank=True, default=""), zh="产品期限", en="Term", listed=True)
    size_index = field(models.CharField(max_length=40, blank=True, default=""), zh="规模指数", en="Size index")
    fee_rate = field(
        models.DecimalField(max_digits=7, decimal_places=5, null=True, blank=True),
        zh="管理费率",
        en="Fee rate",
        unit="%",
    )


class SecurityCode(Recorded):
    """The code of a product on a market, valid from `since` until `until`.

    (code, market) identifies a security: 000001 is an index in Shanghai and a bank in Shenzhen. A code may change while
    the product stays the same.
    """

    names = Names("证券代码", "Security code", "Security codes")

    lookup_fields = ("code",)

    product = field(models.ForeignKey(Product, on_delete=models.CASCADE, related_name="codes"), zh="产品", en="Product",
                    listed=True)  # fmt: skip
    market = field(models.CharField(max_length=12), zh="市场", en="Market", listed=True, example="SZ")
    code = field(models.CharField(max_length=40), zh="证券代码", en="Security code", listed=True, example="000878")
    since = field(models.DateField(null=True, blank=True), zh="启用日期", en="Since", listed=True)
    until = field(models.DateField(null=True, blank=True), zh="停用日期", en="Until", listed=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["market", "code"], name="one_security_a_code")]


class CorporateKind(Choices):
    """Kind of a corporate action."""

    SPLIT = "split", "拆分", "Split", ("份额折算",)
    BONUS = "bonus", "送股转增", "Bonus shares", ("送股", "转增")
    DIVIDEND = "dividend", "现金分红", "Cash dividend", ("派息",)
    RIGHTS = "rights", "配股", "Rights issue"


class CorporateAction(Recorded):
    """A corporate action that applies to every holding of a product.

    `ratio` is new shares for each share held, `amount` money for each share held (dividend: received; rights: paid).
    """

    names = Names("公司行动", "Corporate action", "Corporate actions")

    product = field(models.ForeignKey(Product, on_delete=models.CASCADE, related_name="corporate"), zh="产品",
                    en="Product", listed=True)  # fmt: skip
    kind = field(choice_field(CorporateKind), zh="公司行动", en="Corporate action", listed=True)
    on = field(models.DateField(), zh="除权除息日", en="Ex-date", listed=True)
    ratio = field(models.DecimalField(max_digits=14, decimal_places=8, default=0), zh="每股新增股数",
                  en="Shares per share", listed=True)  # fmt: skip
    amount = field(models.DecimalField(max_digits=14, decimal_places=6, default=0), zh="每股金额", en="Money per share",
                   unit="CNY", listed=True)  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "kind", "on"], name="one_corporate_action_a_day")]
