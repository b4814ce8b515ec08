"""Queries of advice: the list, one with its steps and outcomes, and the text as the client reads it."""

from typing import Any

from dakehu.domains.advice.models import Advice, AdviceOutcome, AdviceStep
from dakehu.domains.advice.policies.parameters import ADVICE, FILTERS, ORDER
from dakehu.domains.advice.records import checks, rules
from dakehu.domains.advice.records.actions import OPEN, SUBJECT, get_advice
from dakehu.domains.advice.records.choices import AdviceState
from dakehu.domains.advice.records.outcomes import REASONS
from dakehu.domains.compliance.approvals.requests import find_approval
from dakehu.domains.compliance.registrations.holders import has_registration
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_row, render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.parameters import parameters_of

CLIENT = parameters_of("advice.Advice", "client")


@query("advice.advice_list", needs=Permission.POLICY_READ, zh="投资建议列表", en="Advice", parameters=(FILTERS, ORDER))
def advice_list(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the visible pieces of advice, the newest first."""
    rows = filter_rows(Advice.objects.select_related("client", "product", "adviser"), filters or {}, order or "")
    return rows if order else rows.order_by("-pk")


@query("advice.advice", needs=Permission.POLICY_READ, zh="投资建议", en="A piece of advice", parameters=(ADVICE,))
def advice_detail(*, advice: int) -> Advice:
    """Return one piece of advice."""
    return get_advice(advice)


@query(
    "advice.client_advice",
    needs=Permission.POLICY_READ,
    zh="客户的投资建议",
    en="Advice to a client",
    parameters=CLIENT,
)
def client_advice(*, client: Any) -> Any:
    """Return the advice to a client, the newest first."""
    return Advice.objects.filter(client=client).select_related("product", "adviser").order_by("-pk")


@query(
    "advice.client_outcomes",
    needs=Permission.POLICY_READ,
    zh="客户的建议结果",
    en="Outcomes of a client",
    parameters=CLIENT,
)
def client_outcomes(*, client: Any) -> Any:
    """Return the outcomes for a client's holdings after advice, the newest first."""
    return AdviceOutcome.objects.filter(client=client).order_by("-due_on", "-pk")


@query("advice.advice_page", needs=Permission.POLICY_READ, zh="投资建议页面", en="Page of advice", parameters=(ADVICE,))
def advice_page(*, advice: int) -> dict[str, Any]:
    """Return a piece of advice with its full history.

    {advice, shown, client_id, policy, letter: the full text or None, checks, steps: [{…, versions}], outcomes: [{…, why}], approval, can: {change,
    submit, decide, deliver, withdraw, record}}. The texts and the letter are for readers cleared for personal values.
    """
    row = get_advice(advice)
    is_cleared = current_actor().clearance >= PERSONAL
    approval = find_approval(SUBJECT, row.pk)
    steps = list(AdviceStep.objects.filter(advice=row).select_related("by").order_by("pk"))
    outcomes = list(AdviceOutcome.objects.filter(advice=row).order_by("months"))
    return {
        "advice": render_row(row),
        "shown": render_row(row, shown=True),
        "client_id": row.client_id,
        "policy": str(row.policy) if row.policy_id else "",
        "letter": checks.letter_of(row) if is_cleared else None,
        "checks": row.checks if is_cleared else {},
        "steps": [
            {**shown, "state_code": str(step.state), "versions": step.versions}
            for step, shown in zip(steps, render_rows(steps, shown=True), strict=True)
        ],
        "outcomes": [
            {
                "months": one.months,
                "due_on": one.due_on.isoformat(),
                "measured_on": one.measured_on.isoformat() if one.measured_on else None,
                "growth": one.growth,
                "index_growth": one.index_growth,
                "drawdown": one.drawdown,
                "gap_before": one.gap_before,
                "gap_after": one.gap_after,
                "why": str(REASONS[one.why]) if one.why in REASONS else "",
            }
            for one in outcomes
        ],
        "approval": {**render_row(approval, shown=True), "id": approval.pk, "state_code": str(approval.state)}
        if approval
        else None,
        "can": _can(row, approval),
        "version": rules.VERSION,
    }


def _can(row: Advice, approval: Any) -> dict[str, bool]:
    """Return the actor's possible actions on a piece of advice now."""
    actor = current_actor()
    writes = actor.may(Permission.ADVICE_WRITE)
    advises = writes and has_registration(actor.user_id, checks.ADVISER)
    is_own = row.adviser_id == actor.user_id or row.adviser_id in actor.covers
    is_open = row.state in OPEN
    waits = approval is not None and row.state == AdviceState.WAITING
    return {
        "change": advises and is_own and is_open,
        "submit": advises and is_own and row.state == AdviceState.DRAFT,
        "decide": waits and actor.may(Permission.ADVICE_APPROVE) and actor.user_id not in approval.author_ids,
        "deliver": advises and row.adviser_id == actor.user_id and row.state == AdviceState.APPROVED,
        "withdraw": writes and is_own and is_open,
        "record": writes and row.state in (AdviceState.DELIVERED, AdviceState.DECIDED),
        "advise": advises,
    }
