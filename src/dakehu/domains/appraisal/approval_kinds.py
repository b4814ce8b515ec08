"""Approval kinds of appraisal: schemes, the reopening of a closed period, bonus pools."""

from dakehu.domains.appraisal.bonuses import actions as bonuses
from dakehu.domains.appraisal.periods import actions as periods
from dakehu.domains.appraisal.schemes import actions as schemes
from dakehu.domains.appraisal.schemes.store import content_digest
from dakehu.domains.compliance.approvals.kinds import ApprovalKind, declare
from dakehu.foundation.access.permissions import Permission

declare(
    ApprovalKind(
        schemes.SUBJECT,
        "考核方案",
        "Appraisal scheme",
        model="appraisal.Scheme",
        permission=Permission.APPRAISAL_APPROVE,
        open_url="/appraisal/schemes/{id}/",
        digest_of=content_digest,
        on_decision=schemes.decide_scheme,
    ),
    ApprovalKind(
        periods.SUBJECT,
        "重开考核期",
        "Reopening of a period",
        model="appraisal.Period",
        permission=Permission.APPRAISAL_APPROVE,
        open_url="/appraisal/periods/{id}/",
        digest_of=periods.reopening_digest,
        on_decision=periods.decide_reopening,
    ),
    ApprovalKind(
        bonuses.SUBJECT,
        "奖金池",
        "Bonus pool",
        model="appraisal.BonusPool",
        permission=Permission.BONUS_DECIDE,
        open_url="/appraisal/bonuses/{id}/",
        digest_of=bonuses.pool_digest,
        on_decision=bonuses.decide_pool,
    ),
)
