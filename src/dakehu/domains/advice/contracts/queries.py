"""Queries of contracts of advice, with the last day on which the client may cancel."""

from typing import Any

from dakehu.domains.advice.contracts import rules
from dakehu.domains.advice.contracts.actions import last_day_to_cancel
from dakehu.domains.advice.contracts.choices import ContractState
from dakehu.domains.advice.models import AdvisoryContract
from dakehu.domains.advice.parameters import CLIENT, FILTERS, ORDER
from dakehu.domains.compliance.rule_sets.registry import find_rule
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.registry import query

SHOWN = ("number", "signed_on", "ends_on", "state", "ended_on", "end_reference", "fee_terms")


@query(
    "advice.contracts",
    needs=Permission.POLICY_READ,
    zh="投顾协议",
    en="Advisory contracts",
    parameters=(FILTERS, ORDER),
)
def contracts(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the visible contracts of advice, the latest signed first."""
    return filter_rows(AdvisoryContract.objects.all(), filters or {}, order or "-signed_on")


@query(
    "advice.client_contracts",
    needs=Permission.POLICY_READ,
    zh="客户的投顾协议",
    en="Advisory contracts of a client",
    parameters=(CLIENT,),
)
def client_contracts(*, client: Any) -> Any:
    """Return the contracts of a client, the latest signed first."""
    return AdvisoryContract.objects.filter(client=client).order_by("-signed_on", "-pk")


@query(
    "advice.contract_terms",
    needs=Permission.POLICY_READ,
    zh="投顾协议与解除期",
    en="Contracts with the time to cancel",
    parameters=(CLIENT,),
)
def contract_terms(*, client: Any) -> dict[str, Any]:
    """Return the contracts of a client with the period in which each may be cancelled.

    {rule, source, certainty, contracts: [{id, row_version, number, …, in_force, cancel_until, may_cancel, tone}]}.
    """
    today = clock.today()
    rows = list(client_contracts(client=client)[:20])
    rule = find_rule(rules.RULE, today)
    return {
        "rule": str(rule.text) if rule else "",
        "source": str(rule.source) if rule else "",
        "certainty": str(rule.certainty) if rule else "",
        "contracts": [
            {**text, **_terms(row, today), "id": row.pk, "row_version": row.row_version}
            for row, text in zip(rows, render_rows(rows, SHOWN, shown=True), strict=True)
        ],
    }


def _terms(row: AdvisoryContract, today: Any) -> dict[str, Any]:
    """Return until when a contract may be cancelled; days are looked up only for contracts in force."""
    if row.state != ContractState.IN_FORCE:
        return {"in_force": False, "cancel_until": "", "may_cancel": False}
    last = last_day_to_cancel(row)
    return {"in_force": True, "cancel_until": last.isoformat(), "may_cancel": today <= last}
