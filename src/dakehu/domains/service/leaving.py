"""A colleague leaves: clients and open work move to receivers, then the account ends, in one action."""

from collections import Counter
from datetime import date
from typing import Any

from dakehu.domains.clients import actions as clients
from dakehu.domains.clients import queries as client_queries
from dakehu.domains.clients.bulk_edit.duties import open_duties
from dakehu.domains.service import rules
from dakehu.domains.service.hand_over.moves import Move, counts_of, hand_over, moves_of, receiver_fault
from dakehu.domains.team import actions as team_actions
from dakehu.domains.team import queries as team
from dakehu.domains.team.notices import leave_notice
from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused, refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.gates.registry import query
from dakehu.foundation.records.recorded import add_audit_note, current_act
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

USER = Parameter("user", "team.User", spec=FieldSpec("离职同事", "Colleague"))
RECEIVER = Parameter("receiver", "team.User", required=False, spec=FieldSpec("接收人", "Receiver"))
SPLIT = Parameter(
    "split",
    kind="json",
    required=False,
    spec=FieldSpec(
        "拆分",
        "Split",
        help_zh='按类别或客户指定接收人：{"segments": {"类别": 人员编号}, "clients": {"客户编号": 人员编号}}',
        help_en='Receivers by segment or client: {"segments": {"segment": user id}, "clients": {"client id": user id}}',
    ),
)
NAMED = 10


def _check(user: Any) -> None:
    """Raise Refused if the actor may not hand over a colleague's clients."""
    clients.check_team(user)
    if user.pk == current_actor().user_id:
        raise refusal("user", "请由他人为您办理交接。", "Somebody else hands over for you.")


@query(
    "service.leaving",
    needs=Permission.CLIENT_ASSIGN,
    zh="离职交接概况",
    en="What a leaving colleague holds",
    parameters=(USER,),
)
def leaving(*, user: Any) -> dict[str, Any]:
    """Return a colleague's open work.

    {counts: {clients, plans, promises, requests, complaints, tasks, moments, meetings}, segments: [{segment, count}], clients: [{id, code, name,
    segment}] of the main ones by segment}: of clients that the reader may see. A lead may request it for the team only.
    """
    _check(user)
    moves = moves_of(user)
    main = [move.client for move in moves.values() if move.is_main]
    actor = current_actor()
    visible = client_queries.get_client_by_id(client.pk for client in main).values()
    segments = Counter(str(client.segment) for client in main)
    return {
        "counts": counts_of(moves.values()),
        "segments": [{"segment": name, "count": count} for name, count in sorted(segments.items())],
        "clients": [
            {"id": row.pk, "code": row.code, "name": name_of(row, actor.clearance), "segment": row.segment}
            for row in sorted(visible, key=lambda row: (row.segment, row.code))
        ],
    }


def _evaluate(user: Any, receiver: Any, split: Any) -> tuple[list[Move], list[Bilingual]]:
    """Return the moves with their receivers, and errors as sentences."""
    people = {row.pk: row for row in team.users()}
    chosen = rules.read_split(split)
    moves = list(moves_of(user).values())
    mains = {duty.client_id: duty.user_id for duty in open_duties(None, [move.client.pk for move in moves])}
    errors: dict[str, Bilingual] = {}
    for move in moves:
        other = mains.get(move.client.pk)
        default = receiver.pk if receiver is not None else None
        named = rules.receiver_of(move.client.pk, str(move.client.segment), chosen, default)
        move.receiver = people.get(other if not move.is_main and other not in (None, user.pk) else named)
        if move.receiver is not None:
            error = receiver_fault(move.receiver, user)
            if error is not None:
                errors[str(error)] = error
    orphans = [move.client.code for move in moves if move.receiver is None]
    if orphans:
        text = bilingual(
            "{n} 位客户还没有接收人：{codes}{more}。",
            "{n} clients have no receiver yet: {codes}{more}.",
            n=len(orphans),
            codes=", ".join(sorted(orphans)[:NAMED]),
            more=" …" if len(orphans) > NAMED else "",
        )
        errors["orphans"] = text
    return moves, list(errors.values())


