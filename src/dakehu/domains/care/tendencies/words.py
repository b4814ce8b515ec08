"""Texts of each tendency: its name, the sentence shown to manager and client, and points for a conversation.

A tendency is described, never diagnosed: FORBIDDEN may not occur in these texts. Sources: domain.md 8.2, people.md B.3
(8).
"""

from dataclasses import dataclass

from dakehu.foundation.base.i18n import Bilingual, bilingual

FORBIDDEN = (
    "病",
    "症",
    "赌徒",
    "焦虑",
    "抑郁",
    "上瘾",
    "成瘾",
    "人格",
    "障碍",
    "贪婪",
    "愚",
    "patient",
    "disorder",
    "addict",
    "gambler",
    "greedy",
)


@dataclass(frozen=True)
class Words:
    """Texts of one tendency. `measure` is what is counted, `sentence` what a reported one means, `talk` what helps."""

    label: Bilingual
    measure: Bilingual
    sentence: Bilingual
    talk: Bilingual
    unit: str  # share, ratio or number


WORDS = {
    "disposition": Words(
        bilingual("先卖盈利、留住亏损（处置效应）", "Selling winners, keeping losers (disposition effect)"),
        bilingual(
            "有卖出的日子里，盈利持仓被卖出的比例减去亏损持仓被卖出的比例",
            "On days with a sale: share of winners sold less share of losers sold",
        ),
        bilingual(
            "您卖出盈利持仓的倾向高于卖出亏损持仓。",
            "You tend to sell positions at a profit sooner than positions at a loss.",
        ),
        bilingual(
            "为每笔持仓写下当初的理由和离场条件，按理由而不是按成本价回顾。",
            "Write down why each position was bought and when it would be sold, and review the reason, not the cost.",
        ),
        "share",
    ),
    "overtrading": Words(
        bilingual("交易费用占资产（交易频繁）", "Fees by assets (frequent trading)"),
        bilingual("过去一年的全部交易费用除以平均持仓市值", "All fees of a year by average market value held"),
        bilingual("您一年的交易费用占持仓的比例较高。", "Your trading fees of a year are high for what you hold."),
        bilingual(
            "一起看费用明细和每次调整带来的结果，约定下次调整前先间隔一段时间。",
            "Look at the fees and at what each change brought; agree on a pause before the next change.",
        ),
        "share",
    ),
    "lottery": Words(
        bilingual("偏好低价大涨股（彩票型股票）", "Taste for cheap, jumpy shares (lottery-like)"),
        bilingual(
            "买入中价格最低三分之一且近 20 日单日涨幅最高三分之一的占比，减去市场同类占比",
            "Purchases among the cheapest third with the highest best day of twenty, less their share of the market",
        ),
        bilingual(
            "您的买入中低价且近期单日大涨的股票较多。",
            "Many of your purchases are cheap shares that lately had a very high single day.",
        ),
        bilingual(
            "给这类持仓设一个总比例上限，其余按计划配置。",
            "Set an upper share for such positions; keep the rest to the plan.",
        ),
        "share",
    ),
    "chasing": Words(
        bilingual("买入前涨幅较高（追涨）", "Buying after rises (chasing)"),
        bilingual(
            "买入前 20 个交易日涨幅的平均值，减去同期市场平均",
            "Mean return of the 20 trading days before purchases, less the market's",
        ),
        bilingual("您倾向于在股票已经明显上涨之后买入。", "You tend to buy after a share has already risen clearly."),
        bilingual(
            "买入前写下除上涨以外的理由，分批进行。",
            "Before buying, write down a reason other than the rise, and buy in parts.",
        ),
        "share",
    ),
    "panic": Words(
        bilingual("下跌后卖出较多", "Selling after falls"),
        bilingual(
            "市场或账户单日下跌 3% 后三个交易日内卖出的比例，减去平时三日的卖出比例",
            "Share sold in the three days after a fall of 3 %, less the share usually sold in three days",
        ),
        bilingual(
            "大跌之后的几天里，您卖出的比例明显高于平时。",
            "In the days after a sharp fall you sell clearly more than usual.",
        ),
        bilingual(
            "在平静的时候约定：跌多少时先通话，再由您决定。",
            "Agree while it is calm: from which fall on we talk first, and then you decide.",
        ),
        "share",
    ),
    "averaging_down": Words(
        bilingual("亏损加仓（摊平）", "Adding at a loss (averaging down)"),
        bilingual("加仓中加在亏损 10% 以上持仓的占比", "Share of additions to positions at a loss of 10 % and more"),
        bilingual("您的加仓多数加在已经亏损的持仓上。", "Most of your additions go to positions already at a loss."),
        bilingual(
            "加仓前检查单一持仓上限，并确认当初的理由是否仍然成立。",
            "Before adding, check the limit of one position and whether the first reason still holds.",
        ),
        "share",
    ),
    "concentration": Words(
        bilingual("持仓集中", "Concentrated holdings"),
        bilingual(
            "季度内每日持仓的赫芬达尔指数平均值（1 为只有一只）",
            "Mean Herfindahl index of daily holdings in the quarter (1: a single one)",
        ),
        bilingual("您的持仓集中在少数几只上。", "Your holdings are concentrated in a few securities."),
        bilingual(
            "一起看集中度限额和分散后的波动差异。",
            "Look at the limits of concentration together and at how volatility differs when spread.",
        ),
        "number",
    ),
    "loss_aversion": Words(
        bilingual("亏损持有更久", "Holding losses longer"),
        bilingual(
            "亏损回合持有天数的中位数除以盈利回合的中位数",
            "Median days a losing round trip is held by the median of winning ones",
        ),
        bilingual("您持有亏损的时间明显长于持有盈利的时间。", "You hold losses clearly longer than gains."),
        bilingual(
            "定期回顾亏损持仓：如果今天没有持有，还会不会买入。",
            "Review losing positions regularly: would you buy them today if you did not hold them?",
        ),
        "ratio",
    ),
    "leverage": Words(
        bilingual("融资负债较高", "High margin debt"),
        bilingual("融资负债除以净资产", "Margin debt by net assets"),
        bilingual("您的融资负债相对净资产较高。", "Your margin debt is high for your net assets."),
        bilingual(
            "核对维持担保比例的余量和追加担保的安排。",
            "Check the distance to the margin lines and how collateral would be added.",
        ),
        "share",
    ),
    "recency": Words(
        bilingual("净流入随上月行情", "Money follows last month's market"),
        bilingual(
            "24 个月里每月净流入与上月指数涨跌的相关系数",
            "Correlation over 24 months of net inflow with the index of the month before",
        ),
        bilingual(
            "您的净流入与上个月的行情联系较紧。", "Your money comes and goes with the market of the month before."
        ),
        bilingual(
            "约定固定的投入日和金额，不看上个月的涨跌。",
            "Agree on fixed days and amounts, whatever last month brought.",
        ),
        "number",
    ),
}

LACKS = {
    "sale_days": bilingual("有卖出的交易日不足", "too few days with a sale"),
    "paper_losses": bilingual("未卖出的亏损持仓次数不足", "too few losses kept"),
    "days": bilingual("有持仓的天数不足", "too few days with holdings"),
    "buys": bilingual("可比较的买入次数不足", "too few purchases that can be compared"),
    "shocks": bilingual("经历的大跌次数不足", "too few sharp falls"),
    "usual_days": bilingual("平时的天数不足以比较", "too few usual days to compare"),
    "additions": bilingual("加仓次数不足", "too few additions"),
    "trips": bilingual("已完成的买卖回合不足", "too few closed round trips"),
    "holding_days": bilingual("盈利回合都在当日了结", "winning round trips are closed on their first day"),
    "debt": bilingual("没有融资合约数据", "no data on margin contracts"),
    "months": bilingual("资金流入不足 24 个月", "less than 24 months of inflows"),
}
