"""All permissions. An action or query names the one it needs; a role is a set of them."""

from enum import StrEnum


class Permission(StrEnum):
    """A permission, by its stored code."""

    CLIENT_READ = "client.read"
    CLIENT_WRITE = "client.write"
    CLIENT_ASSIGN = "client.assign"
    CLIENT_WALL = "client.wall"
    SEALED_OPEN = "sealed.open"
    SERVICE_READ = "service.read"
    INTERACTION_LOG = "service.log"
    PLAN_WRITE = "service.plan"
    REQUEST_WRITE = "service.request"
    LEDGER_READ = "ledger.read"
    LEDGER_WRITE = "ledger.write"
    IMPORT = "data.import"
    EXPORT = "data.export"
    AUDIT_READ = "audit.read"
    TEAM_READ = "team.read"
    TEAM_WRITE = "team.write"
    ROLE_CONFIRM = "team.confirm"
    SYSTEM_READ = "system.read"
    SYSTEM_WRITE = "system.write"
