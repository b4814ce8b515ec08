"""Queries of the workload: each person's hours, and the effect of moving clients."""

from collections.abc import Mapping
from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.domains.clients.bulk_edit.duties import open_duties
from dakehu.domains.compliance.complaints.store import open_cases as open_complaints
from dakehu.domains.service.hand_over.moves import receiver_fault
from dakehu.domains.service.workload import loads, rules
from dakehu.domains.service.workload.rules import Load
from dakehu.domains.team import queries as team
from dakehu.domains.team.roles import serves_clients
from dakehu.foundation.access.actor import Reach, current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter

TO = Parameter(
    "to",
    kind="json",
    required=False,
    spec=FieldSpec("移交", "Moves", help_zh='{"客户编号": 人员编号}', help_en='{"client id": user id}'),
)
MOST = 500  # most clients moved together


def people() -> list[Any]:
    """Return the active colleagues who serve clients and whom the actor assigns to: the team, or all."""
    actor = current_actor()
    rows = team.users().filter(is_active=True)
    if actor.reach is Reach.COVERED:
        rows = rows.filter(pk__in=actor.covers)
    return [row for row in rows if serves_clients(row)]


def read_moves(to: Any) -> dict[int, int]:
    """Return {client: user} of raw input. Raises Refused for invalid input, and for too many."""
    given = to if isinstance(to, Mapping) else {}
    if (to not in (None, "", {}) and not given) or not all(
        str(k).isdigit() and str(v).isdigit() for k, v in given.items()
    ):
        raise refusal("to", '应写成 {{"客户编号": 人员编号}}。', 'Write {{"client id": user id}}.')
    if len(given) > MOST:
        raise refusal("to", "一次最多 {n} 位客户。", "At most {n} clients at once.", n=MOST)
    return {int(client): int(user) for client, user in given.items()}


@query("service.workload", needs=Permission.CLIENT_ASSIGN, zh="团队工作量", en="Workload of the team", parameters=(TO,))
def workload(*, to: Any = None) -> dict[str, Any]:
    """Return the hours of each colleague in the next 30 days, and with `to` what they would be after a move of clients.

    Hours are those promised by the tiers of the clients, and of open tasks. {people: [{user, name, clients,
    client_hours, task_hours, hours, available, share, is_over, after: {clients, hours, share, is_over} or None}],
    moves: [{client, name, code, hours, from, to: {id, name}}], errors: [sentence], basis: [sentence]}. Over the visible
    clients.
    """
    colleagues = {row.pk: row for row in people()}
    now = loads.loads_of(colleagues)
    moves = read_moves(to)
    after = rules.loads_after_move(now, moves) if moves else {}
    return {
        "people": [_person(colleagues[user], load, after.get(user)) for user, load in _in_order(now)],
        "moves": _moves(moves, now, colleagues),
        "errors": [str(text) for text in faults(moves, now, colleagues)],
        "basis": [str(text) for text in _basis(bool(loads.hours_by_tier()))],
    }


def _in_order(found: Mapping[int, Load]) -> list[tuple[int, Load]]:
    """Return loads, ordered by remaining hours, least first."""
    return sorted(found.items(), key=lambda one: (one[1].free, one[0]))


def _person(user: Any, load: Load, after: Load | None) -> dict[str, Any]:
    """Return one person's hours."""
    return {
        "user": user.pk,
        "name": user.name,
        "client_hours": round(sum(load.clients.values()), 1),
        "task_hours": round(load.task_hours, 1),
        **_totals(load),
        "after": _totals(after) if after is not None else None,
    }


def _totals(load: Load) -> dict[str, Any]:
    """Return the totals of a load."""
    return {
        "clients": len(load.clients),
        "hours": round(load.hours, 1),
        "available": round(load.available, 1),
        "share": round(load.hours / load.available, 4) if load.available > 0 else None,
        "is_over": load.hours > load.available,
    }


