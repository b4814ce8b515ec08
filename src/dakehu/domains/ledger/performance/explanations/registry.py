"""Registry of published figures and the functions that explain them. Pure."""

from collections.abc import Callable

from dakehu.domains.ledger.performance.explanations import daily_returns, recent
from dakehu.domains.ledger.performance.explanations import money as money_explanations
from dakehu.domains.ledger.performance.explanations import trades as trade_explanations
from dakehu.domains.ledger.performance.explanations.money import Case, Explanation

# By field name of the figures table, which holds label and formula.
EXPLANATIONS: dict[str, Callable[[Case], Explanation]] = {
    "market_value": money_explanations.market_value,
    "net_inflow": money_explanations.net_inflow,
    "profit": money_explanations.profit,
    "realised": money_explanations.realised,
    "income": trade_explanations.income,
    "fees": money_explanations.fees,
    "day_profit": recent.day_profit,
    "month_inflow": recent.month_inflow,
    "roi": money_explanations.roi,
    "twr": money_explanations.twr,
    "xirr": money_explanations.xirr,
    "xirr_roots": trade_explanations.roots,
    "cagr": daily_returns.cagr,
    "volatility": money_explanations.volatility,
    "sharpe": money_explanations.sharpe,
    "sortino": daily_returns.sortino,
    "calmar": daily_returns.calmar,
    "max_drawdown": daily_returns.max_drawdown,
    "peak_on": daily_returns.peak_date,
    "trough_on": daily_returns.trough_date,
    "var95": daily_returns.var95,
    "cvar95": daily_returns.cvar95,
    "beta": daily_returns.beta,
    "alpha": daily_returns.alpha,
    "turnover": money_explanations.turnover,
    "cost_drag": money_explanations.cost_drag,
    "holding_days": trade_explanations.holding_days,
    "win_rate": money_explanations.win_rate,
    "closed_sales": trade_explanations.closed_sales,
    "pgr": trade_explanations.pgr,
    "plr": trade_explanations.plr,
    "hhi": money_explanations.hhi,
    "holdings": trade_explanations.open_positions,
    "first_on": trade_explanations.first_trade_date,
    "days": daily_returns.count_days,
}
AGAINST_INDEX = ("beta", "alpha")  # figures whose explanation names the index
