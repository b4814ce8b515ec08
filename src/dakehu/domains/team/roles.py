"""The five roles: description, permissions, reach and clearance."""

from dataclasses import dataclass
from typing import Any

from dakehu.foundation.access.actor import Reach
from dakehu.foundation.access.permissions import Permission, granted_to
from dakehu.foundation.access.sensitivity import PUBLIC, SECRET, Sensitivity
from dakehu.foundation.schema.fields import Choices


class RoleName(Choices):
    """Name of a role."""

    MANAGER = "manager", "客户经理", "Relationship manager", ("投顾", "交易员", "RM", "advisor", "trader")
    LEAD = "lead", "团队负责人", "Team lead", ("团队长", "主管")
    COMPLIANCE = "compliance", "合规专员", "Compliance officer", ("合规", "合规风控")
    ANALYST = "analyst", "分析师", "Analyst", ("数据分析",)
    ADMIN = "admin", "管理员", "Administrator", ("系统管理员",)


@dataclass(frozen=True)
class Role:
    """A role. `reach` is the set of clients that it sees; COVERED means own clients, and with `leads` the team's."""

    name: RoleName
    zh: str
    en: str
    reach: Reach
    clearance: Sensitivity
    leads: bool = False

    @property
    def permissions(self) -> frozenset[str]:
        """The codes of what the role may do, as the domains grant it."""
        return granted_to(self.name.value)


ROLES: dict[str, Role] = {
    role.name.value: role
    for role in (
        Role(
            RoleName.MANAGER,
            "服务自己名下（主办客户经理或协办）的客户：登记服务记录、制定计划、导入导出自己的客户表。",
            "Serves the clients they cover: logs service, plans contacts, imports and exports their own table.",
            Reach.COVERED,
            SECRET,
        ),
        Role(
            RoleName.LEAD,
            "带团队：看到并处理全队客户，分派客户，查看本队操作日志；信息隔离墙内的客户除外。",
            "Leads a team: sees and works on all its clients, assigns them, reads the team's audit; walled clients excepted.",
            Reach.COVERED,
            SECRET,
            leads=True,
        ),
        Role(
            RoleName.COMPLIANCE,
            "合规监督：查看全部客户与操作日志（含隔离墙内），处理投诉，设置隔离墙；不代做业务。",
            "Watches over conduct: sees every client and the audit (across walls), handles complaints, sets walls; does no business.",
            Reach.ACROSS_WALLS,
            SECRET,
        ),
        Role(
            RoleName.ANALYST,
            "数据分析：查看全部客户的脱敏数据与投资记录，导出脱敏表格。",
            "Analyses: sees all clients with personal values masked, and exports masked tables.",
            Reach.ALL,
            PUBLIC,
        ),
        Role(
            RoleName.ADMIN,
            "系统管理：维护人员、团队与交易日历，分派客户，查看操作日志；只看到脱敏的客户资料。",
            "Runs the desk: staff, teams, trading calendar, assignment, audit; sees clients masked only.",
            Reach.ALL,
            PUBLIC,
        ),
    )
}


def serves_clients(user: Any) -> bool:
    """Return whether a user may be assigned to clients: an active account whose role plans contacts."""
    return bool(user.is_active) and Permission.PLAN_WRITE in ROLES[str(user.role)].permissions
