"""Actions on advice: draft it, submit it, withdraw it, and record the client's decision. Registered advisers only."""

from datetime import date
from typing import Any

from dakehu.domains.advice.models import Advice
from dakehu.domains.advice.policies.parameters import ADVICE, REASON, VERSION
from dakehu.domains.advice.policies.store import find_policy
from dakehu.domains.advice.records import checks, rules
from dakehu.domains.advice.records.choices import AdviceKind, AdviceState, ClientDecision
from dakehu.domains.advice.records.steps import reach
from dakehu.domains.compliance.approvals.requests import request_approval, void_approvals
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import publish_event
from dakehu.foundation.schema.parameters import Fields, parameters_of

SUBJECT = "advice.advice"  # of approvals
OPEN = (AdviceState.DRAFT, AdviceState.WAITING, AdviceState.APPROVED)


def get_advice(pk: int) -> Advice:
    """Return a visible piece of advice. Raises NotFound."""
    row: Advice | None = Advice.objects.select_related("client", "product", "adviser").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("投资建议", "advice"))
    return row


def get_own_advice(pk: int) -> Advice:
    """Return undelivered advice of the actor, or of a user they lead. Raises NotFound, Refused."""
    row, actor = get_advice(pk), current_actor()
    if not (row.adviser_id == actor.user_id or row.adviser_id in actor.covers):
        raise refusal(
            "advice", "只有该投资顾问及其主管可以办理。", "Only its adviser and the adviser’s lead may do this."
        )
    if row.state not in OPEN:
        raise refusal(
            "advice", "已送达或已撤回的建议不能再修改。", "Advice that was delivered or withdrawn stays as it is."
        )
    return row


@action(
    "advice.draft_advice",
    needs=Permission.ADVICE_WRITE,
    registration=checks.ADVISER,
    zh="起草投资建议",
    en="Draft advice",
    parameters=(Fields("advice.Advice", required=("client", "kind", "subject", "basis", "text"), new=True),),
)
def draft_advice(*, client: Any, **values: Any) -> Advice:
    """Draft advice to a client as its adviser. Nothing is sent before it is checked, approved and delivered."""
    row = Advice(client=client, adviser=team.current_user(), edited_by=[current_actor().user_id])
    _set(row, values)
    reach(row, AdviceState.DRAFT)
    return row


@action(
    "advice.change_advice",
    needs=Permission.ADVICE_WRITE,
    registration=checks.ADVISER,
    zh="修改投资建议",
    en="Change advice",
    parameters=(ADVICE, VERSION, Fields("advice.Advice", without=("client",))),
)
def change_advice(*, advice: int, version: int | None = None, **values: Any) -> Advice:
    """Change undelivered advice: it becomes a draft again, and its approval is void."""
    row = get_own_advice(advice)
    check_version(row, version)
    void_approvals(SUBJECT, row.pk)
    me = current_actor().user_id
    if me not in row.edited_by:
        row.edited_by = [*row.edited_by, me]
    _set(row, values)
    row.checks, row.disclosure, row.letter, row.submitted_at = {}, "", "", None
    if row.state == AdviceState.DRAFT:
        row.save()
    else:
        reach(row, AdviceState.DRAFT)
    return row


def _set(row: Advice, values: dict[str, Any]) -> None:
    """Set the given values and the policy in force. Raises Refused for a product where none is allowed."""
    for name, value in values.items():
        if value is not None or name == "product":
            setattr(row, name, value)
    row.policy = find_policy(row.client)
    for field, zh, en in rules.kind_errors(str(row.kind), row.product_id is not None):
        raise refusal(field, zh, en)


@action(
    "advice.submit_advice",
    needs=Permission.ADVICE_WRITE,
    registration=checks.ADVISER,
    zh="核对并提交审批",
    en="Check and submit advice",
    parameters=(ADVICE, VERSION),
)
def submit_advice(*, advice: int, version: int | None = None) -> Advice:
    """Check suitability, wording and conflicts of a draft, store the findings, and request approval by a second person.

    Raises Refused with every reason against it; a refusal of suitability cannot be overridden.
    """
    row = get_own_advice(advice)
    check_version(row, version)
    if row.state != AdviceState.DRAFT:
        raise refusal("advice", "这份建议已提交。", "It is submitted already.")
    checks.write_letter(row)
    row.checks = checks.check(row)
    checks.save_suitability_check(row)
    row.submitted_at = clock.now()
    reach(row, AdviceState.WAITING)
    summary = AdviceKind(row.kind).label
    request_approval(SUBJECT, row.pk, summary, checks.content_digest(row), [*row.edited_by, row.adviser_id])
    publish_event("advice.submitted", advice=row.pk)
    return row


def decide_advice(pk: int, is_approved: bool, note: str) -> None:
    """Apply the second person's decision. Called inside the action that decides."""
    row = get_advice(pk)
    if is_approved:
        checks.check(row)  # rules or client may have changed since
    else:
        row.letter = ""
    reach(row, AdviceState.APPROVED if is_approved else AdviceState.DRAFT, note)


@action(
    "advice.withdraw_advice",
    needs=Permission.ADVICE_WRITE,
    zh="撤回投资建议",
    en="Withdraw advice",
    parameters=(ADVICE, REASON),
)
def withdraw_advice(*, advice: int, reason: str) -> Advice:
    """Withdraw undelivered advice, with the reason; it stays on record."""
    row = get_own_advice(advice)
    void_approvals(SUBJECT, row.pk)
    reach(row, AdviceState.WITHDRAWN, reason)
    return row


@action(
    "advice.record_decision",
    needs=Permission.ADVICE_WRITE,
    zh="登记客户决定",
    en="Record the client's decision",
    parameters=(ADVICE, VERSION, parameters_of("advice.Advice", "decision", "decided_on", optional=("decision_note",))),
)
def record_decision(
    *, advice: int, decision: str, decided_on: date, decision_note: str | None = None, version: int | None = None
) -> Advice:
    """Record the client's decision on delivered advice."""
    row = get_advice(advice)
    check_version(row, version)
    if row.state not in (AdviceState.DELIVERED, AdviceState.DECIDED) or row.delivered_at is None:
        raise refusal("advice", "送达之后才能登记客户决定。", "A client decides on what was delivered.")
    error = rules.decision_error(decided_on, clock.local(row.delivered_at).date(), clock.today())
    if error is not None:
        raise refusal(*error)
    row.decision, row.decided_on, row.decision_note = decision, decided_on, decision_note or ""
    reach(row, AdviceState.DECIDED, str(ClientDecision.text_of(row.decision)))
    return row
