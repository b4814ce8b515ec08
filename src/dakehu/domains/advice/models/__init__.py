"""Tables of advice."""

from dakehu.domains.advice.models.plans import InvestmentGoal, InvestmentPolicy, ModelPortfolio, ProductAssetClass
from dakehu.domains.advice.models.records import Advice, AdviceOutcome, AdviceStep

__all__ = [
    "Advice",
    "AdviceOutcome",
    "AdviceStep",
    "InvestmentGoal",
    "InvestmentPolicy",
    "ModelPortfolio",
    "ProductAssetClass",
]