def faults(moves: Mapping[int, int], now: Mapping[int, Load], colleagues: Mapping[int, Any]) -> list[Any]:
    """Return why clients cannot be moved like this, in sentences."""
    where = {client: user for user, load in now.items() for client in load.clients}
    found: dict[str, Any] = {}
    unknown = [client for client in moves if client not in where]
    if unknown:
        text = bilingual(
            "{n} 位客户不由这些同事主办，或您看不到。",
            "{n} clients are not served by these colleagues, or hidden.",
            n=len(unknown),
        )
        found[str(text)] = text
    for client, user in moves.items():
        if client not in where:
            continue
        if user not in colleagues:
            fault: Any = bilingual("接收人不在您的团队。", "The receiver is not on your team.")
        elif user == where[client]:
            fault = None
        else:
            fault = receiver_fault(colleagues[user], colleagues[where[client]])
        if fault is not None:
            found[str(fault)] = fault
    return list(found.values())


def _moves(moves: Mapping[int, int], now: Mapping[int, Load], colleagues: Mapping[int, Any]) -> list[dict[str, Any]]:
    """Return the moves with names, the largest first."""
    where = {client: user for user, load in now.items() for client in load.clients}
    rows = clients.get_client_by_id(moves)
    clearance = current_actor().clearance
    made = [
        {
            "client": client,
            "name": name_of(rows[client], clearance),
            "code": rows[client].code,
            "hours": round(now[where[client]].clients[client], 1),
            "from": {"id": where[client], "name": colleagues[where[client]].name},
            "to": {"id": user, "name": colleagues[user].name},
        }
        for client, user in moves.items()
        if client in where and client in rows and user in colleagues
    ]
    return sorted(made, key=lambda one: (-one["hours"], one["code"]))


@query("service.rebalancing", needs=Permission.CLIENT_ASSIGN, zh="调整建议", en="A proposal that relieves")
def rebalancing() -> dict[str, Any]:
    """Return a proposal of moves that relieves overloaded people: {to: {client id: user id}}; complaints stay."""
    now = loads.loads_of(row.pk for row in people())
    open_cases = open_complaints()
    fixed = frozenset(open_cases.values_list("client_id", flat=True))
    return {"to": {str(client): user for client, user in rules.proposal(now, fixed).items()}}


def _basis(has_scheme: bool) -> list[Any]:
    """Return how the hours are computed, as text."""
    said = [
        bilingual(
            "客户工时按现行分级方案的服务标准折算到一个月；任务按未来 {n} 天到期的预计用时，没有估计的按 {m} 分钟。",
            "Hours of clients: a month of the service standard of the tier scheme in force. Tasks: estimates of what is due in "
            "the next {n} days, {m} minutes where there is none.",
            n=loads.HORIZON,
            m=loads.USUAL_MINUTES,
        ),
        bilingual(
            "可用工时按未来 {n} 天的工作日，扣除登记的休假和方案的预留比例。",
            "Hours available: the working days of the next {n} days less recorded absences and the scheme's reserve.",
            n=loads.HORIZON,
        ),
    ]
    if not has_scheme:
        said.insert(
            0,
            bilingual(
                "没有启用的分级方案，客户工时暂按 0 计。", "No tier scheme is in force: clients count as 0 hours."
            ),
        )
    return said


@query(
    "service.clients_of_colleague",
    needs=Permission.CLIENT_ASSIGN,
    zh="同事的主办客户",
    en="Main clients of a colleague",
    parameters=(Parameter("user", "team.User", spec=FieldSpec("同事", "Colleague")),),
)
def clients_of_colleague(*, user: Any) -> list[dict[str, Any]]:
    """Return the visible main clients of a colleague with the hours of each: [{id, code, name, segment, tier, hours}]."""
    served = [duty.client_id for duty in open_duties(user) if duty.role == "main"]
    rows = clients.get_client_by_id(served)
    codes = dict(
        model_of("tiers.ClientTier").objects.filter(client_id__among=list(rows)).values_list("client_id", "code")
    )
    hours, clearance = loads.hours_by_tier(), current_actor().clearance
    made = [
        {
            "id": row.pk,
            "code": row.code,
            "name": name_of(row, clearance),
            "segment": row.segment,
            "tier": codes.get(row.pk, ""),
            "hours": round(hours.get(codes.get(row.pk, ""), 0.0), 1),
        }
        for row in rows.values()
    ]
    return sorted(made, key=lambda one: (-one["hours"], one["code"]))
