"""Changes of roles as a kind of approval: declared here, because staff is a layer below compliance."""

from dakehu.domains.compliance.approvals.kinds import ApprovalKind, declare
from dakehu.domains.compliance.approvals.rules import digest
from dakehu.domains.team import role_changes
from dakehu.foundation.access.permissions import Permission

declare(
    ApprovalKind(
        role_changes.SUBJECT,
        "角色变更",
        "Change of role",
        model="team.RoleChange",
        permission=Permission.ROLE_CONFIRM,
        open_url="/staff/",
        digest_of=lambda change: digest(role_changes.content_of(change)),
        on_decision=role_changes.decide_change,
        seen_by=Permission.ROLE_CONFIRM,
        waiting=role_changes.waiting_subjects,
    )
)
