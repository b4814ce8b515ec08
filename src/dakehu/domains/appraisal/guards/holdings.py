"""The books of people as of the last close: market value, turnover, cost, tier of each client."""

from decimal import Decimal
from typing import Any

from dakehu.domains.appraisal.guards.rules import Holding
from dakehu.domains.appraisal.measures.clients import book
from dakehu.domains.appraisal.measures.registry import Span
from dakehu.foundation.schema.fields import model_of


def holdings(span: Span) -> list[Holding]:
    """Return the clients of the books at the end of a span with the figures of the last close."""
    managers = book(span)
    model: Any = model_of("tiers.ClientTier")
    tiers = dict(model.objects.values_list("client_id", "code"))
    figures = model_of("ledger.Figures").objects.filter(market_value__gt=0)
    rows = figures.order_by("client_id").values_list("client_id", "market_value", "turnover", "cost_drag")
    return [
        Holding(managers[client], str(tiers.get(client) or ""), Decimal(value), turnover, cost)
        for client, value, turnover, cost in rows
        if client in managers
    ]
