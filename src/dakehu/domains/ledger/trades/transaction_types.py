"""What a row of a statement does, in the words brokers use for it. Pure.

Only words listed here are understood; any other holds its row back. 融券回购 and 融券购回 are lending out cash and getting
it back (逆回购), not short selling; 红利入账 carries a number of shares that is no change of position.
"""

from enum import IntEnum


class Side(IntEnum):
    """The sign of the position follows from it; numbers stand in the journal and never change meaning."""

    BUY = 1
    SELL = 2
    BONUS = 3  # shares that come without money
    CASH_IN = 10
    CASH_OUT = 11
    INCOME = 12  # dividends and interest
    TAX = 13
    COST = 14  # interest on margin debt, custody and other fees
    REPO_LEND = 20
    REPO_RETURN = 21
    MOVE_IN = 30  # shares brought along from elsewhere
    MOVE_OUT = 31
    IDLE = 99  # understood, and of no effect


_SAID: dict[Side, tuple[str, str]] = {
    Side.BUY: ("买入", "Buy"),
    Side.SELL: ("卖出", "Sell"),
    Side.BONUS: ("送股", "Bonus"),
    Side.CASH_IN: ("转入", "Cash in"),
    Side.CASH_OUT: ("转出", "Cash out"),
    Side.INCOME: ("红利利息", "Income"),
    Side.TAX: ("扣税", "Tax"),
    Side.COST: ("费用", "Cost"),
    Side.REPO_LEND: ("逆回购", "Repo lent"),
    Side.REPO_RETURN: ("逆回购到期", "Repo returned"),
    Side.MOVE_IN: ("转托转入", "Moved in"),
    Side.MOVE_OUT: ("转托转出", "Moved out"),
    Side.IDLE: ("无影响", "No effect"),
}


def said(name: str) -> tuple[str, str]:
    """(Chinese, English) of a side as lists of trades name it: its name in small letters."""
    return _SAID[Side[name.upper()]]


POSITION = {
    Side.BUY: 1,
    Side.SELL: -1,
    Side.BONUS: 1,
    Side.MOVE_IN: 1,
    Side.MOVE_OUT: -1,
}
CASH = {
    Side.BUY: -1,
    Side.SELL: 1,
    Side.CASH_IN: 1,
    Side.CASH_OUT: -1,
    Side.INCOME: 1,
    Side.TAX: -1,
    Side.COST: -1,
    Side.REPO_LEND: -1,
    Side.REPO_RETURN: 1,
}
DEALS = frozenset({Side.BUY, Side.SELL, Side.REPO_LEND, Side.REPO_RETURN})
OF_MONEY = frozenset({Side.CASH_IN, Side.CASH_OUT, Side.COST})  # need no security

_WORDS: dict[Side, str] = {
    Side.BUY: "证券买入 买入 买 普通买入 担保品买入 担保物买入 融资买入 融资借入 配售缴款 买券还券 新股入帐 新股入账 申购确认 buy bought purchase",
    Side.SELL: "证券卖出 卖出 卖 普通卖出 担保品卖出 担保物卖出 融券卖出 卖券还款 赎回确认 sell sold sale",
    Side.BONUS: "红股入帐 红股入账 送股 转增",
    Side.CASH_IN: "银行转证券 银行转存 银证转入 otc资金划入 资金转入 deposit",
    Side.CASH_OUT: "证券转银行 银行转取 银证转出 otc资金划出 资金转出 withdrawal withdraw",
    Side.INCOME: "红利入账 红利入帐 股息入账 股息入帐 利息归本 批量利息归本 dividend interest",
    Side.TAX: "股息红利差异扣税 股息红利税补缴 withholdingtax",
    Side.COST: "偿还融资利息 偿还融券费用 custodyfee",
    Side.REPO_LEND: "融券回购 逆回购 质押回购拆出 拆出质押购回初始",
    Side.REPO_RETURN: "融券购回 逆回购到期 拆出购回 质押购回拆出",
    Side.MOVE_IN: "转托转入",
    Side.MOVE_OUT: "转托转出",
    Side.IDLE: "指定交易 指定登记 撤销指定 申购配号 配号 起始配号 中签通知 新股申购 申购中签 托管转入 托管转出 偿还融资负债本金",
}


def bare(text: str) -> str:
    """A word as it is compared: without spaces, dashes, underscores and case."""
    return "".join(sign for sign in text.casefold() if sign not in " \t\u3000-_–·/")


# Kinds of business that say no more than that there was a trade: the mark of buy and sell decides.
TRADED = frozenset(
    "证券买卖 证券交易 股票交易 普通交易 信用交易 普通委托 信用委托 竞价交易 成交 买卖 交易 委托 普通 trade trades".split()
)
SIDES: dict[str, Side] = {bare(word): side for side, words in _WORDS.items() for word in words.split()}


def side_of(text: str) -> Side | None:
    """What a word means; None for a word that nobody has explained."""
    return SIDES.get(bare(text))
