"""Queries of goals and investment policies."""

from datetime import timedelta
from typing import Any

from dakehu.domains.advice.models import InvestmentGoal, InvestmentPolicy
from dakehu.domains.advice.policies import rules
from dakehu.domains.advice.policies.actions import get_goal, get_policy
from dakehu.domains.advice.policies.choices import GoalState, PolicyState
from dakehu.domains.advice.policies.parameters import FILTERS, GOAL, ORDER, POLICY
from dakehu.domains.advice.policies.store import find_policy
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_row, render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.parameters import parameters_of

CLIENT = parameters_of("advice.InvestmentGoal", "client")


@query(
    "advice.goals", needs=Permission.POLICY_READ, zh="投资目标列表", en="Investment goals", parameters=(FILTERS, ORDER)
)
def goals(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the visible goals, the earliest due first by default."""
    return filter_rows(InvestmentGoal.objects.all(), filters or {}, order or "due_on")


@query("advice.goal", needs=Permission.POLICY_READ, zh="投资目标", en="An investment goal", parameters=(GOAL,))
def goal_detail(*, goal: int) -> InvestmentGoal:
    """Return one goal."""
    return get_goal(goal)


@query(
    "advice.client_goals", needs=Permission.POLICY_READ, zh="客户的投资目标", en="Goals of a client", parameters=CLIENT
)
def client_goals(*, client: Any) -> Any:
    """Return the goals of a client, the most important first."""
    return InvestmentGoal.objects.filter(client=client).order_by("priority", "due_on", "pk")


@query(
    "advice.policies",
    needs=Permission.POLICY_READ,
    zh="投资方案列表",
    en="Investment policies",
    parameters=(FILTERS, ORDER),
)
def policies(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the visible policies of every edition, the earliest review first by default."""
    return filter_rows(InvestmentPolicy.objects.all(), filters or {}, order or "review_on")


@query("advice.policy", needs=Permission.POLICY_READ, zh="投资方案", en="An investment policy", parameters=(POLICY,))
def policy_detail(*, policy: int) -> InvestmentPolicy:
    """Return one edition of a policy."""
    return get_policy(policy)


@query(
    "advice.client_policies",
    needs=Permission.POLICY_READ,
    zh="客户的投资方案",
    en="Policies of a client",
    parameters=CLIENT,
)
def client_policies(*, client: Any) -> Any:
    """Return the policies of a client, the newest edition first."""
    return InvestmentPolicy.objects.filter(client=client).order_by("-edition")


@query("advice.goal_progress", needs=Permission.POLICY_READ, zh="目标进度", en="Progress of goals", parameters=CLIENT)
def goal_progress(*, client: Any) -> list[dict[str, Any]]:
    """Return the progress of a client's open goals, by arithmetic without a forecast.

    [{id, row_version, name, purpose, priority, due_on, amount, saved, monthly, months, share, needed_return, needed_monthly, is_late}];
    for readers not cleared for personal values, sums are masked and values that would reveal them are None.
    """
    is_cleared = current_actor().clearance >= PERSONAL
    rows = list(client_goals(client=client).filter(state=GoalState.OPEN.value))
    today = clock.today()
    found = []
    for row, shown in zip(rows, render_rows(rows, shown=True), strict=True):
        one = rules.progress(float(row.saved), float(row.monthly), float(row.amount), row.due_on, today)
        found.append(
            {
                **shown,
                "id": row.pk,
                "row_version": row.row_version,
                "months": one.months,
                "share": one.share if is_cleared else None,
                "needed_return": one.needed_return if is_cleared else None,
                "needed_monthly": round(one.needed_monthly, 2) if is_cleared else None,
                "is_late": row.due_on < today,
            }
        )
    return found


@query(
    "advice.client_policy", needs=Permission.POLICY_READ, zh="生效的投资方案", en="Policy in force", parameters=CLIENT
)
def client_policy(*, client: Any) -> dict[str, Any]:
    """Return the policy in force and the draft of a client: {in_force, draft, review_due}, each as shown values with id, or None."""
    draft = InvestmentPolicy.objects.filter(client=client, state=PolicyState.DRAFT.value).first()
    row = find_policy(client)
    return {
        "in_force": _render_policy(row),
        "draft": _render_policy(draft),
        "review_due": row is not None and row.review_on <= clock.today(),
    }


def _render_policy(row: InvestmentPolicy | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {**render_row(row, shown=True), "id": row.pk, "row_version": row.row_version, "title": str(row)}


@query("advice.policies_to_review", needs=Permission.POLICY_READ, zh="待检视的投资方案", en="Policies to be reviewed")
def policies_to_review() -> list[dict[str, Any]]:
    """Return the visible policies in force whose review is due within 30 days or past, at most 200: [{id, client, client_id, review_on,
    is_late}]."""
    today = clock.today()
    rows = InvestmentPolicy.objects.filter(state=PolicyState.IN_FORCE.value, review_on__lte=today + timedelta(days=30))
    some = list(rows.select_related("client").order_by("review_on", "pk")[:200])
    shown = render_rows(some, ("client", "review_on", "risk_level"), shown=True)
    return [
        {**text, "id": row.pk, "client_id": row.client_id, "is_late": row.review_on <= today}
        for row, text in zip(some, shown, strict=True)
    ]