@query(
    "service.leaving_preview",
    needs=Permission.CLIENT_ASSIGN,
    zh="离职交接预览",
    en="Preview of a hand-over",
    parameters=(USER, RECEIVER, SPLIT),
)
def leaving_preview(*, user: Any, receiver: Any = None, split: Any = None) -> dict[str, Any]:
    """Return what each receiver would get, and what prevents it.

    {receivers: [{id, name, clients, plans, promises, requests, complaints, tasks, moments, meetings}], errors: [sentence]}
    """
    _check(user)
    moves, errors = _evaluate(user, receiver, split)
    by_receiver: dict[Any, list[Move]] = {}
    for move in moves:
        if move.receiver is not None:
            by_receiver.setdefault(move.receiver, []).append(move)
    return {
        "receivers": [{"id": who.pk, "name": who.name, **counts_of(found)} for who, found in by_receiver.items()],
        "errors": [str(error) for error in errors],
    }


@action(
    "service.hand_over_colleague",
    needs=Permission.CLIENT_ASSIGN,
    zh="办理离职交接",
    en="Hand over a leaving colleague",
    parameters=(
        USER,
        RECEIVER,
        SPLIT,
        Parameter("reason", spec=FieldSpec("原因", "Reason")),
        Parameter("on", kind="date", required=False, spec=FieldSpec("交接日期", "Handed over on")),
        Parameter("note", required=False, spec=FieldSpec("给接收人的留言", "Note for the receivers")),
        Parameter(
            "deactivate", kind="bool", required=False, spec=FieldSpec("同时停用账号", "Deactivate the account too")
        ),
    ),
)
def hand_over_colleague(
    *,
    user: Any,
    reason: str,
    receiver: Any = None,
    split: Any = None,
    on: date | None = None,
    note: str | None = None,
    deactivate: bool | None = None,
) -> dict[str, Any]:
    """Hand all clients and open work of a colleague to receivers; with `deactivate` end sessions, tokens and account.

    A client goes to the receiver given for it, else for its segment, else to `receiver`; work at a client of another
    main manager goes to that manager. An open promise becomes a plan of the receiver, since its record names who gave
    it. Undo reverses the hand-over, not the end of the account. Raises Refused, in sentences, if anything would be
    left without an owner. Clients whom the actor may not see are not changed; only compliance is notified that they
    need a manager. Returns {clients, plans, promises, requests, complaints, tasks, moments, deactivated}.
    """
    _check(user)
    day = on or clock.today()
    if day > clock.today():
        raise refusal("on", "交接日期不能晚于今天。", "The hand-over cannot lie in the future.")
    if deactivate and not current_actor().may(Permission.TEAM_WRITE):
        raise refusal("deactivate", "停用账号请由管理员完成。", "An administrator deactivates the account.")
    moves, errors = _evaluate(user, receiver, split)
    if errors:
        raise Refused({"receiver": list(errors)})
    with elevated("handing over for a colleague who leaves"):
        for move in moves:
            hand_over(move, user, day)
    counts = counts_of(moves)
    _tell_receivers(moves, user, note or "")
    tell_compliance(user)
    add_audit_note(reason=reason, user=user.pk, note=note or "", **counts)
    if deactivate:
        with undo_entries.recording_as(current_act(), False):
            team_actions.change_user(user=user, is_active=False)
    return {**counts, "deactivated": bool(deactivate)}


def _tell_receivers(moves: list[Move], user: Any, note: str) -> None:
    """Notify each receiver of the numbers, with the note."""
    received = Counter(move.receiver.pk for move in moves if move.is_main)
    for receiver in {move.receiver.pk: move.receiver for move in moves}.values():
        text = bilingual(
            "{name}移交 {n} 位客户给您。{note}",
            "{name} hands {n} clients over to you. {note}",
            name=user.name,
            n=received[receiver.pk],
            note=note,
        )
        leave_notice(receiver, text)


def tell_compliance(user: Any) -> None:
    """Notify compliance if a colleague still serves clients whom the actor may not see."""
    with elevated("what is left with a colleague who leaves"):
        left = {duty.client_id for duty in open_duties(user)}
        officers = [row for row in team.users() if row.role == RoleName.COMPLIANCE and row.is_active]
    if not left:
        return
    text = bilingual(
        "{name}办理离职交接后，仍有 {n} 位隔离墙内客户由其服务，请指定接收人。",
        "{name} has handed over and still serves {n} clients behind an information wall; name who takes them.",
        name=user.name,
        n=len(left),
    )
    for officer in officers:
        leave_notice(officer, text)
