"""The permissions of appraisal: each person reads their own, a lead those of the team, few read all."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

LEAD, COMPLIANCE, ADMIN = RoleName.LEAD, RoleName.COMPLIANCE, RoleName.ADMIN

APPRAISAL_OWN = Permission(
    "appraisal.own", "查看本人考核、表扬同事", "See one's own appraisal, praise colleagues", granted_to=tuple(RoleName)
)
APPRAISAL_TEAM = Permission("appraisal.team", "考核本团队人员", "Review the team's appraisals", granted_to=(LEAD,))
# Holders read every appraisal and decide on objections and adjustments, never on their own.
APPRAISAL_ALL = Permission(
    "appraisal.all", "查看全部考核并裁定", "See and decide all appraisals", granted_to=(COMPLIANCE, ADMIN)
)
APPRAISAL_KEEP = Permission("appraisal.keep", "维护考核方案与考核期", "Keep schemes and periods", granted_to=(ADMIN,))
APPRAISAL_APPROVE = Permission(
    "appraisal.approve", "复核考核方案与重开", "Approve schemes and reopening", granted_to=(COMPLIANCE, ADMIN)
)
CONDUCT_RECORD = Permission("appraisal.conduct", "登记违规与警示", "Record violations", granted_to=(COMPLIANCE,))
BONUS_KEEP = Permission("appraisal.bonus", "维护奖金池", "Keep bonus pools", granted_to=(ADMIN,))
BONUS_DECIDE = Permission(
    "appraisal.bonus_decide", "决定递延奖金", "Decide on deferred bonuses", granted_to=(COMPLIANCE, ADMIN)
)
