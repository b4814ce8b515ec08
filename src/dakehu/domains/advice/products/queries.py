"""Queries on the grades of products."""

from typing import Any

from dakehu.domains.advice.models import ProductGrade
from dakehu.domains.advice.parameters import FILTERS, ORDER
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.registry import query


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
