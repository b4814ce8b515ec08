"""Models of risk, one subject per file."""

from dakehu.domains.risk.models.breach import Breach, RiskFigures, Standing
from dakehu.domains.risk.models.limit import ClientLimit, HouseLimit
from dakehu.domains.risk.models.line import Line, LineEvent
from dakehu.domains.risk.models.margin import MarginTerms
from dakehu.domains.risk.models.review import StrategyReview
from dakehu.domains.risk.models.scenario import StressScenario
from dakehu.domains.risk.models.security import SecurityProfile

__all__ = [
    "Breach",
    "ClientLimit",
    "HouseLimit",
    "Line",
    "LineEvent",
    "MarginTerms",
    "RiskFigures",
    "SecurityProfile",
    "Standing",
    "StrategyReview",
    "StressScenario",
]
