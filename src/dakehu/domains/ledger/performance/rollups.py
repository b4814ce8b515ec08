"""The figures of many clients put together: a household or group, a branch, a team. Sums only, of the clients in sight:
rates of a whole do not follow from rates of its parts."""

from typing import Any

from django.db.models import Count, Max, Sum

from dakehu.domains.clients.groups.groups import visible_members
from dakehu.domains.ledger.models import Figures
from dakehu.domains.team.permissions import Permission
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.gates.output import plain_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

SUMS = ("market_value", "net_inflow", "profit", "fees")
GROUP = Parameter("group", kind="integer", spec=FieldSpec("群组", "Group", aliases=("群组编号",)))
CLIENT = parameters_of("clients.Member", "client")


def _totals() -> dict[str, Any]:
    return {"clients": Count("pk"), "as_of": Max("as_of"), **{f"sum_{name}": Sum(name) for name in SUMS}}


def _rendered(row: dict[str, Any]) -> dict[str, Any]:
    """Sums as plain values; money is None for readers who are not cleared for personal values."""
    cleared = current_actor().clearance >= PERSONAL
    made = {name: plain_of(row[f"sum_{name}"]) if cleared else None for name in SUMS}
    return {"clients": row["clients"], "as_of": plain_of(row["as_of"]), **made}


@query(
    "ledger.of_group",
    needs=Permission.LEDGER_READ,
    zh="群组的指标合计",
    en="Figures of a group",
    parameters=(CLIENT, GROUP),
)
def group_figures(*, client: Any, group: int) -> dict[str, Any]:
    """Sums over the members in sight of a group to which the client belongs, as of the last close: {clients (members with
    figures), as_of, market_value, net_inflow, profit, fees} in CNY; None where there is none, or not cleared."""
    members = visible_members(group).values("client_id")
    return _rendered(Figures.objects.filter(client_id__in=members).aggregate(**_totals()))


@query("ledger.by_branch", needs=Permission.LEDGER_READ, zh="各营业部的指标合计", en="Figures by branch")
def branch_figures() -> list[dict[str, Any]]:
    """Sums over the clients in sight of each branch, as of the last close: [{branch (number, None for clients of none),
    name, clients, as_of, market_value, net_inflow, profit, fees}], the largest number of clients first."""
    return _by("client__branch", "branch", Figures.objects.all())


@query("ledger.by_team", needs=Permission.LEDGER_READ, zh="各团队的指标合计", en="Figures by team")
def team_figures() -> list[dict[str, Any]]:
    """The same for each team, whose clients are those its members serve as main: [{team, name, …}]."""
    served = Figures.objects.filter(client__coverage__role="main", client__coverage__until=None)
    return _by("client__coverage__user__team", "team", served)


def _by(path: str, called: str, rows: Any) -> list[dict[str, Any]]:
    keys = (f"{path}_id", f"{path}__name")
    found = rows.order_by().values(*keys).annotate(**_totals()).order_by("-clients", keys[0])
    return [{called: row[keys[0]], "name": row[keys[1]], **_rendered(row)} for row in found]
