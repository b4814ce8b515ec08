"""Hand-overs: planned, applied, signed by the receivers, clients informed, cancelled, and fully reversed."""

from collections import Counter
from datetime import date
from typing import Any

from dakehu.domains.service.actions import VERSION
from dakehu.domains.service.calendar.organisers import coming_meetings, give_to
from dakehu.domains.service.hand_over import contents, plan, rules
from dakehu.domains.service.hand_over.moves import Move, counts_of, hand_over, moves_of
from dakehu.domains.service.leaving import tell_compliance
from dakehu.domains.service.models import HandOver, HandOverPack, HandOverState, Task
from dakehu.domains.service.tasks.owners import main_managers
from dakehu.domains.service.tasks.rules import OPEN_STATES
from dakehu.domains.team import actions as team_actions
from dakehu.domains.team import queries as team
from dakehu.domains.team.notices import leave_notice
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.records.recorded import add_audit_note, current_act
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

HAND_OVER = Parameter("hand_over", kind="integer", spec=FieldSpec("交接", "Hand-over"))
PACKS = Parameter("packs", kind="ids", spec=FieldSpec("交接包", "Packs"))


def get_hand_over(pk: int, *states: HandOverState) -> HandOver:
    """Return a hand-over that the actor may work on. Raises NotFound, and Refused if it is in another state."""
    row: HandOver | None = HandOver.objects.filter(pk=pk).select_related("giver").first()
    if row is None:
        raise NotFound(bilingual("交接", "hand-over"))
    plan.check_giver(row.giver)
    if states and row.state not in {state.value for state in states}:
        raise refusal(
            "hand_over",
            "这次交接{state}，不能这样操作。",
            "This hand-over is in the state “{state}”.",
            state=HandOverState.text_of(str(row.state)),
        )
    return row


@action(
    "service.plan_hand_over",
    needs=Permission.CLIENT_ASSIGN,
    zh="安排交接",
    en="Plan a hand-over",
    parameters=(
        plan.GIVER,
        plan.RECEIVER,
        plan.SPLIT,
        plan.CLIENTS,
        parameters_of("service.HandOver", "reason", optional=("effective_on", "note", "ends_account")),
    ),
)
def plan_hand_over(
    *,
    user: Any,
    reason: str,
    receiver: Any = None,
    split: Any = None,
    clients: Any = None,
    effective_on: date | None = None,
    note: str | None = None,
    ends_account: bool | None = None,
) -> HandOver:
    """Plan the transfer of a colleague's clients to receivers on a day (default today); nothing moves before.

    A client goes to the receiver given for it, else for its segment, else to `receiver`. With `ends_account` all main
    clients go and the colleague's account, sessions and tokens end on that day. Raises Refused, in sentences, for
    clients without a receiver and ineligible receivers. Effect on each person's hours: service.hand_over_preview.
    """
    plan.check_giver(user)
    if ends_account and not current_actor().may(Permission.TEAM_WRITE):
        raise refusal("ends_account", "停用账号请由管理员安排。", "An administrator plans the end of an account.")
    fault = rules.day_fault(effective_on or clock.today(), clock.today())
    if fault is not None:
        raise refusal(*fault)
    moves, errors = plan.evaluate(user, receiver, split, clients)
    if not moves and not errors:
        raise refusal("user", "这位同事没有主办客户。", "This colleague has no main clients.")
    if errors:
        raise Refused({"receiver": list(errors)})
    row = HandOver(
        giver=user,
        effective_on=effective_on or clock.today(),
        reason=reason,
        note=note or "",
        ends_account=bool(ends_account),
        planned_by=team.current_user(),
    )
    row.save()
    with elevated("planning who receives the clients of a colleague"):
        for move in moves:
            HandOverPack(hand_over=row, client=move.client, receiver=move.receiver).save()
    add_audit_note(giver=user.pk, clients=len(moves), reason=reason)
    return row


