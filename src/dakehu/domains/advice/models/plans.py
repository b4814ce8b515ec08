"""Goals, investment policies, model portfolios and the asset class of a product."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.domains.advice.policies.choices import AssetClass, GoalPurpose, GoalState, PolicyState, Priority
from dakehu.domains.clients.choices import Horizon, RiskLevel
from dakehu.domains.clients.masks import mask_amount
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS

FREE = (MinValueValidator(0),)
PERCENT = (MinValueValidator(0), MaxValueValidator(100))


def _percent(default: int, group: str, zh: str, en: str) -> Any:
    """Return a column of percent with two decimals."""
    column = models.DecimalField(max_digits=5, decimal_places=2, default=default, validators=PERCENT)
    return field(column, group=group, zh=f"{zh}（%）", en=f"{en}, %")


def _money(zh: str, en: str, **more: Any) -> Any:
    """Return a column of yuan, personal."""
    column = models.DecimalField(max_digits=18, decimal_places=2, validators=FREE, **more)
    return field(column, zh=zh, en=en, unit="CNY", sensitivity=PERSONAL, mask=mask_amount, listed=True)


class InvestmentGoal(ClientRecorded):
    """A goal of a client: amount, due day, current savings and monthly contribution."""

    names = Names("投资目标", "Investment goal", "Investment goals")
    client_path = "client"
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="investment_goals"), zh="客户", en="Client",
                   listed=True)  # fmt: skip
    name = field(models.CharField(max_length=120), zh="目标名称", en="Name of the goal", sensitivity=PERSONAL, listed=True,
                 example="女儿留学")  # fmt: skip
    purpose = field(
        choice_field(GoalPurpose, default=GoalPurpose.GROWTH), zh="资金用途", en="Purpose of the goal", listed=True
    )
    priority = field(choice_field(Priority, default=Priority.MEDIUM), zh="优先级", en="Priority", listed=True)
    amount = _money("目标金额", "Amount wanted")
    due_on = field(models.DateField(), zh="目标日期", en="Wanted by", listed=True)
    saved = _money("已备金额", "Saved so far", default=0, blank=True)
    monthly = _money("每月投入", "Put by each month", default=0, blank=True)
    state = field(choice_field(GoalState, default=GoalState.OPEN), zh="目标状态", en="State of the goal", listed=True)
    remark = field(
        models.CharField(max_length=300, blank=True, default=""),
        zh="目标说明",
        en="About the goal",
        sensitivity=PERSONAL,
    )

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["client", "state", "due_on"], name="goals_of_client")]

    def __str__(self) -> str:
        return self.name


class InvestmentPolicy(ClientRecorded):
    """The agreement of a client and the firm: risk level, range of each asset class, exclusions, minimum liquidity.

    A signed edition never changes; another agreement is the next edition. `excluded` are security codes such as 600519.SH.
    """

    names = Names("投资方案", "Investment policy", "Investment policies")
    client_path = "client"
    retention = TWENTY_YEARS
    field_groups = {
        "policy": bilingual("方案", "Policy"), "bands": bilingual("资产类别区间", "Range of each asset class"),
        "": bilingual("其他", "Other"),
    }  # fmt: skip

    client = field(models.ForeignKey("clients.Client", on_delete=models.CASCADE, related_name="investment_policies"), zh="客户",
                   en="Client", listed=True)  # fmt: skip
    edition = field(
        models.PositiveSmallIntegerField(default=1),
        zh="方案版本",
        en="Edition of the policy",
        listed=True,
        editable=False,
    )
    state = field(choice_field(PolicyState, default=PolicyState.DRAFT), zh="方案状态", en="State of the policy", listed=True,
                  editable=False)  # fmt: skip
    risk_level = field(choice_field(RiskLevel), group="policy", zh="目标风险等级", en="Target risk level", listed=True,
                       help_zh="不得高于客户测评的风险等级", help_en="Not above the level that was tested")  # fmt: skip
    horizon = field(
        choice_field(Horizon, blank=True, default=""),
        group="policy",
        zh="投资期限",
        en="Horizon of the policy",
        listed=True,
    )
    cash_least = _percent(0, "bands", "现金管理类下限", "Cash, least")
    cash_most = _percent(100, "bands", "现金管理类上限", "Cash, most")
    fixed_income_least = _percent(0, "bands", "固定收益类下限", "Fixed income, least")
    fixed_income_most = _percent(100, "bands", "固定收益类上限", "Fixed income, most")
    equity_least = _percent(0, "bands", "权益类下限", "Equity, least")
    equity_most = _percent(0, "bands", "权益类上限", "Equity, most")
    alternative_least = _percent(0, "bands", "商品及另类下限", "Alternatives, least")
    alternative_most = _percent(0, "bands", "商品及另类上限", "Alternatives, most")
    liquidity_need = field(models.DecimalField(max_digits=18, decimal_places=2, default=0, blank=True, validators=FREE), group="policy",
                           zh="一年内需动用金额", en="Needed within a year", unit="CNY", sensitivity=PERSONAL, mask=mask_amount)  # fmt: skip
    excluded = field(models.CharField(max_length=300, blank=True, default=""), group="policy", zh="不投资的产品", en="Excluded products",
                     sensitivity=PERSONAL, example="600519.SH、000001.SZ", help_zh="证券代码加市场，以顿号分隔",
                     help_en="Security codes with their market, separated by commas")  # fmt: skip
    review_on = field(models.DateField(), group="policy", zh="下次检视日期", en="Review due on", listed=True)
    remark = field(
        models.TextField(blank=True, default=""),
        group="policy",
        zh="方案说明",
        en="About the policy",
        sensitivity=PERSONAL,
    )
    drafted_by = field(models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"), zh="方案起草人",
                       en="Drafted by", editable=False)  # fmt: skip
    signed_on = field(
        models.DateField(null=True, blank=True), zh="客户签署日期", en="Signed on", listed=True, editable=False
    )
    signed_reference = field(models.CharField(max_length=80, blank=True, default=""), zh="签署文件编号", en="Reference of the signed paper",
                             editable=False, example="TZ-2026-0042")  # fmt: skip

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=["state", "review_on"], name="policies_to_review")]

    def __str__(self) -> str:
        return str(bilingual("投资方案第 {n} 版", "Policy, edition {n}", n=self.edition))


class ModelPortfolio(Recorded):
    """Target and range of each asset class for a risk level, in force from a day until the next edition."""

    names = Names("模型组合", "Model portfolio", "Model portfolios")
    field_groups = {
        "model": bilingual("模型组合", "Model portfolio"), "weights": bilingual("资产类别比例", "Weights"), "": bilingual("其他", "Other"),
    }  # fmt: skip

    risk_level = field(choice_field(RiskLevel), group="model", zh="适用风险等级", en="For the risk level", listed=True)
    edition = field(
        models.PositiveSmallIntegerField(default=1),
        zh="组合版本",
        en="Edition of the model",
        listed=True,
        editable=False,
    )
    effective_from = field(models.DateField(), group="model", zh="生效日期", en="In force from", listed=True)
    cash_target = _percent(0, "weights", "现金管理类目标", "Cash, target")
    cash_least = _percent(0, "weights", "现金管理类下限", "Cash, least")
    cash_most = _percent(0, "weights", "现金管理类上限", "Cash, most")
    fixed_income_target = _percent(0, "weights", "固定收益类目标", "Fixed income, target")
    fixed_income_least = _percent(0, "weights", "固定收益类下限", "Fixed income, least")
    fixed_income_most = _percent(0, "weights", "固定收益类上限", "Fixed income, most")
    equity_target = _percent(0, "weights", "权益类目标", "Equity, target")
    equity_least = _percent(0, "weights", "权益类下限", "Equity, least")
    equity_most = _percent(0, "weights", "权益类上限", "Equity, most")
    alternative_target = _percent(0, "weights", "商品及另类目标", "Alternatives, target")
    alternative_least = _percent(0, "weights", "商品及另类下限", "Alternatives, least")
    alternative_most = _percent(0, "weights", "商品及另类上限", "Alternatives, most")
    reason = field(models.CharField(max_length=300, blank=True, default=""), group="model", zh="调整理由", en="Reason for the weights",
                   listed=True)  # fmt: skip

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["risk_level", "edition"], name="one_model_an_edition")]

    def __str__(self) -> str:
        return str(
            bilingual(
                "{level} 模型组合第 {n} 版", "Model for {level}, edition {n}", level=self.risk_level, n=self.edition
            )
        )


class ProductAssetClass(Recorded):
    """The asset class of a product whose kind does not determine it: funds, plans, private funds, structured notes."""

    names = Names("产品资产类别", "Asset class of a product", "Asset classes of products")

    product = field(models.OneToOneField("ledger.Product", on_delete=models.CASCADE, related_name="asset_class"), zh="产品", en="Product",
                    listed=True)  # fmt: skip
    asset_class = field(choice_field(AssetClass), zh="资产类别", en="Asset class", listed=True)
    basis = field(models.CharField(max_length=200, blank=True, default=""), zh="分类依据", en="Basis of the class", listed=True,
                  example="基金合同：股票仓位不低于 80%")  # fmt: skip
