"""What of advice a second person approves."""

from dakehu.domains.advice.records import actions, checks
from dakehu.domains.compliance.approvals.kinds import ApprovalKind, declare
from dakehu.foundation.access.permissions import Permission

declare(
    ApprovalKind(
        actions.SUBJECT,
        "投资建议",
        "Advice",
        model="advice.Advice",
        permission=Permission.ADVICE_APPROVE,
        open_url="/advice/{id}/",
        digest_of=lambda advice: checks.content_digest(actions.get_advice(advice)),
        on_decision=actions.decide_advice,
    )
)
