"""Models of the nightly close: the figures of each client and the register of closes."""

from collections.abc import Callable
from typing import Any

from django.db import models

from dakehu.domains.clients.masks import mask_amount
from dakehu.domains.ledger.close.rows import REASONS
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema.fields import field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS

# Figures by which lists of clients are sorted and filtered; each has an index.
LISTS = ("market_value", "net_inflow", "profit", "fees", "roi", "twr", "xirr", "volatility", "sharpe", "max_drawdown",
         "turnover", "holdings", "day_profit", "month_inflow")  # fmt: skip


def _money(
    zh: str,
    en: str,
    help_zh: str = "",
    help_en: str = "",
    listed: bool = False,
    mask: Callable[[str], str] | None = None,
) -> Any:
    return field(models.DecimalField(max_digits=20, decimal_places=2, null=True), zh=zh, en=en, unit="CNY",
                 sensitivity=PERSONAL, mask=mask, editable=False, listed=listed, help_zh=help_zh, help_en=help_en)  # fmt: skip


def _rate(zh: str, en: str, help_zh: str, help_en: str, listed: bool = False) -> Any:
    return field(models.DecimalField(max_digits=24, decimal_places=8, null=True), zh=zh, en=en, unit="%", editable=False,
                 listed=listed, help_zh=help_zh, help_en=help_en)  # fmt: skip


def _ratio(zh: str, en: str, help_zh: str, help_en: str) -> Any:
    return field(models.DecimalField(max_digits=24, decimal_places=8, null=True), zh=zh, en=en, editable=False,
                 help_zh=help_zh, help_en=help_en)  # fmt: skip


def _count(zh: str, en: str, help_zh: str = "", help_en: str = "") -> Any:
    return field(models.IntegerField(null=True), zh=zh, en=en, editable=False, help_zh=help_zh, help_en=help_en)


def _day(zh: str, en: str) -> Any:
    return field(models.DateField(null=True), zh=zh, en=en, editable=False)