@action(
    "service.change_hand_over",
    needs=Permission.CLIENT_ASSIGN,
    zh="修改交接计划",
    en="Change a hand-over",
    parameters=(HAND_OVER, VERSION, parameters_of("service.HandOver", optional=("effective_on", "reason", "note"))),
)
def change_hand_over(*, hand_over: int, version: int | None = None, **values: Any) -> HandOver:
    """Change day, reason or note of a hand-over that has not taken effect."""
    row = get_hand_over(hand_over, HandOverState.PLANNED)
    check_version(row, version)
    for name, value in values.items():
        if value not in (None, "") or name == "note":
            setattr(row, name, value or "")
    fault = rules.day_fault(row.effective_on, clock.today())
    if fault is not None:
        raise refusal(*fault)
    row.save()
    return row


@action(
    "service.cancel_hand_over",
    needs=Permission.CLIENT_ASSIGN,
    zh="取消交接计划",
    en="Cancel a hand-over",
    parameters=(HAND_OVER,),
)
def cancel_hand_over(*, hand_over: int) -> HandOver:
    """Cancel a hand-over that has not taken effect."""
    row = get_hand_over(hand_over, HandOverState.PLANNED)
    row.state = HandOverState.CANCELLED.value
    row.save()
    return row


@action(
    "service.apply_hand_over",
    needs=Permission.CLIENT_ASSIGN,
    zh="交接生效",
    en="Put a hand-over into effect",
    parameters=(HAND_OVER,),
    irreversible=bilingual(
        "生效后可用“撤回交接”整体退回；已签收的交接包留痕保存。",
        "Once in effect it is taken back as a whole by “Take a hand-over back”; signed packs stay on record.",
    ),
)
def apply_hand_over(*, hand_over: int) -> dict[str, Any]:
    """Move the clients of a planned hand-over with all their open work, and freeze a pack for each receiver to sign.

    A client that another colleague has taken over since stays there, and is listed. Raises Refused before its day.
    Returns {clients, plans, promises, requests, complaints, tasks, moments, meetings, left: [codes]}.
    """
    row = get_hand_over(hand_over, HandOverState.PLANNED)
    if row.effective_on > clock.today():
        raise refusal("hand_over", "生效日期是 {day}。", "It takes effect on {day}.", day=row.effective_on.isoformat())
    return take_effect(row)


def take_effect(row: HandOver) -> dict[str, Any]:
    """Apply a planned hand-over; see apply_hand_over."""
    others = _other_moves(row) if row.ends_account else []
    with elevated("handing the clients of a colleague over"):
        packs = {pack.client_id: pack for pack in _packs(row)}
        moves, left = _standing_moves(row, packs)
        frozen = contents.contents_of(moves, row.giver)
        moved = {}
        for move in moves:
            pack = packs[move.client.pk]
            pack.contents = frozen[move.client.pk]
            pack.digest = rules.digest_of(pack.contents)
            pack.letter = contents.letter_of(move, row.giver, row.effective_on.isoformat()).in_(language())
            pack.save()
        for move in (*moves, *others):
            done = hand_over(move, row.giver, clock.today())
            moved[str(move.client.pk)] = {**done, "receiver": move.receiver.pk, "is_main": move.is_main}
        if row.ends_account:
            _pass_own_work(row, moves)
    row.moved, row.state, row.applied_on = moved, HandOverState.EFFECTIVE.value, clock.today()
    row.save()
    _tell_receivers(row, moves)
    counts = counts_of(moves)
    add_audit_note(
        hand_over=row.pk,
        giver=row.giver_id,
        left=left,
        digest=rules.digest_of_all(packs[move.client.pk].digest for move in moves),
        **counts,
    )
    if row.ends_account:
        with undo_entries.recording_as(current_act(), False):
            team_actions.change_user(user=row.giver, is_active=False)
        tell_compliance(row.giver)
    return {**counts, "left": left}


