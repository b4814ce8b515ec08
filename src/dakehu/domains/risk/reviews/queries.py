"""Queries of strategy reviews."""

from typing import Any

from dakehu.domains.risk.models import StrategyReview
from dakehu.domains.risk.parameters import CLIENT, FILTERS, ORDER
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.registry import query


@query(
    "risk.strategy_reviews",
    needs=Permission.RISK_READ,
    zh="策略回顾列表",
    en="Strategy reviews",
    parameters=(FILTERS, ORDER),
)
def strategy_reviews(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the strategy reviews of visible clients, in order of due date."""
    return filter_rows(StrategyReview.objects.all(), filters or {}, order or "due_on")


@query(
    "risk.reviews_of_client",
    needs=Permission.RISK_READ,
    zh="某客户的策略回顾",
    en="Reviews of one client",
    parameters=CLIENT,
)
def reviews_of_client(*, client: Any) -> Any:
    """Return the strategy reviews of a client, the latest first."""
    return StrategyReview.objects.filter(client=client).order_by("-due_on", "-pk")
