"""Rebalancing: move clients to colleagues with free hours, with their open work, in one action that can be undone."""

from collections import Counter
from typing import Any

from dakehu.domains.clients.bulk_edit.actions import batch_title
from dakehu.domains.service.hand_over.moves import counts_of, hand_over, moves_of
from dakehu.domains.service.workload import loads
from dakehu.domains.service.workload.queries import TO, faults, people, read_moves
from dakehu.domains.team.notices import leave_notice
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter


@action(
    "service.rebalance",
    needs=Permission.CLIENT_ASSIGN,
    zh="调整客户分派",
    en="Rebalance clients",
    parameters=(TO, Parameter("reason", spec=FieldSpec("原因", "Reason"))),
)
def rebalance(*, reason: str, to: Any = None) -> dict[str, Any]:
    """Move clients, {client id: user id}, to other main managers of the team together with their open work.

    For the effect on each person's hours see service.workload with the same `to`. Raises Refused in sentences if a
    client or a receiver does not fit. Returns {clients, plans, promises, requests, complaints, tasks, moments,
    meetings, batch}.
    """
    wanted = read_moves(to)
    colleagues = {row.pk: row for row in people()}
    now = loads.loads_of(colleagues)
    errors = faults(wanted, now, colleagues)
    if errors or not wanted:
        raise Refused({"to": errors}) if errors else refusal("to", "没有要移交的客户。", "There is no client to move.")
    where = {client: user for user, load in now.items() for client in load.clients}
    done = []
    for giver in sorted({where[client] for client in wanted}):
        chosen = [client for client in wanted if where[client] == giver and wanted[client] != giver]
        moves = moves_of(colleagues[giver], chosen)
        with elevated("giving clients to a colleague with hours left"):
            for client in chosen:
                move = moves[client]
                move.receiver = colleagues[wanted[client]]
                hand_over(move, colleagues[giver], clock.today())
                done.append(move)
    received = Counter(move.receiver.pk for move in done)
    for user, count in received.items():
        text = bilingual(
            "{name}把 {n} 位客户分派给您。{note}",
            "{name} assigned {n} clients to you. {note}",
            name=current_actor().name,
            n=count,
            note=reason,
        )
        leave_notice(colleagues[user], text)
    counts = counts_of(done)
    add_audit_note(reason=reason, **counts)
    return {**counts, "batch": undo_entries.entry_number(batch_title([move.client for move in done]))}
