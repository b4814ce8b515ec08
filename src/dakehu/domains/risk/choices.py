"""Choice sets of risk. Pure."""

from dakehu.foundation.schema.fields import Choices


class LimitMeasure(Choices):
    """Measure that a limit applies to. Shares are fractions of total assets."""

    EQUITY_SHARE = "equity_share", "权益类占比", "Share of equities"
    DRAWDOWN_60 = "drawdown_60", "近60日回撤", "Drawdown of 60 days"
    DAY_LOSS = "day_loss", "单日亏损", "Loss of one day"
    SINGLE_SECURITY = "single_security", "单一证券占比", "Single security"
    LARGEST_HOLDING = "largest_holding", "最大持仓占比", "Largest holding"
    INDUSTRY_SHARE = "industry_share", "单一行业占比", "Single industry"
    HHI = "hhi", "持仓集中度", "Concentration (HHI)", ("HHI",)
    SELL_DAYS = "sell_days", "变现天数", "Days to sell"
    PRODUCT_DRAWDOWN = "product_drawdown", "产品回撤", "Drawdown of a product"
    REVIEW_MONTHS = "review_months", "策略回顾间隔（月）", "Months between reviews"


class BreachKind(Choices):
    """Kind of breach: a limit, a line of a margin contract, a line set by the client."""

    EQUITY_SHARE = "equity_share", "权益类占比", "Share of equities"
    DRAWDOWN_60 = "drawdown_60", "近60日回撤", "Drawdown of 60 days"
    DAY_LOSS = "day_loss", "单日亏损", "Loss of one day"
    SINGLE_SECURITY = "single_security", "单一证券占比", "Single security"
    LARGEST_HOLDING = "largest_holding", "最大持仓占比", "Largest holding"
    INDUSTRY_SHARE = "industry_share", "单一行业占比", "Single industry"
    HHI = "hhi", "持仓集中度", "Concentration (HHI)"
    SELL_DAYS = "sell_days", "变现天数", "Days to sell"
    PRODUCT_DRAWDOWN = "product_drawdown", "产品回撤", "Drawdown of a product"
    MARGIN_CLOSE = "margin_close", "低于平仓线", "Below the closing line"
    MARGIN_WARN = "margin_warn", "低于警戒线", "Below the warning line"
    MARGIN_NEAR = "margin_near", "接近警戒线", "Close to the warning line"
    CLIENT_LINE = "client_line", "客户提醒线触及", "Line set by the client"


class Severity(Choices):
    """Severity of a standing: at 80 % of its limit, beyond it, beyond the strong value."""

    NEAR = "near", "接近", "Near"
    OVER = "over", "超限", "Beyond the limit"
    STRONG = "strong", "严重超限", "Far beyond the limit"


class LimitScope(Choices):
    """Scope of a limit, the most specific first."""

    CLIENT = "client", "客户", "Client"
    SECURITY = "security", "证券或产品", "Security or product"
    INDUSTRY = "industry", "行业", "Industry"
    PRODUCT_RISK = "product_risk", "产品风险等级", "Product risk level"
    TIER = "tier", "客户级别", "Tier"
    RISK_LEVEL = "risk_level", "客户风险等级", "Client's risk level"
    FIRM = "firm", "全体客户", "All clients"


class ProductRisk(Choices):
    """Risk level of a product."""

    R1 = "R1", "R1 低", "R1 low"
    R2 = "R2", "R2 中低", "R2 medium low"
    R3 = "R3", "R3 中", "R3 medium"
    R4 = "R4", "R4 中高", "R4 medium high"
    R5 = "R5", "R5 高", "R5 high"


class LineKind(Choices):
    """Direction in which a line is reached: at or below it, at or above it."""

    STOP_LOSS = "stop_loss", "止损线", "Stop loss", ("止损",)
    TAKE_PROFIT = "take_profit", "止盈线", "Take profit", ("止盈",)


class LineBasis(Choices):
    """Basis from which a line is measured."""

    COST = "cost", "相对持仓成本", "From cost", ("成本",)
    PRICE = "price", "固定价格或金额", "Price or amount", ("价格", "固定价格", "金额")
    PERCENT = "percent", "相对设定日", "From the day it was set", ("百分比", "设定日")
    TRAILING = "trailing", "相对设定以来最高", "From the high since it was set", ("移动", "移动止损", "最高点")


class LineState(Choices):
    """State of a line."""

    ACTIVE = "active", "有效", "In force"
    WITHDRAWN = "withdrawn", "已撤销", "Withdrawn", ("撤销",)


class LineEventKind(Choices):
    """What happened to a line."""

    SET = "set", "设定", "Set"
    CHANGED = "changed", "修改", "Changed"
    WITHDRAWN = "withdrawn", "撤销", "Withdrawn"
    REACHED = "reached", "触及", "Reached"
    CLEARED = "cleared", "解除", "Cleared"


class InstructionChannel(Choices):
    """Channel by which the client gave an instruction."""

    WRITTEN = "written", "书面", "In writing"
    PHONE = "phone", "录音电话", "Recorded call", ("电话",)
    COUNTER = "counter", "柜台", "At the counter", ("临柜",)
    APP = "app", "客户端", "App", ("APP", "交易软件")
    MEETING = "meeting", "面谈", "Meeting"


class ReviewBasis(Choices):
    """Reason for which a review is due: the interval of the client, tier or level, a person, the last review."""

    CLIENT = "client", "本客户回顾间隔", "Interval of the client"
    TIER = "tier", "按客户级别的间隔", "Interval of the tier"
    RISK_LEVEL = "risk_level", "按风险等级的间隔", "Interval of the risk level"
    FIRM = "firm", "统一间隔", "Interval of the firm"
    BY_HAND = "by_hand", "人工安排", "Planned by hand"
    LAST = "last", "上次回顾所定", "Set by the last review"


class ReviewState(Choices):
    """State of a strategy review."""

    DUE = "due", "待回顾", "Due"
    WAITING = "waiting", "待签署", "Waits for sign-off"
    SIGNED = "signed", "已签署", "Signed off"
    RETURNED = "returned", "已退回", "Returned"


class SizeIndex(Choices):
    """The index by company size that a share follows in a stress test."""

    CSI300 = "csi300", "沪深300（大盘）", "CSI 300 (large)", ("大盘",)
    CSI500 = "csi500", "中证500（中盘）", "CSI 500 (middle)", ("中盘",)
    CSI1000 = "csi1000", "中证1000（小盘）", "CSI 1000 (small)", ("小盘",)
