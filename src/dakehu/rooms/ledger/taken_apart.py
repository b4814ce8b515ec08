"""Every published figure and the arithmetic that takes it apart. Pure."""

from collections.abc import Callable

from dakehu.rooms.ledger import arithmetic, arithmetic_days, arithmetic_deals
from dakehu.rooms.ledger.arithmetic import Case, Explained

# By the name of the field in the table of figures, whose label and formula in words stand there.
EXPLAINED: dict[str, Callable[[Case], Explained]] = {
    "market_value": arithmetic.market_value, "net_inflow": arithmetic.net_inflow, "profit": arithmetic.profit,
    "realised": arithmetic.realised, "income": arithmetic_deals.income, "fees": arithmetic.fees,
    "roi": arithmetic.roi, "twr": arithmetic.twr, "xirr": arithmetic.xirr, "xirr_roots": arithmetic_deals.roots,
    "cagr": arithmetic_days.cagr, "volatility": arithmetic.volatility, "sharpe": arithmetic.sharpe,
    "sortino": arithmetic_days.sortino, "calmar": arithmetic_days.calmar,
    "max_drawdown": arithmetic_days.max_drawdown, "peak_on": arithmetic_days.peak_on,
    "trough_on": arithmetic_days.trough_on, "var95": arithmetic_days.var95, "cvar95": arithmetic_days.cvar95,
    "beta": arithmetic_days.beta, "alpha": arithmetic_days.alpha, "turnover": arithmetic.turnover,
    "cost_drag": arithmetic.cost_drag, "holding_days": arithmetic_deals.holding_days, "win_rate": arithmetic.win_rate,
    "closed_sales": arithmetic_deals.closed_sales, "pgr": arithmetic_deals.pgr, "plr": arithmetic_deals.plr,
    "hhi": arithmetic.hhi, "holdings": arithmetic_deals.held, "first_on": arithmetic_deals.first_on,
    "days": arithmetic_days.counted,
}  # fmt: skip
AGAINST_INDEX = ("beta", "alpha")  # whose explanation names the index
