"""Historical falls by company size, entered with their source. Pure.

[V]: computed from daily closes, each cell is that index's own peak to trough within the window. The closes of the CSI
300 agree between three public copies; those of the CSI 500, CSI 1000 and the Shanghai composite are from a single
copy.
"""

from dataclasses import dataclass

from dakehu.foundation.base.i18n import Bilingual, bilingual

BOND_FALL, CASH_FALL = -0.02, 0.0  # [D] house default of the historical scenarios
SOURCE = bilingual(
    "沪深300、中证500、中证1000 日收盘价，窗口内各指数自身的高点至低点 [V]",
    "Daily closes of CSI 300, 500 and 1000; own peak to trough of each index inside the window [V]",
)
INDICES = ("csi300", "csi500", "csi1000")
INDEX_CODES = {"csi300": "000300.SH", "csi500": "000905.SH", "csi1000": "000852.SH"}


@dataclass(frozen=True)
class Scenario:
    """A fall of each size index and of bonds, as fractions. `days`: trading days of the CSI 300 from peak to trough."""

    code: str
    name: Bilingual
    window: str
    csi300: float
    csi500: float
    csi1000: float
    bond: float = BOND_FALL
    source: Bilingual = SOURCE
    is_own: bool = False


def _historical_scenario(
    code: str, zh: str, en: str, window: str, csi300: float, csi500: float, csi1000: float
) -> Scenario:
    return Scenario(code, bilingual(zh, en), window, csi300, csi500, csi1000)


HISTORICAL = (
    _historical_scenario(
        "2007", "2007–08 熊市", "Bear market 2007–08", "2007-10-16 – 2008-11-04", -0.723, -0.724, -0.725
    ),
    _historical_scenario(
        "2015-first", "2015 首段下跌", "2015, first leg", "2015-06-08 – 2015-07-08", -0.316, -0.428, -0.459
    ),
    _historical_scenario(
        "2015", "2015 股灾全程", "2015, whole fall", "2015-06-08 – 2015-08-26", -0.435, -0.506, -0.531
    ),
    _historical_scenario(
        "2016", "2016 熔断", "Circuit breaker 2016", "2015-12-22 – 2016-01-28", -0.264, -0.329, -0.343
    ),
    _historical_scenario(
        "2016-first", "2016 熔断前四日", "2016, first four sessions", "2015-12-31 – 2016-01-07", -0.117, -0.152, -0.166
    ),
    _historical_scenario("2018", "2018 下跌", "2018", "2018-01-24 – 2019-01-03", -0.325, -0.377, -0.423),
    _historical_scenario(
        "2020-02", "2020-02 疫情开市", "Reopening of February 2020", "2020-01-13 – 2020-02-03", -0.123, -0.121, -0.127
    ),
    _historical_scenario(
        "2020-03", "2020-03 海外疫情", "March 2020", "2020-03-05 – 2020-03-23", -0.161, -0.152, -0.157
    ),
    _historical_scenario("2021", "2021–24 下跌", "2021–24", "2021-02-10 – 2024-02-02", -0.453, -0.417, -0.467),
    _historical_scenario("2022", "2022 年初下跌", "Spring of 2022", "2022-01-04 – 2022-04-26", -0.231, -0.288, -0.340),
    _historical_scenario(
        "2024-02", "2024-02 微盘股下跌", "Small caps, early 2024", "2023-12-29 – 2024-02-02", -0.073, -0.178, -0.271
    ),
    _historical_scenario(
        "2024-10", "2024-10 回调", "Pull-back of October 2024", "2024-10-08 – 2024-10-17", -0.110, -0.120, -0.127
    ),
    _historical_scenario(
        "2025-04", "2025-04 关税冲击", "Tariffs of April 2025", "2025-03-19 – 2025-04-07", -0.105, -0.138, -0.169
    ),
    _historical_scenario("2026", "2026 夏季下跌", "Summer of 2026", "2026-06-22 – 2026-07-17", -0.105, -0.191, -0.229),
)
