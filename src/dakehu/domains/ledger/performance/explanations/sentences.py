"""Sentences that explain how a figure and each of its inputs are computed. Pure data."""

from dakehu.foundation.base.i18n import Bilingual, bilingual

# By figure: the formula with the inputs of the explanation in braces. `number` is the result.
SENTENCES: dict[str, Bilingual] = {
    "net_inflow": bilingual("转入 {money_in} 元 − 转出 {money_out} 元", "{money_in} put in − {money_out} taken out"),
    "profit": bilingual(
        "持仓市值 {market_value} 元 + 转出 {money_out} 元 − 转入 {money_in} 元",
        "{market_value} held + {money_out} taken out − {money_in} put in",
    ),
    "roi": bilingual("累计盈亏 {profit} 元 ÷ 累计转入 {money_in} 元", "profit of {profit} ÷ {money_in} put in"),
    "realised": bilingual(
        "卖出所得 {proceeds} 元 − 卖出费用 {fee} 元 − 成本 {cost} 元",
        "proceeds of {proceeds} − fees of {fee} − cost of {cost}",
    ),
    "income": bilingual("红利与利息合计 {value} 元", "dividends and interest of {value}"),
    "fees": bilingual("各笔交易费用合计 {fees} 元", "the fees of all trades, {fees}"),
    "twr": bilingual(
        "单位净值由 1 变为 {growth}（{days} 个交易日）", "one unit became {growth} over {days} trading days"
    ),
    "cagr": bilingual(
        "单位净值 {growth} 的 {exponent} 次方 − 1（252 ÷ {days} 天）",
        "{growth} to the power of {exponent} − 1 (252 ÷ {days} days)",
    ),
    "xirr": bilingual(
        "年利率为 {number} 时，全部转入、转出与期末市值 {market_value} 元的现值之和为 {present} 元",
        "at {number} a year, all flows and the final {market_value} are worth {present} today",
    ),
    "xirr_roots": bilingual(
        "试过 {tried} 个利率，现值变号 {roots} 次",
        "of {tried} rates tried, the present value changed sign {roots} times",
    ),
    "volatility": bilingual(
        "{days} 个日收益率的标准差 {deviation} × √252", "deviation {deviation} of {days} daily returns × √252"
    ),
    "sharpe": bilingual(
        "日均收益 {mean} ÷ 标准差 {deviation} × √252", "mean return {mean} ÷ deviation {deviation} × √252"
    ),
    "sortino": bilingual(
        "日均收益 {mean} × 252 ÷（下行偏差 {downside} × √252）",
        "mean return {mean} × 252 ÷ (downside {downside} × √252)",
    ),
    "calmar": bilingual(
        "时间加权收益率（年化）{cagr} ÷ 最大回撤 {max_drawdown} 的绝对值",
        "yearly growth {cagr} ÷ the size of the drawdown {max_drawdown}",
    ),
    "max_drawdown": bilingual(
        "单位净值从 {highest} 跌到 {lowest}：{lowest} ÷ {highest} − 1", "growth fell from {highest} to {lowest}"
    ),
    "peak_on": bilingual(
        "单位净值达到 {highest} 的那一天，此后跌幅最大", "the day growth stood at {highest}, before its deepest fall"
    ),
    "trough_on": bilingual("单位净值跌到 {lowest} 的那一天", "the day growth had fallen to {lowest}"),
    "var95": bilingual(
        "{days} 个日收益率由差到好排列，第 {place} 位在 {lower} 与 {upper} 之间",
        "of {days} daily returns from the worst, place {place} lies between {lower} and {upper}",
    ),
    "cvar95": bilingual(
        "最差 {worst} 天的日收益率之和 {summed} ÷ {worst}", "the worst {worst} days sum to {summed}, ÷ {worst}"
    ),
    "beta": bilingual(
        "偏差之积合计 {products} ÷ 平方和 {squares}", "sum of products {products} ÷ sum of squares {squares}"
    ),
    "alpha": bilingual("（1 + 平均超额日收益 {left}）^252 − 1", "(1 + mean left over {left})^252 − 1"),
    "turnover": bilingual(
        "（买入 {bought} 元 + 卖出 {sold} 元）÷ 2 ÷ 平均市值 {mean_value} 元 ÷ {years} 年",
        "({bought} bought + {sold} sold) ÷ 2 ÷ mean worth of {mean_value} ÷ {years} years",
    ),
    "cost_drag": bilingual(
        "费用 {fees} 元 ÷ 平均市值 {mean_value} 元 ÷ {years} 年",
        "fees of {fees} ÷ mean worth of {mean_value} ÷ {years} years",
    ),
    "holding_days": bilingual(
        "数量 × 天数合计 {share_days} ÷ 卖出数量 {quantity}", "quantity × days of {share_days} ÷ {quantity} sold"
    ),
    "win_rate": bilingual("{sales} 次卖出中 {won} 次盈利", "{won} of {sales} sales made a profit"),
    "closed_sales": bilingual("共 {sales} 次卖出", "{sales} sales"),
    "pgr": bilingual(
        "兑现盈利 {gains_taken} ÷（兑现 {gains_taken} + 未兑现 {gains_kept}）",
        "{gains_taken} gains taken ÷ ({gains_taken} taken + {gains_kept} kept)",
    ),
    "plr": bilingual(
        "兑现亏损 {losses_taken} ÷（兑现 {losses_taken} + 未兑现 {losses_kept}）",
        "{losses_taken} losses taken ÷ ({losses_taken} taken + {losses_kept} kept)",
    ),
    "hhi": bilingual(
        "各持仓权重的平方和，权重 = 金额 ÷ 持仓市值 {market_value} 元",
        "the squares of all weights, of {market_value} held",
    ),
    "holdings": bilingual("期末持有 {holdings} 只证券", "{holdings} securities are held"),
    "first_on": bilingual("最早一笔成交的日期", "the day of the first trade"),
    "days": bilingual("从首次交易起共 {days} 个交易日", "{days} trading days since the first trade"),
}
# One holding, as it appears in the sentence of the market value.
HOLDING = bilingual(
    "{name} {quantity}{unit} × {price} 元（{day} 收盘）", "{name} {quantity}{unit} × {price} (close of {day})"
)
MORE = bilingual(" + 其余 {n} 只", " + {n} more")
HOLDINGS_MOST = 3  # a sentence names no more of them
# The unit of a product's quantity; nothing for others. By SecurityKind.
UNITS = {
    "stock": bilingual(" 股", " shares"),
    "fund": bilingual(" 份", " units"),
    "private": bilingual(" 份", " units"),
    "asset_plan": bilingual(" 份", " units"),
    "bond": bilingual(" 张", " bonds"),
}

