"""Strategy reviews waiting for sign-off, on the page of approvals."""

from dakehu.domains.compliance.approvals.review_lists import ReviewList, declare
from dakehu.domains.risk.choices import ReviewState
from dakehu.domains.risk.models import StrategyReview
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission


def count_waiting() -> int:
    """Return how many reviews of visible clients, written by others, wait."""
    rows = StrategyReview.objects.filter(state=ReviewState.WAITING.value)
    return int(rows.exclude(author=current_actor().user_id).count())


declare(
    ReviewList(
        "risk.reviews",
        "待签署的策略回顾",
        "Strategy reviews to sign off",
        permission=Permission.REVIEW_SIGN,
        url="/risk/reviews/",
        count=count_waiting,
    )
)
