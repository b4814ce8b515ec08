"""Tests awaiting compliance, on the page of approvals."""

from dakehu.domains.advice.choices import AssessmentState
from dakehu.domains.advice.models import Assessment
from dakehu.domains.compliance.approvals.review_lists import ReviewList, declare
from dakehu.foundation.access.permissions import Permission


def count_waiting() -> int:
    """Return the number of waiting tests of visible clients."""
    return int(Assessment.objects.filter(state=AssessmentState.WAITING.value).count())


declare(
    ReviewList(
        "advice.assessments",
        "待复核测评",
        "Assessments to review",
        permission=Permission.SUITABILITY_REVIEW,
        url="/suitability/",
        count=count_waiting,
    )
)
