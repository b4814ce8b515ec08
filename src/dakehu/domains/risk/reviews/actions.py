"""Actions on strategy reviews: plan one, write findings, sign off by a second person, return it."""

from datetime import date
from typing import Any

from dakehu.domains.risk.choices import ReviewBasis, ReviewState
from dakehu.domains.risk.models import StrategyReview
from dakehu.domains.risk.parameters import REASON, REVIEW, VERSION
from dakehu.domains.risk.reviews import rules, schedule
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.parameters import parameters_of

WRITTEN = parameters_of("risk.StrategyReview", "held_on", "findings", optional=("agreed", "next_due_on"))
OPEN = (ReviewState.DUE.value, ReviewState.WAITING.value, ReviewState.RETURNED.value)


def get_review(pk: int) -> StrategyReview:
    """Return a review of a visible client. Raises NotFound."""
    row: StrategyReview | None = StrategyReview.objects.filter(pk=pk).select_related("client", "author").first()
    if row is None:
        raise NotFound(bilingual("策略回顾", "strategy review"))
    return row


@action(
    "risk.plan_review",
    needs=Permission.REVIEW_WRITE,
    zh="安排策略回顾",
    en="Plan a strategy review",
    parameters=parameters_of("risk.StrategyReview", "client", "due_on"),
)
def plan_review(*, client: Any, due_on: date) -> StrategyReview:
    """Plan a review of a client. Raises Refused where one is open."""
    if StrategyReview.objects.filter(client=client, state__in=OPEN).exists():
        raise refusal("client", "这位客户已有未完成的策略回顾。", "This client has a review that is not done.")
    row = StrategyReview(client=client, due_on=due_on)
    row.save()
    return row


@action(
    "risk.write_review",
    needs=Permission.REVIEW_WRITE,
    zh="填写策略回顾",
    en="Write a strategy review",
    parameters=(REVIEW, VERSION, *WRITTEN),
)
def write_review(
    *,
    review: int,
    held_on: date,
    findings: str,
    version: int | None = None,
    agreed: str | None = None,
    next_due_on: date | None = None,
) -> StrategyReview:
    """Write the findings of a review and submit it for sign-off. The next date defaults to the client's interval."""
    row = get_review(review)
    check_version(row, version)
    if row.state == ReviewState.SIGNED:
        raise refusal("", "已签署的回顾不能修改。", "A review that is signed off is not changed.")
    error = rules.content_error(held_on, findings, next_due_on, clock.today())
    if error is not None:
        raise refusal(*error)
    row.held_on, row.findings, row.agreed = held_on, findings.strip(), agreed or ""
    row.next_due_on = next_due_on or rules.next_due(held_on, schedule.months_of(row.client_id, clock.today())[0])
    row.author, row.state, row.reason = team.current_user(), ReviewState.WAITING.value, ""
    row.save()
    return row


@action(
    "risk.sign_review",
    needs=Permission.REVIEW_SIGN,
    zh="签署策略回顾",
    en="Sign off a strategy review",
    parameters=(REVIEW,),
)
def sign_review(*, review: int) -> StrategyReview:
    """Sign off a review, and plan the next. Raises Refused for the person who wrote it."""
    row = _get_review_to_decide(review)
    row.state, row.signed_at, row.signed_by = ReviewState.SIGNED.value, clock.now(), team.current_user()
    row.save()
    if row.next_due_on is not None:
        StrategyReview(client_id=row.client_id, due_on=row.next_due_on, basis=ReviewBasis.LAST.value).save()
    return row


@action(
    "risk.return_review",
    needs=Permission.REVIEW_SIGN,
    zh="退回策略回顾",
    en="Return a strategy review",
    parameters=(REVIEW, REASON),
)
def return_review(*, review: int, reason: str) -> StrategyReview:
    """Return a review to its author with a reason."""
    row = _get_review_to_decide(review)
    row.state, row.reason = ReviewState.RETURNED.value, reason[:300]
    row.save()
    return row


def _get_review_to_decide(pk: int) -> StrategyReview:
    """Return a review that the actor may sign off or return. Raises NotFound, Refused."""
    row = get_review(pk)
    error = rules.sign_error(row.author_id, current_actor().user_id, str(row.state))
    if error is not None:
        raise refusal(*error)
    return row
