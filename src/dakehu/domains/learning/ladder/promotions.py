"""Actions on promotions: a lead proposes with reasons, a second person decides. There is no automatic decision."""

from typing import Any

from dakehu.domains.compliance.approvals import requests as approvals
from dakehu.domains.compliance.approvals.rules import digest
from dakehu.domains.learning.choices import PromotionState
from dakehu.domains.learning.ladder import rules, store
from dakehu.domains.learning.ladder.actions import add_staff_level
from dakehu.domains.learning.models import Promotion
from dakehu.domains.learning.parameters import PROMOTION
from dakehu.domains.learning.visibility import sees_learner
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.parameters import parameters_of

SUBJECT = "learning.promotion"  # of approvals
FROZEN = ("kind", "label", "subject", "wanted", "figure", "note", "outcome", "outcome_text")


def content_digest(row: Promotion) -> str:
    """Return the digest of a proposal: person, level, reason, and the figures of that day."""
    return digest([row.user_id, row.level_id, row.reason, row.exception, row.facts])


@action(
    "learning.propose_promotion",
    needs=Permission.TRAINING_REVIEW,
    zh="提名晋升",
    en="Propose a promotion",
    parameters=parameters_of("learning.Promotion", "user", "reason", optional=("exception",)),
    offers_undo=False,
)
def propose_promotion(*, user: Any, reason: str, exception: str | None = None) -> Promotion:
    """Propose a member of the actor's team for the next level; the figures of today are frozen, a second person decides.

    Raises Refused for another team's, for oneself, without a next level, while a proposal waits, and if a condition is not
    met or not measurable and no reason for an exception is given.
    """
    if not sees_learner(current_actor(), user.pk):
        raise refusal("user", "只能提名本队人员。", "Members of your team only.")
    level, now = store.next_level(user.pk), store.level_of(user.pk)
    if level is None or now is None:
        raise refusal("user", "此人尚未登记职级，或已在最高职级。", "No level is entered, or it is the highest.")
    if Promotion.objects.filter(user=user, state=PromotionState.WAITING.value).exists():
        raise refusal("user", "已有待决定的提名。", "A proposal waits already.")
    found = store.condition_results(user.pk, level, clock.today())
    fault = rules.proposal_fault(current_actor().user_id, user.pk, [one["outcome"] for one in found], exception or "")
    if fault is not None:
        raise refusal(*fault)
    row = Promotion(user=user, level=level, from_level=now.name, reason=reason, exception=exception or "")
    row.facts = [{name: one[name] for name in FROZEN} for one in found]
    row.proposed_by, row.proposed_on = team.current_user(), clock.today()
    row.save()
    summary = bilingual("{user}：{a} → {b}", "{user}: {a} → {b}", user=user.name, a=now.name, b=level.name)
    authors = [one for one in (current_actor().user_id, user.pk) if one is not None]
    approvals.request_approval(SUBJECT, row.pk, summary, content_digest(row), authors)
    return row


@action(
    "learning.withdraw_promotion",
    needs=Permission.TRAINING_REVIEW,
    zh="撤回晋升提名",
    en="Withdraw a proposal of promotion",
    parameters=(PROMOTION,),
    offers_undo=False,
)
def withdraw_promotion(*, promotion_id: int) -> Promotion:
    """Withdraw one's own proposal that waits. Raises NotFound, Refused for another person's and once it was decided."""
    row = store.get_promotion(promotion_id)
    if row.proposed_by_id != current_actor().user_id or row.state != PromotionState.WAITING:
        raise refusal("promotion_id", "只能撤回本人待决定的提名。", "Only your own that waits.")
    approvals.void_approvals(SUBJECT, row.pk)
    row.state, row.decided_on = PromotionState.WITHDRAWN.value, clock.today()
    row.save()
    return row


def decide_promotion(promotion: int, is_approved: bool, note: str) -> None:
    """Apply the decision on a proposal: the person has the level from today, or keeps the current one."""
    row = store.get_promotion(promotion)
    row.state = (PromotionState.APPROVED if is_approved else PromotionState.REFUSED).value
    row.decided_on = clock.today()
    row.save()
    if is_approved:
        ground = bilingual("晋升提名 {n} 获批准", "Proposal {n} approved", n=row.pk)
        add_staff_level(row.user_id, row.level, clock.today(), str(ground))
