"""Aggregate client figures over a group, a branch or a team.

Sums only, over the visible clients: rates cannot be aggregated from the rates of members.
"""

from typing import Any

from django.db.models import Count, Max, Sum

from dakehu.domains.clients.groups.groups import visible_members
from dakehu.domains.ledger.models import Figures
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.gates.output import plain_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

SUMS = ("market_value", "net_inflow", "profit", "fees")
GROUP = Parameter("group", kind="integer", spec=FieldSpec("群组", "Group", aliases=("群组编号",)))
CLIENT = parameters_of("clients.Member", "client")


def _totals() -> dict[str, Any]:
    """Return the aggregates of a roll-up."""
    return {"clients": Count("pk"), "as_of": Max("as_of"), **{f"sum_{name}": Sum(name) for name in SUMS}}


def _rendered(row: dict[str, Any]) -> dict[str, Any]:
    """Return sums as plain values; money is None for readers not cleared for personal values."""
    cleared = current_actor().clearance >= PERSONAL
    sums = {name: plain_of(row[f"sum_{name}"]) if cleared else None for name in SUMS}
    return {"clients": row["clients"], "as_of": plain_of(row["as_of"]), **sums}


@query(
    "ledger.by_group",
    needs=Permission.LEDGER_READ,
    zh="群组的指标合计",
    en="Figures by group",
    parameters=(CLIENT, GROUP),
)
def group_figures(*, client: Any, group: int) -> dict[str, Any]:
    """Return sums over the visible members of a client's group, as of the last close.

    Returns {clients (members with figures), as_of, market_value, net_inflow, profit, fees} in CNY; None without figures
    or clearance.
    """
    members = visible_members(group).values("client_id")
    return _rendered(Figures.objects.filter(client_id__in=members).aggregate(**_totals()))


@query("ledger.by_branch", needs=Permission.LEDGER_READ, zh="各营业部的指标合计", en="Figures by branch")
def branch_figures() -> list[dict[str, Any]]:
    """Return sums over the visible clients of each branch, most clients first.

    As of the last close: [{branch (id, None for clients without one), name, clients, as_of, market_value, net_inflow,
    profit, fees}].
    """
    return _grouped("client__branch", "branch", Figures.objects.all())


@query("ledger.by_team", needs=Permission.LEDGER_READ, zh="各团队的指标合计", en="Figures by team")
def team_figures() -> list[dict[str, Any]]:
    """Return the same sums for each team, over the clients its members serve as main manager.

    [{team, name, clients, as_of, market_value, net_inflow, profit, fees}].
    """
    served = Figures.objects.filter(client__coverage__role="main", client__coverage__until=None)
    return _grouped("client__coverage__user__team", "team", served)


def _grouped(path: str, key_name: str, rows: Any) -> list[dict[str, Any]]:
    """Return the roll-up of figures grouped by a relation."""
    keys = (f"{path}_id", f"{path}__name")
    totals = rows.order_by().values(*keys).annotate(**_totals()).order_by("-clients", keys[0])
    return [{key_name: row[keys[0]], "name": row[keys[1]], **_rendered(row)} for row in totals]
