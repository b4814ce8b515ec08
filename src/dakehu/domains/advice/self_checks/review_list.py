"""Self-checks of suitability that wait for a signature, on the page of approvals."""

from dakehu.domains.advice.models import SelfCheck
from dakehu.domains.advice.self_checks.choices import SelfCheckState
from dakehu.domains.compliance.approvals.review_lists import ReviewList, declare
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission


def count_waiting() -> int:
    """Return how many reports, written by others, wait."""
    rows = SelfCheck.objects.filter(state=SelfCheckState.WAITING.value)
    return int(rows.exclude(author=current_actor().user_id).count())


declare(
    ReviewList(
        "advice.self_checks",
        "待签署的适当性自查",
        "Suitability self-checks to sign",
        permission=Permission.SUITABILITY_SELF_CHECK_SIGN,
        url="/suitability/self-checks/",
        count=count_waiting,
    )
)
