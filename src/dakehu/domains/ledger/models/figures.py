"""Models of the nightly close: the figures of each client and the register of closes."""

from collections.abc import Callable
from typing import Any

from django.db import models

from dakehu.domains.clients.masks import mask_amount
from dakehu.domains.ledger.close.rows import REASONS
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.database.number_list import NumberListField
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
    group: str = "",
) -> Any:
    return field(models.DecimalField(max_digits=20, decimal_places=2, null=True), zh=zh, en=en, unit="CNY", group=group,
                 sensitivity=PERSONAL, mask=mask, editable=False, listed=listed, help_zh=help_zh, help_en=help_en)  # fmt: skip


def _rate(zh: str, en: str, help_zh: str, help_en: str, listed: bool = False, group: str = "") -> Any:
    return field(models.DecimalField(max_digits=24, decimal_places=8, null=True), zh=zh, en=en, unit="%", editable=False,
                 listed=listed, help_zh=help_zh, help_en=help_en, group=group)  # fmt: skip


def _ratio(zh: str, en: str, help_zh: str, help_en: str, group: str) -> Any:
    return field(models.DecimalField(max_digits=24, decimal_places=8, null=True), zh=zh, en=en, editable=False,
                 help_zh=help_zh, help_en=help_en, group=group)  # fmt: skip


def _count(zh: str, en: str, help_zh: str = "", help_en: str = "", group: str = "") -> Any:
    return field(models.IntegerField(null=True), zh=zh, en=en, editable=False, help_zh=help_zh, help_en=help_en, group=group)  # fmt: skip


def _day(zh: str, en: str, group: str) -> Any:
    return field(models.DateField(null=True), zh=zh, en=en, editable=False, group=group)


