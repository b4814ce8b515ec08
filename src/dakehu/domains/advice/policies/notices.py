"""Notifications about policies: reviews that are due."""

from typing import Any

from dakehu.domains.advice.policies.queries import policies_to_review
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

REVIEWS = "advice.policy_notices"


@query(REVIEWS, needs=Permission.POLICY_WRITE, zh="方案检视提醒", en="Notices of policy reviews")
def review_notices() -> list[dict[str, Any]]:
    """Return one notice for each visible policy whose review is due, at most twenty."""
    return [
        notice(
            f"{REVIEWS}:{row['id']}:{row['review_on']}",
            bilingual("{client}的投资方案应检视", "The policy of {client} is due for review", client=row["client"]),
            at=row["review_on"],
            url=f"/clients/{row['client_id']}/plan/",
            tone="warn",
            outside=bilingual("一份投资方案应检视", "A policy is due for review"),
        )
        for row in policies_to_review()
        if row["is_late"]
    ][:20]


declare(NoticeSource(REVIEWS, bilingual("方案检视", "Policy reviews"), "flag", order=45))
