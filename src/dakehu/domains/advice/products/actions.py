"""Grade products: the risk level with its floor and its reasons."""

from typing import Any

from dakehu.domains.advice.models import ProductGrade
from dakehu.domains.advice.suitability import desk, desk_rules
from dakehu.domains.advice.suitability.rules import rank
from dakehu.domains.ledger.products import grading
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.schema.parameters import parameters_of


@action(
    "advice.grade_product",
    needs=Permission.PRODUCT_GRADE,
    zh="评定产品风险等级",
    en="Grade a product",
    parameters=(parameters_of("advice.ProductGrade", "product", "risk_level", "reason", optional=("floor_risk",)),),
)
def grade_product(*, product: Any, risk_level: str, reason: str, floor_risk: str | None = None) -> ProductGrade:
    """Grade a product. The floor stated before stays unless another is given. Raises Refused for a level below it."""
    floor = floor_risk or desk.floor_of(product.pk)
    fault = desk_rules.grade_fault(risk_level, floor)
    if fault is not None:
        raise refusal(*fault, floor=floor)
    row = ProductGrade(product=product, risk_level=risk_level, floor_risk=floor, reason=reason)
    row.graded_on, row.graded_by = clock.today(), team.current_user()
    row.save()
    grading.set_risk_level(product=product, level=rank(risk_level))
    return row
