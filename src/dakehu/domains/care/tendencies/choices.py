"""The tendencies, by their short names."""

from dakehu.foundation.schema.fields import Choices


class TendencyName(Choices):
    """A tendency that is measured."""

    DISPOSITION = "disposition", "先卖盈利、留住亏损", "Selling winners, keeping losers"
    OVERTRADING = "overtrading", "交易频繁", "Frequent trading"
    LOTTERY = "lottery", "偏好低价大涨股", "Taste for cheap, jumpy shares"
    CHASING = "chasing", "追涨", "Buying after rises"
    PANIC = "panic", "下跌后卖出较多", "Selling after falls"
    AVERAGING_DOWN = "averaging_down", "亏损加仓", "Adding at a loss"
    CONCENTRATION = "concentration", "持仓集中", "Concentrated holdings"
    LOSS_AVERSION = "loss_aversion", "亏损持有更久", "Holding losses longer"
    LEVERAGE = "leverage", "融资负债较高", "High margin debt"
    RECENCY = "recency", "净流入随上月行情", "Money follows last month's market"
