"""Models of advice, one subject per file."""

from dakehu.domains.advice.models.assessment import Assessment, QuestionnaireLink
from dakehu.domains.advice.models.call_back import CallBack
from dakehu.domains.advice.models.investor_class import ClassApplication
from dakehu.domains.advice.models.product_grade import ProductGrade
from dakehu.domains.advice.models.suitability import SuitabilityCheck, SuitabilityDuty

__all__ = [
    "Assessment",
    "CallBack",
    "ClassApplication",
    "ProductGrade",
    "QuestionnaireLink",
    "SuitabilityCheck",
    "SuitabilityDuty",
]
