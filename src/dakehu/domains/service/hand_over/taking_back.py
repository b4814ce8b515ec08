"""Fully reverse a hand-over: clients, open work and, if it was ended, the account."""

from datetime import date
from typing import Any

from dakehu.domains.clients.bulk_edit.actions import assign_role
from dakehu.domains.clients.bulk_edit.duties import open_duties
from dakehu.domains.service.actions import update_contact_dates
from dakehu.domains.service.calendar.organisers import give_to, owner_column
from dakehu.domains.service.hand_over.actions import HAND_OVER, get_hand_over
from dakehu.domains.service.models import FollowUp, HandOver, HandOverPack, HandOverState, PlanState
from dakehu.domains.team import actions as team_actions
from dakehu.domains.team import queries as team
from dakehu.domains.team.notices import leave_notice
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import add_audit_note, current_act
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter

ENDED = ("done", "cancelled", "closed", "lapsed", "held")


@action(
    "service.undo_hand_over",
    needs=Permission.CLIENT_ASSIGN,
    zh="撤回交接",
    en="Take a hand-over back",
    parameters=(HAND_OVER, Parameter("reason", spec=FieldSpec("原因", "Reason"))),
    irreversible=bilingual("撤回后如需再次交接，请重新安排。", "To hand over again after this, plan a new hand-over."),
)
def undo_hand_over(*, hand_over: int, reason: str) -> dict[str, Any]:
    """Return the clients of a hand-over to the giver, with the open work that the receivers still have.

    A client that has since moved to another colleague stays there, and is listed. An account that the hand-over ended
    is reopened (if the actor may manage staff); its sessions and tokens stay ended. Signed packs are kept. Returns
    {clients, work, left: [codes]}.
    """
    row = get_hand_over(hand_over, HandOverState.EFFECTIVE)
    _open_account(row)
    counts = {"clients": 0, "work": 0}
    left = []
    with elevated("taking a hand-over back"):
        packs = HandOverPack.objects.filter(hand_over=row).select_related("client", "receiver").order_by("pk")
        by_client = {pack.client_id: pack for pack in packs}
        clients = model_of("clients.Client").objects.filter(pk__in=[int(key) for key in row.moved])
        for client in clients.order_by("pk"):
            done = row.moved[str(client.pk)]
            if done["is_main"] and not _give_back(client, row, done):
                left.append(client.code)
                continue
            counts["clients"] += bool(done["is_main"])
            counts["work"] += _give_work_back(client, row, done)
    row.state = HandOverState.UNDONE.value
    row.save()
    for receiver in {pack.receiver_id: pack.receiver for pack in by_client.values()}.values():
        text = bilingual(
            "{name}的客户交接已撤回，客户退回原客户经理。{note}",
            "The hand-over of {name} was taken back. {note}",
            name=row.giver.name,
            note=reason,
        )
        leave_notice(receiver, text)
    add_audit_note(hand_over=row.pk, reason=reason, left=left, **counts)
    return {**counts, "left": left}


def _open_account(row: HandOver) -> None:
    """Reopen the account that the hand-over ended. Raises Refused if there is no one to return the clients to."""
    giver = team.get_user(row.giver_id)
    if giver is not None:
        return
    if not current_actor().may(Permission.TEAM_WRITE):
        raise refusal(
            "hand_over",
            "移交人的账号已停用，请管理员撤回，账号会一并恢复。",
            "The account of the giving colleague has ended; an administrator takes this back, which opens it again.",
        )
    with undo_entries.recording_as(current_act(), False):
        team_actions.change_user(user=row.giver, is_active=True)


def _give_back(client: Any, row: HandOver, done: dict[str, Any]) -> bool:
    """Restore the giver as main manager with the former duties; False if the client has moved on."""
    mains = open_duties(None, [client.pk])
    if not any(duty.user_id == done["receiver"] for duty in mains):
        return False
    people = {person.pk: person for person in team.users()}
    for duty in mains:
        duty.until = clock.today()
        duty.save()
    assign_role(client, row.giver, "main")
    for user, role, subject, ends_on in done["duties"]:
        person = people.get(user)
        if role != "main" and user != row.giver_id and person is not None and person.is_active:
            last = date.fromisoformat(ends_on) if ends_on else None
            if last is None or last >= clock.today():
                assign_role(client, person, role, subject=subject, ends_on=last)
    return True


def _give_work_back(client: Any, row: HandOver, done: dict[str, Any]) -> int:
    """Return open work that the receiver still has, and cancel the plans made from promises; returns their number."""
    count = 0
    for label, pk in done["owned"]:
        work = model_of(label).objects.filter(pk=pk, **{owner_column(label): done["receiver"]}).first()
        if work is not None and str(work.state) not in ENDED:
            give_to(work, row.giver)
            count += 1
    for plan in FollowUp.objects.filter(pk__in=done["plans"], state=PlanState.PLANNED.value):
        plan.state = PlanState.CANCELLED.value
        plan.save()
        count += 1
    if done["plans"]:
        update_contact_dates(client)
    return count