class Figures(ClientRecorded):
    """The figures of one client as of the last close. Formulas and sources: docs/figures.md.

    A missing figure is null and has its reason in `reasons`, by field name (see close.rows.REASONS).
    """

    names = Names("客户指标", "Figures of a client", "Figures of clients")

    field_groups = {
        "result": bilingual("收益与成本", "Result and cost"), "risk": bilingual("风险", "Risk"),
        "dealing": bilingual("交易与持仓", "Dealing and holdings"),
    }  # fmt: skip
    client_path = "client"
    derived = True  # computed from trades and prices: nothing depends on it, and every close replaces it
    replaceable = True  # in full (records.replacement); so the close checks its client, not the database
    retention = TWENTY_YEARS

    client = field(models.OneToOneField("clients.Client", on_delete=models.CASCADE, related_name="figures",
                                        db_constraint=False), zh="客户", en="Client", editable=False, listed=True)  # fmt: skip
    as_of = field(models.DateField(), zh="截至日期", en="As of", editable=False, listed=True)
    market_value = _money("持仓市值", "Market value", "Σ 数量 × 收盘价", "Σ quantity × closing price", listed=True,
                          mask=mask_amount, group="result")  # fmt: skip
    net_inflow = _money("净转入", "Net inflow", "买入（含费用）− 卖出与红利（扣费后）",
                        "Purchases with fees less sales and dividends after fees", group="result")  # fmt: skip
    profit = _money("累计盈亏", "Profit", "持仓市值 − 净转入", "Market value − net inflow", listed=True, group="result")
    realised = _money("已实现盈亏", "Realised profit", "卖出所得 − 平均成本", "Proceeds − average cost of what was sold",
                      group="result")  # fmt: skip
    income = _money("红利与利息", "Income", group="result")
    fees = _money("交易费用", "Fees paid", group="result")
    day_profit = _money("当日盈亏", "Profit of the day", "持仓市值 − 前一交易日持仓市值 − 当日净转入",
                        "Market value − that of the trading day before − the day's net inflow", group="result")  # fmt: skip
    month_inflow = _money("本月净转入", "Net inflow this month", "本月买入（含费用）− 卖出与红利（扣费后）",
                          "This month's purchases with fees less sales and dividends after fees", group="result")  # fmt: skip
    # At the ends of the twelve months before and on the day itself, oldest first, in whole yuan (analytics.month_ends).
    month_values = NumberListField(default=list, editable=False)
    month_inflows = NumberListField(default=list, editable=False)
    roi = _rate("累计收益率", "Return on money put in", "累计盈亏 ÷ 累计转入", "Profit ÷ all money put in", listed=True,
                group="result")  # fmt: skip
    twr = _rate("时间加权收益率", "Time-weighted return", "Π(1 + 日收益率) − 1；日收益率的分母是前一日市值与当日转入之和",
                "Π(1 + day's return) − 1; a day's divisor is the worth of the day before and the day's inflow",
                listed=True, group="result")  # fmt: skip
    xirr = _rate("资金加权收益率（年化）", "Money-weighted return (yearly)", "使全部现金流现值为零的年利率（实际天数/365）",
                 "The yearly rate at which all flows are worth nothing, actual/365", listed=True, group="result")  # fmt: skip
    xirr_roots = _count("资金加权收益率解的个数", "Solutions of the money-weighted rate", "大于 1 时请谨慎解读",
                        "Read with care where above 1", group="result")  # fmt: skip
    cagr = _rate("时间加权收益率（年化）", "Time-weighted return (yearly)", "(1 + 时间加权收益率)^(252 ÷ 天数) − 1",
                 "(1 + TWR)^(252 / days) − 1", group="result")  # fmt: skip
    volatility = _rate(
        "年化波动率", "Volatility", "日收益率标准差 × √252", "Deviation of day's returns × √252", group="risk"
    )
    sharpe = _ratio("夏普比率（Sharpe）", "Sharpe ratio", "平均日收益 ÷ 标准差 × √252，无风险利率取 0",
                    "Mean ÷ deviation × √252, riskless rate 0", group="risk")  # fmt: skip
    sortino = _ratio("索提诺比率（Sortino）", "Sortino ratio", "平均日收益 × 252 ÷ 下行偏差",
                     "Mean × 252 ÷ downside deviation", group="risk")  # fmt: skip
    calmar = _ratio("卡玛比率（Calmar）", "Calmar ratio", "时间加权收益率（年化）÷ 最大回撤",
                    "Yearly time-weighted return ÷ maximal drawdown", group="risk")  # fmt: skip
    max_drawdown = _rate("最大回撤", "Maximal drawdown", "单位净值相对此前最高点的最大跌幅",
                         "Deepest fall from the highest growth before", listed=True, group="risk")  # fmt: skip
    peak_on = _day("回撤起点", "Drawdown from", "risk")
    trough_on = _day("回撤低点", "Drawdown to", "risk")
    var95 = _rate("95% 风险价值（VaR）", "Value at risk 95", "日收益率的 5% 分位数", "5 % percentile of day's returns",
                  group="risk")  # fmt: skip
    cvar95 = _rate("95% 预期损失（CVaR）", "Expected shortfall 95", "最差 5% 日收益率的平均",
                   "Mean of the worst 5 % of day's returns", group="risk")  # fmt: skip
    beta = _ratio(
        "Beta", "Beta", "与基准指数的协方差 ÷ 指数方差", "Covariance with the index ÷ its variance", group="risk"
    )
    alpha = _rate("Alpha", "Alpha", "(1 + 平均(日收益 − Beta × 指数))^252 − 1", "(1 + mean(r − beta × index))^252 − 1",
                  group="result")  # fmt: skip
    turnover = _ratio("年换手率", "Turnover", "买卖金额之半 ÷ 平均市值 ÷ 年数", "Half of bought and sold ÷ mean value, per year",
                      group="dealing")  # fmt: skip
    cost_drag = _rate("费用率（占平均市值）", "Fee rate (of mean value)", "费用 ÷ 平均市值 ÷ 年数", "Fees ÷ mean value, per year",
                      group="result")  # fmt: skip
    holding_days = _ratio("平均持有天数", "Days held", "按卖出数量加权", "Weighted by quantity sold", group="dealing")
    win_rate = _rate("胜率", "Win rate", "盈利的卖出占比", "Share of sales with a profit", group="dealing")
    closed_sales = _count("卖出次数", "Sales", group="dealing")
    pgr = _ratio("盈利卖出比例（处置效应）", "Gains realised", "兑现盈利 ÷（兑现 + 未兑现盈利），处置效应 PGR",
                 "Gains taken ÷ gains taken and kept (PGR)", group="dealing")  # fmt: skip
    plr = _ratio("亏损卖出比例（处置效应）", "Losses realised", "兑现亏损 ÷（兑现 + 未兑现亏损），处置效应 PLR",
                 "Losses taken ÷ losses taken and kept (PLR)", group="dealing")  # fmt: skip
    hhi = _ratio("持仓集中度（HHI）", "Concentration (HHI)", "Σ 权重²，1 为单一持仓", "Σ weight²; 1 is a single holding",
                 group="risk")  # fmt: skip
    holdings = _count("持仓只数", "Securities held", group="dealing")
    first_on = _day("首次交易", "First trade", "dealing")
    days = _count("统计天数", "Days counted", "交易日", "Trading days", group="dealing")
    reasons = field(models.JSONField(default=dict), zh="缺失原因", en="Why missing", editable=False)

    class Meta(ClientRecorded.Meta):
        indexes = [models.Index(fields=[name, "client"], name=f"figures_by_{name}") for name in LISTS]

    def why_missing(self, name: str) -> Any:
        """Return why a figure is missing, in both languages; "" without a reason."""
        texts = REASONS.get(self.reasons.get(name, ""))
        return bilingual(*texts) if texts else ""


class Closing(Recorded):
    """A published close: the digest of its inputs, and the file of its history (next to the journal's)."""

    names = Names("日终计算", "Close", "Closes")

    day = field(models.DateField(unique=True), zh="结算日期", en="Day closed", listed=True)
    digest = field(models.CharField(max_length=64), zh="输入摘要", en="Digest of what was read")
    file = models.CharField(max_length=80)
    clients = field(models.PositiveIntegerField(), zh="客户数", en="Clients", listed=True)
