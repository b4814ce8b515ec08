"""Queries on the grades of products."""

from typing import Any

from dakehu.domains.advice.models import ProductGrade
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))


@query(
    "advice.product_grades",
    needs=Permission.SUITABILITY_CHECK,
    zh="产品风险评级",
    en="Product grades",
    parameters=(FILTERS, ORDER),
)
def product_grades(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the grades of products, the latest first."""
    return filter_rows(ProductGrade.objects.select_related("product", "graded_by"), filters or {}, order or "-id")