class Figures(ClientRecorded):
    """The figures of one client as of the last close. Formulas and sources: docs/figures.md.

    A missing figure is null and has its reason in `reasons`, by field name (see close.rows.REASONS).
    """

    names = Names("客户指标", "Figures of a client", "Figures of clients")

    client_path = "client"
    derived = True  # computed from trades and prices: nothing depends on it, and every close replaces it
    retention = TWENTY_YEARS

    client = field(models.OneToOneField("clients.Client", on_delete=models.CASCADE, related_name="figures"), zh="客户",
                   en="Client", editable=False, listed=True)  # fmt: skip
    as_of = field(models.DateField(), zh="截至日期", en="As of", editable=False, listed=True)
    market_value = _money(
        "持仓市值", "Market value", "Σ 数量 × 收盘价", "Σ quantity × closing price", listed=True, mask=mask_amount
    )
    net_inflow = _money("净转入", "Net inflow", "买入（含费用）− 卖出与红利（扣费后）",
                        "Purchases with fees less sales and dividends after fees")  # fmt: skip
    profit = _money("累计盈亏", "Profit", "市值 − 净转入", "Market value − net inflow", listed=True)
    realised = _money(
        "已实现盈亏", "Realised profit", "卖出所得 − 平均成本", "Proceeds − average cost of what was sold"
    )
    income = _money("红利与利息", "Income")
    fees = _money("交易费用", "Fees paid")
    day_profit = _money("当日盈亏", "Day's profit", "市值 − 前一交易日市值 − 当日净转入",
                        "Market value − that of the trading day before − the day's net inflow")  # fmt: skip
    month_inflow = _money("本月净转入", "Net inflow this month", "本月买入（含费用）− 卖出与红利（扣费后）",
                          "This month's purchases with fees less sales and dividends after fees")  # fmt: skip
    # At the ends of the twelve months before and on the day itself, oldest first, in whole yuan (analytics.month_ends).
    month_values = models.JSONField(default=list, editable=False)
    month_inflows = models.JSONField(default=list, editable=False)
    roi = _rate("投资收益率", "Return on investment", "累计盈亏 ÷ 投入", "Profit ÷ money put in", listed=True)
    twr = _rate("时间加权收益率", "Time-weighted return", "Π(1 + 日收益率) − 1", "Π(1 + day's return) − 1", listed=True)
    xirr = _rate("资金加权收益率", "Money-weighted return", "使现金流现值为零的年利率（实际天数/365）",
                 "The yearly rate at which the flows are worth nothing, actual/365", listed=True)  # fmt: skip
    xirr_roots = _count("收益率根数", "Roots of the rate", "大于 1 时请谨慎解读", "Read with care where above 1")
    cagr = _rate("年化收益率", "Yearly growth", "(1 + 时间加权收益率)^(252 ÷ 天数) − 1", "(1 + TWR)^(252 / days) − 1")
    volatility = _rate("年化波动率", "Volatility", "日收益率标准差 × √252", "Deviation of day's returns × √252")
    sharpe = _ratio(
        "夏普比率",
        "Sharpe ratio",
        "平均日收益 ÷ 标准差 × √252，无风险利率取 0",
        "Mean ÷ deviation × √252, riskless rate 0",
    )
    sortino = _ratio("索提诺比率", "Sortino ratio", "平均日收益 × 252 ÷ 下行偏差", "Mean × 252 ÷ downside deviation")
    calmar = _ratio("卡玛比率", "Calmar ratio", "年化收益率 ÷ 最大回撤", "Yearly growth ÷ maximal drawdown")
    max_drawdown = _rate("最大回撤", "Maximal drawdown", "净值相对此前最高点的最大跌幅",
                         "Deepest fall from the highest growth before", listed=True)  # fmt: skip
    peak_on = _day("回撤起点", "Drawdown from")
    trough_on = _day("回撤低点", "Drawdown to")
    var95 = _rate("95% 在险值", "Value at risk 95", "日收益率的 5% 分位数", "5 % percentile of day's returns")
    cvar95 = _rate(
        "95% 条件在险值", "Expected shortfall 95", "最差 5% 日收益率的平均", "Mean of the worst 5 % of day's returns"
    )
    beta = _ratio("贝塔", "Beta", "与基准指数的协方差 ÷ 指数方差", "Covariance with the index ÷ its variance")
    alpha = _rate("阿尔法", "Alpha", "(1 + 平均(日收益 − 贝塔 × 指数))^252 − 1", "(1 + mean(r − beta × index))^252 − 1")
    turnover = _ratio(
        "年换手率", "Turnover", "买卖金额之半 ÷ 平均市值 ÷ 年数", "Half of bought and sold ÷ mean value, per year"
    )
    cost_drag = _rate("费用拖累", "Cost drag", "费用 ÷ 平均市值 ÷ 年数", "Fees ÷ mean value, per year")
    holding_days = _ratio("平均持有天数", "Days held", "按卖出数量加权", "Weighted by quantity sold")
    win_rate = _rate("胜率", "Win rate", "盈利的卖出占比", "Share of sales with a profit")
    closed_sales = _count("卖出次数", "Sales")
    pgr = _ratio(
        "盈利兑现比例",
        "Gains realised",
        "兑现盈利 ÷（兑现 + 未兑现盈利），处置效应 PGR",
        "Gains taken ÷ gains taken and kept (PGR)",
    )
    plr = _ratio(
        "亏损兑现比例",
        "Losses realised",
        "兑现亏损 ÷（兑现 + 未兑现亏损），处置效应 PLR",
        "Losses taken ÷ losses taken and kept (PLR)",
    )
    hhi = _ratio("持仓集中度", "Concentration", "Σ 权重²，1 为单一持仓", "Σ weight²; 1 is a single holding")
    holdings = _count("持仓只数", "Securities held")
    first_on = _day("首次交易", "First trade")
    days = _count("统计天数", "Days counted", "交易日", "Trading days")
    reasons = field(models.JSONField(default=dict), zh="缺失原因", en="Why missing", editable=False)

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=[name, "client"], name=f"figures_by_{name}") for name in LISTS]

    def why_missing(self, name: str) -> Any:
        """Return why a figure is missing, in both languages; "" without a reason."""
        texts = REASONS.get(self.reasons.get(name, ""))
        return bilingual(*texts) if texts else ""


class Closing(Recorded):
    """A published close: the digest of its inputs, and the file of its history (beside the journal's)."""

    names = Names("日终计算", "Close", "Closes")

    day = field(models.DateField(unique=True), zh="结算日期", en="Day closed", listed=True)
    digest = field(models.CharField(max_length=64), zh="输入摘要", en="Digest of what was read")
    file = models.CharField(max_length=80)
    clients = field(models.PositiveIntegerField(), zh="客户数", en="Clients", listed=True)
