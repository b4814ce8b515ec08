"""Texts that wait for a person, on the approvals page."""

from dakehu.domains.compliance.approvals.review_lists import ReviewList, declare
from dakehu.domains.compliance.choices import ReviewState
from dakehu.domains.compliance.models import TextReview
from dakehu.foundation.access.permissions import Permission


def count_waiting() -> int:
    """Return how many texts wait."""
    return int(TextReview.objects.filter(state=ReviewState.WAITING.value).count())


declare(
    ReviewList(
        "compliance.texts",
        "待复核文本",
        "Texts to review",
        permission=Permission.WORDING_REVIEW,
        url="/compliance/wording/#reviews",
        count=count_waiting,
    )
)
