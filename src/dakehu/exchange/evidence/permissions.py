"""The permission of evidence: a pack shows everything about a client to its recipient."""

from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.permissions import Permission

EVIDENCE_CREATE = Permission(
    "evidence.create", "制作证据包", "Make evidence packs", granted_to=(RoleName.LEAD, RoleName.COMPLIANCE)
)
