"""The permissions of ideas, trials and the service catalogue."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

MANAGER, LEAD, COMPLIANCE = RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE
ANALYST, ADMIN = RoleName.ANALYST, RoleName.ADMIN

IDEAS = Permission(
    "innovation.ideas", "提出、查看、支持创意", "File, see and support ideas", granted_to=tuple(RoleName)
)
IDEA_SPONSOR = Permission(
    "innovation.sponsor", "牵头并决定创意", "Sponsor and decide ideas", granted_to=(LEAD, COMPLIANCE, ADMIN)
)
TRIAL_READ = Permission("innovation.trials", "查看试点", "See trials", granted_to=(MANAGER, LEAD, COMPLIANCE, ANALYST))
TRIAL_WRITE = Permission("innovation.run_trials", "设计、开展试点", "Design and run trials", granted_to=(LEAD, ANALYST))
TRIAL_DECIDE = Permission(
    "innovation.decide_trials", "批准试点并决定结果", "Approve trials and decide on them", granted_to=(LEAD, COMPLIANCE)
)
# Fees, and older clients: required to approve a trial of them.
TRIAL_CARE = Permission(
    "innovation.sensitive_trials",
    "批准涉及费用或年长客户的试点",
    "Approve trials of fees or with older clients",
    granted_to=(COMPLIANCE,),
)
CATALOGUE_READ = Permission(
    "innovation.catalogue", "查看服务目录", "See the service catalogue", granted_to=tuple(RoleName)
)
CATALOGUE_WRITE = Permission(
    "innovation.edit_catalogue", "维护服务目录", "Keep the service catalogue", granted_to=(LEAD, ADMIN)
)
