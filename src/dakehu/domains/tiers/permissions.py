"""The permissions of tiers and service standards."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

LEAD, COMPLIANCE, ADMIN = RoleName.LEAD, RoleName.COMPLIANCE, RoleName.ADMIN

TIERS_READ = Permission("tiers.read", "查看客户分级", "See tiers", granted_to=tuple(RoleName))
TIERS_EDIT = Permission("tiers.edit", "维护分级方案", "Keep tier schemes", granted_to=(LEAD, ADMIN))
# Counts by a movable bound disclose amounts: only roles that see unmasked amounts have it.
TIERS_WHAT_IF = Permission("tiers.what_if", "试算分级方案", "Try tier schemes", granted_to=(LEAD, COMPLIANCE))
TIERS_OVERRIDE = Permission("tiers.override", "人工定级", "Set a tier by hand", granted_to=(LEAD,))
