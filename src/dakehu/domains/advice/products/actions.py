"""Grade products: the risk level with its floor and its reasons."""

from dakehu.domains.advice.models import ProductGrade
from dakehu.domains.advice.suitability import desk, desk_rules
from dakehu.domains.advice.suitability.rules import rank
from dakehu.domains.ledger.products import grading
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

PRODUCT = Parameter("product", spec=FieldSpec("产品", "Product", help_zh="证券代码或产品名称", help_en="Code or name"))


@action(
    "advice.grade_product",
    needs=Permission.PRODUCT_GRADE,
    zh="评定产品风险等级",
    en="Grade a product",
    parameters=(PRODUCT, parameters_of("advice.ProductGrade", "risk_level", "reason", optional=("floor_risk",))),
)
def grade_product(*, product: str, risk_level: str, reason: str, floor_risk: str | None = None) -> ProductGrade:
    """Grade a product. The earlier floor is kept unless another is given. Raises Refused for a level below it."""
    graded = desk.get_product(product)
    floor = floor_risk or desk.floor_of(graded.pk)
    fault = desk_rules.grade_fault(risk_level, floor)
    if fault is not None:
        raise refusal(*fault, floor=floor)
    row = ProductGrade(product=graded, risk_level=risk_level, floor_risk=floor, reason=reason)
    row.graded_on, row.graded_by = clock.today(), team.current_user()
    row.save()
    grading.set_risk_level(product=graded, level=rank(risk_level))
    return row
