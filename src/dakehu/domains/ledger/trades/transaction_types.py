"""Map the words brokers use for a transaction to its type. Pure.

Only terms listed here are understood; a row with any other is quarantined. 融券回购 and 融券购回 are lending cash and its
return (逆回购), not short selling; the share count of 红利入账 is no change of position.
"""

from enum import IntEnum


class TransactionType(IntEnum):
    """Type of a transaction. Numbers are stored in the journal and never change meaning."""

    BUY = 1
    SELL = 2
    BONUS = 3  # shares without payment
    CASH_IN = 10
    CASH_OUT = 11
    INCOME = 12  # dividends and interest
    TAX = 13
    COST = 14  # interest on margin debt, custody and other fees
    REPO_LEND = 20
    REPO_RETURN = 21
    MOVE_IN = 30  # shares transferred from another broker
    MOVE_OUT = 31
    IDLE = 99  # understood, without effect


_LABELS: dict[TransactionType, tuple[str, str]] = {
    TransactionType.BUY: ("买入", "Buy"),
    TransactionType.SELL: ("卖出", "Sell"),
    TransactionType.BONUS: ("送股", "Bonus"),
    TransactionType.CASH_IN: ("转入", "Cash in"),
    TransactionType.CASH_OUT: ("转出", "Cash out"),
    TransactionType.INCOME: ("红利利息", "Income"),
    TransactionType.TAX: ("扣税", "Tax"),
    TransactionType.COST: ("费用", "Cost"),
    TransactionType.REPO_LEND: ("逆回购", "Repo lent"),
    TransactionType.REPO_RETURN: ("逆回购到期", "Repo returned"),
    TransactionType.MOVE_IN: ("转托转入", "Moved in"),
    TransactionType.MOVE_OUT: ("转托转出", "Moved out"),
    TransactionType.IDLE: ("无影响", "No effect"),
}


def label_of(name: str) -> tuple[str, str]:
    """Return (Chinese, English) of a transaction type by its lower-case name."""
    return _LABELS[TransactionType[name.upper()]]


POSITION = {
    TransactionType.BUY: 1,
    TransactionType.SELL: -1,
    TransactionType.BONUS: 1,
    TransactionType.MOVE_IN: 1,
    TransactionType.MOVE_OUT: -1,
}
CASH = {
    TransactionType.BUY: -1,
    TransactionType.SELL: 1,
    TransactionType.CASH_IN: 1,
    TransactionType.CASH_OUT: -1,
    TransactionType.INCOME: 1,
    TransactionType.TAX: -1,
    TransactionType.COST: -1,
    TransactionType.REPO_LEND: -1,
    TransactionType.REPO_RETURN: 1,
}
TRADES = frozenset({TransactionType.BUY, TransactionType.SELL, TransactionType.REPO_LEND, TransactionType.REPO_RETURN})
MONEY_MOVEMENTS = frozenset(
    {TransactionType.CASH_IN, TransactionType.CASH_OUT, TransactionType.COST}
)  # need no security

_TERMS: dict[TransactionType, str] = {
    TransactionType.BUY: "证券买入 买入 买 普通买入 担保品买入 担保物买入 融资买入 融资借入 配售缴款 买券还券 新股入帐 新股入账 申购确认 buy bought purchase",
    TransactionType.SELL: "证券卖出 卖出 卖 普通卖出 担保品卖出 担保物卖出 融券卖出 卖券还款 赎回确认 sell sold sale",
    TransactionType.BONUS: "红股入帐 红股入账 送股 转增",
    TransactionType.CASH_IN: "银行转证券 银行转存 银证转入 otc资金划入 资金转入 deposit",
    TransactionType.CASH_OUT: "证券转银行 银行转取 银证转出 otc资金划出 资金转出 withdrawal withdraw",
    TransactionType.INCOME: "红利入账 红利入帐 股息入账 股息入帐 利息归本 批量利息归本 dividend interest",
    TransactionType.TAX: "股息红利差异扣税 股息红利税补缴 withholdingtax",
    TransactionType.COST: "偿还融资利息 偿还融券费用 custodyfee",
    TransactionType.REPO_LEND: "融券回购 逆回购 质押回购拆出 拆出质押购回初始",
    TransactionType.REPO_RETURN: "融券购回 逆回购到期 拆出购回 质押购回拆出",
    TransactionType.MOVE_IN: "转托转入",
    TransactionType.MOVE_OUT: "转托转出",
    TransactionType.IDLE: "指定交易 指定登记 撤销指定 申购配号 配号 起始配号 中签通知 新股申购 申购中签 托管转入 托管转出 偿还融资负债本金",
}


def normalize_term(text: str) -> str:
    """Normalise a term for comparison: casefold, without spaces, dashes and underscores."""
    return "".join(sign for sign in text.casefold() if sign not in " \t\u3000-_–·/")


# Kinds of business that state only that there was a trade: the buy/sell mark decides.
TRADED = frozenset(
    "证券买卖 证券交易 股票交易 普通交易 信用交易 普通委托 信用委托 竞价交易 成交 买卖 交易 委托 普通 trade trades".split()
)
TRANSACTION_TYPES: dict[str, TransactionType] = {
    normalize_term(word): side for side, words in _TERMS.items() for word in words.split()
}


def transaction_type_of(text: str) -> TransactionType | None:
    """Return the transaction type of a term, None if unknown."""
    return TRANSACTION_TYPES.get(normalize_term(text))
