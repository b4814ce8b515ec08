"""The permissions of prospects, the pool and opportunities."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

MANAGER, LEAD, COMPLIANCE, ANALYST = RoleName.MANAGER, RoleName.LEAD, RoleName.COMPLIANCE, RoleName.ANALYST

GROWTH_READ = Permission(
    "growth.read", "查看线索与商机", "See prospects and opportunities", granted_to=(MANAGER, LEAD, COMPLIANCE, ANALYST)
)
PROSPECT_WRITE = Permission("growth.prospects", "新增、跟进线索", "Work on prospects", granted_to=(MANAGER, LEAD))
POOL_CLAIM = Permission("growth.claim", "领取、退回公海线索", "Claim and return prospects", granted_to=(MANAGER, LEAD))
POOL_RULES = Permission("growth.pool_rules", "设置公海规则", "Set the rules of pools", granted_to=(LEAD,))
OPPORTUNITY_WRITE = Permission("growth.opportunities", "维护商机", "Work on opportunities", granted_to=(MANAGER, LEAD))
PIPELINE_RULES = Permission(
    "growth.pipeline_rules", "设置销售流程与目标", "Set pipelines and goals", granted_to=(LEAD,)
)
CAMPAIGN_WRITE = Permission(
    "growth.campaigns", "编写、发送营销活动", "Write and send campaigns", granted_to=(MANAGER, LEAD)
)
CAMPAIGN_APPROVE = Permission(
    "growth.campaign_approve", "审批营销活动", "Approve campaigns", granted_to=(LEAD, COMPLIANCE)
)
