"""A hand-over before it takes effect: the receiver of each client, and each person's hours before and after."""

from collections.abc import Iterable
from typing import Any

from dakehu.domains.clients import actions as clients
from dakehu.domains.clients.bulk_edit.actions import chosen_clients
from dakehu.domains.service import rules as service_rules
from dakehu.domains.service.hand_over.moves import Move, counts_of, moves_of, receiver_fault
from dakehu.domains.service.workload import loads
from dakehu.domains.service.workload import rules as load_rules
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

GIVER = Parameter("user", "team.User", spec=FieldSpec("移交人", "From"))
RECEIVER = Parameter("receiver", "team.User", required=False, spec=FieldSpec("接收人", "Receiver"))
CLIENTS = Parameter(
    "clients",
    kind="json",
    required=False,
    spec=FieldSpec("客户号", "Client codes", help_zh="留空为全部主办客户", help_en="Empty: all"),
)
SPLIT = Parameter(
    "split",
    kind="json",
    required=False,
    spec=FieldSpec(
        "拆分",
        "Split",
        help_zh='{"segments": {"类别": 人员编号}, "clients": {"客户编号": 人员编号}}',
        help_en='{"segments": {"segment": user id}, "clients": {"client id": user id}}',
    ),
)
NAMED = 10


def check_giver(user: Any) -> None:
    """Raise Refused if the actor may not hand over a colleague's clients."""
    clients.check_team(user)
    if user.pk == current_actor().user_id:
        raise refusal("user", "请由他人为您办理交接。", "Somebody else hands over for you.")


def evaluate(user: Any, receiver: Any, split: Any, chosen: Any = None) -> tuple[list[Move], list[Bilingual]]:
    """Return the moves of the chosen main clients (default all) with their receivers, and errors as sentences."""
    wanted = None if chosen in (None, "", []) else [row.pk for row in chosen_clients(chosen, None)]
    moves = [move for move in moves_of(user, wanted).values() if move.is_main]
    people = {row.pk: row for row in team.users()}
    plan = service_rules.read_split(split)
    default = receiver.pk if receiver is not None else None
    errors: dict[str, Bilingual] = {}
    for move in moves:
        named = service_rules.receiver_of(move.client.pk, str(move.client.segment), plan, default)
        move.receiver = people.get(named) if named else None
        fault = receiver_fault(move.receiver, user) if move.receiver is not None else None
        if fault is not None:
            errors[str(fault)] = fault
    if wanted and len(moves) < len(wanted):
        text = bilingual(
            "{n} 位客户不由移交人主办。",
            "{n} clients are not served by the giving colleague.",
            n=len(wanted) - len(moves),
        )
        errors[str(text)] = text
    orphans = sorted(move.client.code for move in moves if move.receiver is None)
    if orphans:
        text = bilingual(
            "{n} 位客户还没有接收人：{codes}{more}。",
            "{n} clients have no receiver yet: {codes}{more}.",
            n=len(orphans),
            codes=", ".join(orphans[:NAMED]),
            more=" …" if len(orphans) > NAMED else "",
        )
        errors[str(text)] = text
    return moves, list(errors.values())


@query(
    "service.hand_over_preview",
    needs=Permission.CLIENT_ASSIGN,
    zh="交接预览",
    en="Preview of a hand-over",
    parameters=(GIVER, RECEIVER, SPLIT, CLIENTS),
)
def hand_over_preview(*, user: Any, receiver: Any = None, split: Any = None, clients: Any = None) -> dict[str, Any]:
    """Return what a hand-over would move, and each person's hours a month before and after.

    {clients: [{id, code, name, segment, tier, hours, receiver}], people: [{user, name, clients_before, clients_after,
    hours_before, hours_after, available, is_over, plans, promises, …}], errors: [sentence]}.
    """
    check_giver(user)
    moves, errors = evaluate(user, receiver, split, clients)
    receivers = {move.receiver.pk: move.receiver for move in moves if move.receiver is not None}
    before = loads.loads_of([user.pk, *receivers])
    after = load_rules.loads_after_move(
        before, {move.client.pk: move.receiver.pk for move in moves if move.receiver is not None}
    )
    return {
        "clients": _client_rows(moves, before[user.pk].clients),
        "people": [
            _person(person, before[pk], after[pk], [move for move in moves if move.receiver == person])
            for pk, person in {user.pk: user, **receivers}.items()
        ],
        "errors": [str(error) for error in errors],
    }


def _client_rows(moves: Iterable[Move], hours: dict[int, float]) -> list[dict[str, Any]]:
    """Return the clients of a plan by segment and code."""
    clearance = current_actor().clearance
    return [
        {
            "id": move.client.pk,
            "code": move.client.code,
            "name": name_of(move.client, clearance),
            "segment": move.client.segment,
            "hours": round(hours.get(move.client.pk, 0.0), 1),
            "receiver": {"id": move.receiver.pk, "name": move.receiver.name} if move.receiver is not None else None,
            "open_work": len(move.owned) + len(move.promises),
        }
        for move in sorted(moves, key=lambda move: (str(move.client.segment), move.client.code))
    ]


def _person(person: Any, before: Any, after: Any, received: list[Move]) -> dict[str, Any]:
    """Return one person's clients and hours before and after, and what they would receive."""
    return {
        **counts_of(received),
        "user": person.pk,
        "name": person.name,
        "clients_before": len(before.clients),
        "clients_after": len(after.clients),
        "hours_before": round(before.hours, 1),
        "hours_after": round(after.hours, 1),
        "available": round(after.available, 1),
        "is_over": after.hours > after.available,
    }
