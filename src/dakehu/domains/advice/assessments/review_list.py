"""Tests that wait for compliance, on the page of approvals."""

from dakehu.domains.advice.choices import AssessmentState
from dakehu.domains.advice.models import Assessment
from dakehu.domains.compliance.approvals.review_lists import ReviewList, declare
from dakehu.foundation.access.permissions import Permission


def count_waiting() -> int:
    """Return how many tests of visible clients wait."""
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
