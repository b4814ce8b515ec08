"""Models of advice, one subject per file."""

from dakehu.domains.advice.models.assessment import Assessment, QuestionnaireLink
from dakehu.domains.advice.models.call_back import CallBack
from dakehu.domains.advice.models.contract import AdvisoryContract
from dakehu.domains.advice.models.investor_class import ClassApplication
from dakehu.domains.advice.models.plans import InvestmentGoal, InvestmentPolicy, ModelPortfolio, ProductAssetClass
from dakehu.domains.advice.models.product_grade import ProductGrade
from dakehu.domains.advice.models.questionnaire_version import QuestionnaireVersion
from dakehu.domains.advice.models.records import Advice, AdviceOutcome, AdviceStep
from dakehu.domains.advice.models.suitability import SuitabilityCheck, SuitabilityDuty

__all__ = [
    "Advice",
    "AdviceOutcome",
    "AdviceStep",
    "AdvisoryContract",
    "Assessment",
    "CallBack",
    "ClassApplication",
    "InvestmentGoal",
    "InvestmentPolicy",
    "ModelPortfolio",
    "ProductAssetClass",
    "ProductGrade",
    "QuestionnaireLink",
    "QuestionnaireVersion",
    "SuitabilityCheck",
    "SuitabilityDuty",
]
