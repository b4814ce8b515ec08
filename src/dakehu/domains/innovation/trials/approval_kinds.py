"""The approval kind of trials: the design, before the draw."""

from dakehu.domains.compliance.approvals.kinds import ApprovalKind, declare
from dakehu.domains.innovation.trials.actions import decide_design
from dakehu.domains.innovation.trials.store import SUBJECT, design_digest
from dakehu.foundation.access.permissions import Permission

declare(
    ApprovalKind(
        SUBJECT,
        "试点设计",
        "Design of a trial",
        model="innovation.Trial",
        permission=Permission.TRIAL_DECIDE,
        open_url="/trials/{id}/",
        digest_of=design_digest,
        on_decision=decide_design,
    )
)