# How an input was computed from the rows listed below it.
INPUTS: dict[str, Bilingual] = {
    "money_in": bilingual("下表“转入”一列合计", "the column “Money in” summed"),
    "money_out": bilingual("下表“转出”一列合计", "the column “Money out” summed"),
    "market_value": bilingual("期末持仓的数量 × 收盘价之和", "quantity × closing price of what is held"),
    "profit": bilingual("持仓市值 + 转出 − 转入", "held + taken out − put in"),
    "proceeds": bilingual("下表“卖出所得”一列合计", "the column “Proceeds” summed"),
    "fee": bilingual("下表“费用”一列合计", "the column “Fees” summed"),
    "fees": bilingual("下表“费用”一列合计", "the column “Fees” summed"),
    "cost": bilingual("下表“成本”一列合计", "the column “Cost” summed"),
    "value": bilingual("下表“金额”一列合计", "the column “Value” summed"),
    "present": bilingual("下表“现值”一列合计，应为零", "the column “Present value” summed; it should be nothing"),
    "growth": bilingual("(1 + 日收益率) 逐日相乘", "(1 + day's return) multiplied day by day"),
    "mean": bilingual("日收益率的平均", "the mean of the daily returns"),
    "deviation": bilingual("日收益率的样本标准差（n − 1）", "the sample deviation of the daily returns (n − 1)"),
    "downside": bilingual("负收益平方和 ÷ 天数，再开方", "the root of (squares of losses ÷ days)"),
    "squares": bilingual("下表“平方”一列合计", "the column “Squared” summed"),
    "summed": bilingual("下表“日收益率”一列合计", "the column “Return” summed"),
    "products": bilingual("下表“偏差之积”一列合计", "the column “Product” summed"),
    "mean_value": bilingual("每日市值的平均", "the mean of the daily worth"),
    "years": bilingual("统计天数 ÷ 252", "days counted ÷ 252"),
    "bought": bilingual("买入各行金额合计", "the rows bought, summed"),
    "sold": bilingual("卖出各行金额合计", "the rows sold, summed"),
    "quantity": bilingual("下表“数量”一列合计", "the column “Quantity” summed"),
    "share_days": bilingual("每行 数量 × 持有天数，再合计", "quantity × days held of each row, summed"),
}