def _packs(row: HandOver) -> list[HandOverPack]:
    """Return the packs of a hand-over."""
    return list(
        HandOverPack.objects.filter(hand_over=row).select_related("client", "receiver").order_by("client__code")
    )


def _standing_moves(row: HandOver, packs: dict[int, HandOverPack]) -> tuple[list[Move], list[str]]:
    """Return the moves of a hand-over as of now, and the codes of clients that the giver no longer serves."""
    standing = moves_of(row.giver, list(packs))
    moves = []
    for client, pack in packs.items():
        move = standing.get(client)
        if move is not None and move.is_main:
            move.receiver = pack.receiver
            moves.append(move)
    left = sorted(pack.client.code for client, pack in packs.items() if client not in {m.client.pk for m in moves})
    return moves, left


def _other_moves(row: HandOver) -> list[Move]:
    """Return the open work of a leaving colleague at visible clients of others, assigned to their main managers."""
    found = [move for move in moves_of(row.giver).values() if not move.is_main]
    mains = main_managers(move.client.pk for move in found)
    for move in found:
        move.receiver = mains.get(move.client.pk)
    return [move for move in found if move.receiver is not None and move.receiver.pk != row.giver_id]


def _pass_own_work(row: HandOver, moves: list[Move]) -> None:
    """Give the leaving colleague's open tasks and meetings that concern no client to the team's lead, else to a receiver."""
    lead = team.find_lead(row.giver)
    takes = lead if lead is not None and lead.pk != row.giver_id else next((move.receiver for move in moves), None)
    for task in Task.objects.filter(owner=row.giver, client=None, state__in=OPEN_STATES) if takes is not None else ():
        task.owner = takes
        task.save()
    for meeting in coming_meetings(row.giver).filter(client=None) if takes is not None else ():
        give_to(meeting, takes)


def _tell_receivers(row: HandOver, moves: list[Move]) -> None:
    """Notify each receiver of the number of packs to sign, with the note."""
    people = {move.receiver.pk: move.receiver for move in moves}
    for pk, count in Counter(move.receiver.pk for move in moves).items():
        text = bilingual(
            "{name}移交 {n} 位客户给您，请阅读并签收交接包。{note}",
            "{name} hands {n} clients over to you; read and sign the packs. {note}",
            name=row.giver.name,
            n=count,
            note=row.note,
        )
        leave_notice(people[pk], text)


@action(
    "service.sign_packs",
    needs=Permission.PLAN_WRITE,
    zh="签收交接包",
    en="Sign packs",
    parameters=(PACKS,),
    irreversible=bilingual(
        "签收记入审计链，不能撤销。", "A signature is kept in the audit chain and cannot be undone."
    ),
)
def sign_packs(*, packs: list[int]) -> dict[str, Any]:
    """Sign received packs: the digest of their contents is written to the audit chain with the signer.

    Raises Refused if the actor is not the receiver, a pack is signed already, or its contents do not match their
    digest. Returns {signed, digest}.
    """
    me = current_actor().user_id
    rows = list(HandOverPack.objects.filter(pk__in=packs).select_related("hand_over").order_by("pk"))
    if not rows or len(rows) < len(set(packs)):
        raise NotFound(bilingual("交接包", "pack"))
    for row in rows:
        fault = rules.sign_fault(
            state=str(row.hand_over.state),
            is_receiver=row.receiver_id == me,
            is_signed=row.signed_on is not None,
            digest=row.digest,
            found=rules.digest_of(row.contents),
        )
        if fault is not None:
            raise refusal(*fault)
    for row in rows:
        row.signed_on, row.signed_by_id, row.signed_digest = clock.today(), me, row.digest
        row.save()
    digest = rules.digest_of_all(row.digest for row in rows)
    add_audit_note(packs=len(rows), digest=digest)
    return {"signed": len(rows), "digest": digest}
