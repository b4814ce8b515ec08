"""Formats of numbers and kinds of business in a report, and its fixed texts."""

from decimal import Decimal, InvalidOperation
from typing import Any

from dakehu.foundation.base.i18n import bilingual

MISSING = "–"
WORDS = {
    "figures": bilingual("主要指标", "Main figures"),
    "more": bilingual("其他指标", "Other figures"),
    "growth": bilingual("净值走势", "Growth"),
    "falls": bilingual("回撤", "Drawdown"),
    "falls_note": bilingual("净值相对此前最高点的跌幅", "How far below the highest growth before"),
    "pie": bilingual("持仓分布", "What is held"),
    "holdings": bilingual("持仓明细", "Holdings"),
    "trades": bilingual("最近成交", "Latest trades"),
    "kinds": bilingual("成交汇总", "Trades in all"),
    "flows": bilingual("证券买卖资金流水", "Money in and out"),
    "flows_note": bilingual(
        "按证券口径：买入计为转入，卖出与红利计为转出",
        "Of the securities: purchases are money in, sales and dividends money out",
    ),
    "definitions": bilingual("指标口径", "How the figures are made"),
    "small_print": bilingual("重要说明", "Please note"),
    "security": bilingual("证券", "Security"),
    "quantity": bilingual("数量", "Quantity"),
    "cost": bilingual("成本", "Cost"),
    "price": bilingual("现价", "Price"),
    "value": bilingual("市值", "Value"),
    "profit": bilingual("浮动盈亏", "Profit"),
    "return": bilingual("收益率", "Return"),
    "weight": bilingual("权重", "Weight"),
    "days": bilingual("持有天数", "Days"),
    "day": bilingual("日期", "Day"),
    "kind": bilingual("业务", "Kind"),
    "at": bilingual("价格", "Price"),
    "amount": bilingual("成交金额", "Amount"),
    "fee": bilingual("费用", "Fees"),
    "net": bilingual("发生金额", "Cash effect"),
    "count": bilingual("笔数", "Number"),
    "in": bilingual("转入", "In"),
    "out": bilingual("转出", "Out"),
    "currency": bilingual("金额单位：元", "Amounts in CNY"),
    "nothing": bilingual("还没有成交，也没有可计算的指标。", "No trades yet, hence no figures."),
    "unclosed": bilingual("还没有结算过，暂无指标。", "Nothing closed yet, hence no figures."),
    "nothing_held": bilingual("目前没有持仓。", "Nothing is held now."),
}
SMALL_PRINT = (
    bilingual(
        "本报告依据截至上述日期的成交记录与行情统计，仅描述历史，不预测未来。过往业绩不代表未来表现。",
        "This report counts trades and prices up to the date above. It describes the past and forecasts nothing; past "
        "performance does not indicate future performance.",
    ),
    bilingual(
        "本报告不构成任何证券的投资建议，也不对收益作任何承诺；投资有风险，决策请以适当性要求和您自身情况为准。",
        "It is no advice on any security and promises no return. Investing carries risk; decide by what suits you.",
    ),
    bilingual(
        "指标按已入账的证券成交计算，费用已计入；行情缺失、停牌或记录未入账时，数值可能与券商对账单不同，以对账单为准。",
        "Figures follow from trades on record, fees included. Where prices are missing, trading is suspended or records are "
        "still to come, they may differ from the broker's statement, which prevails.",
    ),
    bilingual(
        "本报告含个人信息，请妥善保管，勿转交无关人员。",
        "It holds personal information: keep it safe and pass it to nobody else.",
    ),
)
SIDES = {
    "buy": bilingual("买入", "Buy"),
    "sell": bilingual("卖出", "Sell"),
    "bonus": bilingual("送股", "Bonus"),
    "cash_in": bilingual("转入", "Cash in"),
    "cash_out": bilingual("转出", "Cash out"),
    "income": bilingual("红利利息", "Income"),
    "tax": bilingual("扣税", "Tax"),
    "cost": bilingual("费用", "Cost"),
    "repo_lend": bilingual("逆回购", "Repo lent"),
    "repo_return": bilingual("逆回购到期", "Repo returned"),
    "move_in": bilingual("转托转入", "Moved in"),
    "move_out": bilingual("转托转出", "Moved out"),
}


def partial_list_note(shown: int, total: int) -> str:
    """Return the note that a list is not complete, "" if it is."""
    return (
        str(bilingual("共 {every} 条，列出 {shown}", "{shown} of {every} rows", shown=shown, every=total))
        if shown < total
        else ""
    )


def transaction_type_label(name: str) -> str:
    """Return the label of a transaction type."""
    return str(SIDES.get(name, name))


def _number(value: Any) -> Decimal | None:
    """Convert a value to a finite number, None otherwise."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def figure(value: Any, unit: str) -> str:
    """Format a figure as published; a masked one is returned unchanged."""
    if value in (None, ""):
        return MISSING
    number = _number(value)
    if number is None or isinstance(value, int):
        return f"{value:,}" if isinstance(value, int) else str(value)
    if unit == "%":
        return f"{number:.2%}"
    return f"{number:,.2f}"


def tone(value: Any) -> str:
    """Return "up", "down" or "" (0, or not a number)."""
    number = _number(value)
    return "" if not number else "up" if number > 0 else "down"


def money(value: float | None) -> str:
    """Format money with two digits."""
    return MISSING if value is None else f"{value:,.2f}"


def rate(value: float | None) -> str:
    """Format a fraction as a signed percentage."""
    return MISSING if value is None else f"{value:+.2%}"


def price(value: float | None) -> str:
    """Format a price with three digits."""
    return MISSING if value is None else f"{value:,.3f}"


def quantity(value: float | None) -> str:
    """Format a quantity with up to three digits."""
    return MISSING if value is None else f"{value:,.3f}".rstrip("0").rstrip(".")
