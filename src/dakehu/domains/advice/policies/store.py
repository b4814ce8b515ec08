"""The policy in force of a client, as input of drift and matching."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from dakehu.domains.advice.drift.rules import Band
from dakehu.domains.advice.model_portfolios.rules import CLASSES
from dakehu.domains.advice.models import InvestmentPolicy
from dakehu.domains.advice.policies import rules
from dakehu.domains.advice.policies.choices import PolicyState
from dakehu.domains.ledger.products.registry import known_products


@dataclass(frozen=True)
class Policy:
    """A policy in force; ranges as shares by asset class, `excluded` as product ids."""

    pk: int
    edition: int
    risk_level: str
    horizon: str
    review_on: date
    signed_on: date | None
    least: dict[str, float]
    most: dict[str, float]
    excluded: frozenset[int]

    def bands_within(self, model: dict[str, Band]) -> dict[str, Band]:
        """Return the targets of a model within the ranges of this policy."""
        return rules.bands_within(model, self.least, self.most)


def find_policy(client: Any) -> InvestmentPolicy | None:
    """Return the row of the policy in force, None without one."""
    rows = InvestmentPolicy.objects.filter(client=client, state=PolicyState.IN_FORCE.value)
    found: InvestmentPolicy | None = rows.order_by("-edition").first()
    return found


def policy_of(client: Any) -> Policy | None:
    """Return the policy in force of a client, None without one."""
    row = find_policy(client)
    if row is None:
        return None
    keys, _ = rules.excluded_keys(row.excluded)
    return Policy(
        row.pk,
        row.edition,
        str(row.risk_level),
        str(row.horizon),
        row.review_on,
        row.signed_on,
        {name: float(getattr(row, f"{name}_least")) / 100 for name in CLASSES},
        {name: float(getattr(row, f"{name}_most")) / 100 for name in CLASSES},
        frozenset(known_products(keys).values()),
    )
