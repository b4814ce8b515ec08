"""What moves with a client to another colleague: duty and open work. Shared by hand-over, leaving and rebalancing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dakehu.domains.clients import actions as clients
from dakehu.domains.clients.bulk_edit import actions as bulk_edit
from dakehu.domains.clients.bulk_edit.duties import open_duties
from dakehu.domains.compliance.complaints.store import open_cases
from dakehu.domains.service.actions import update_contact_dates
from dakehu.domains.service.calendar.organisers import coming_meetings, give_to
from dakehu.domains.service.models import FollowUp, Interaction, Meeting, Moment, PlanState, Request, Task
from dakehu.domains.service.moments.rules import OPEN_STATES as OPEN_MOMENTS
from dakehu.domains.service.tasks.rules import OPEN_STATES as OPEN_TASKS
from dakehu.domains.team.roles import serves_clients
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual, language
from dakehu.foundation.calendar import trading_days


@dataclass
class Move:
    """What of one client moves to whom; `is_main` if the giving colleague is the client's main manager."""

    client: Any
    receiver: Any = None
    is_main: bool = False
    plans: list[FollowUp] = field(default_factory=list)
    promises: list[Interaction] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    complaints: list[Any] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)

    @property
    def owned(self) -> list[Any]:
        """Return the rows whose owner, or organiser, changes."""
        return [*self.plans, *self.requests, *self.complaints, *self.tasks, *self.moments, *self.meetings]


def moves_of(user: Any, chosen: Iterable[int] | None = None) -> dict[int, Move]:
    """Return {client id: move} of a colleague's open work at visible clients, without receivers.

    `chosen` limits it to some clients. Clients behind an information wall are excluded for a person who may not see
    them, from counts too.
    """
    wanted = None if chosen is None else sorted(set(chosen))
    moves: dict[int, Move] = {}
    for duty in open_duties(user, wanted):
        move = moves.setdefault(duty.client_id, Move(duty.client))
        move.is_main = move.is_main or duty.role == "main"
    for name, rows in _open_work(user).items():
        if wanted is not None:
            rows = rows.filter(client_id__among=wanted)
        found = list(rows.select_related("client").order_by("pk"))
        for row in _not_planned(found) if name == "promises" else found:
            getattr(moves.setdefault(row.client_id, Move(row.client)), name).append(row)
    return moves


def _open_work(user: Any) -> dict[str, Any]:
    """Return the open work of a colleague at clients, by its name in a move."""
    return {
        "plans": FollowUp.objects.filter(owner=user, state=PlanState.PLANNED),
        "promises": Interaction.objects.filter(staff=user, promise_kept_on=None).exclude(promise=""),
        "requests": Request.objects.filter(owner=user).exclude(state="closed"),
        "complaints": open_cases().filter(owner=user),
        "tasks": Task.objects.filter(owner=user, state__in=OPEN_TASKS).exclude(client=None),
        "moments": Moment.objects.filter(owner=user, state__in=OPEN_MOMENTS),
        "meetings": coming_meetings(user).exclude(client=None),
    }


def counts_of(moves: Iterable[Move]) -> dict[str, int]:
    """Return the numbers of clients and of each kind of open work."""
    found = list(moves)
    return {
        "clients": sum(move.is_main for move in found),
        "plans": sum(len(move.plans) for move in found),
        "promises": sum(len(move.promises) for move in found),
        "requests": sum(len(move.requests) for move in found),
        "complaints": sum(len(move.complaints) for move in found),
        "tasks": sum(len(move.tasks) for move in found),
        "moments": sum(len(move.moments) for move in found),
        "meetings": sum(len(move.meetings) for move in found),
    }


def receiver_fault(receiver: Any, user: Any) -> Bilingual | None:
    """Return why a person cannot receive clients of a colleague, None if they can."""
    name = {"name": receiver.name}
    if receiver.pk == user.pk:
        return bilingual("“{name}”就是离职同事，请另选接收人。", "“{name}” is leaving; choose somebody else.", **name)
    if not receiver.is_active:
        return bilingual("“{name}”的账号已停用，不能接收。", "The account of “{name}” is not active.", **name)
    if not serves_clients(receiver):
        return bilingual("“{name}”的角色不服务客户，不能接收。", "The role of “{name}” serves no clients.", **name)
    try:
        clients.check_team(receiver)
    except Refused:
        return bilingual("“{name}”不在您的团队，不能接收。", "“{name}” is not on your team.", **name)
    return None


def hand_over(move: Move, user: Any, day: date) -> dict[str, Any]:
    """Move one client, or the open work at one, from a colleague to the receiver of the move.

    An open promise becomes a plan of the receiver, since its record names who gave it. Returns what a later reversal
    needs: {duties: [[user id, duty, subject, last day]] that ended, owned: [[model, id]], plans: ids of created plans}.
    """
    ended = []
    serving = open_duties(None, [move.client.pk]) if move.is_main else []
    if move.is_main:
        ended += [_render_duty(row) for row in open_duties(move.receiver, [move.client.pk])]
        ended += [_render_duty(row) for row in serving if row.user_id not in (user.pk, move.receiver.pk)]
    for duty in open_duties(user, [move.client.pk]):
        ended.append(_render_duty(duty))
        duty.until = day
        duty.save()
    if move.is_main:
        bulk_edit.assign_role(move.client, move.receiver, "main", day)
    return {"duties": ended, **give_work(move)}


def give_work(move: Move) -> dict[str, Any]:
    """Give the open work at a client to the receiver of the move. Returns {owned: [[model, id]], plans: ids created}."""
    for row in move.owned:
        is_about_receiver = getattr(row, "about_staff_id", None) == move.receiver.pk
        give_to(row, None if is_about_receiver else move.receiver)  # no one handles a complaint about themselves
    made = [_plan_promise(move, promised) for promised in move.promises]
    if made:
        update_contact_dates(move.client)
    return {
        "owned": [[row._meta.label, row.pk] for row in move.owned],
        "plans": [plan.pk for plan in made],
    }


def _render_duty(row: Any) -> list[Any]:
    """Return a duty as plain values."""
    return [row.user_id, str(row.role), row.subject, row.ends_on.isoformat() if row.ends_on else None]


def _subject_of(promised: Interaction, code: str) -> str:
    """Return the subject of the plan to keep a promise, in one language."""
    text = bilingual("兑现承诺：{what}", "Keep the promise: {what}", what=promised.promise).in_(code)
    return text[: FollowUp._meta.get_field("subject").max_length]


def _not_planned(promises: list[Interaction]) -> list[Interaction]:
    """Return the promises without a plan of an earlier hand-over, in either language, or with a cancelled one."""
    subjects = {one.pk: [_subject_of(one, code) for code in ("zh", "en")] for one in promises}
    plans = FollowUp.objects.filter(client_id__among=sorted({one.client_id for one in promises}))
    planned = set(plans.exclude(state=PlanState.CANCELLED).values_list("client_id", "subject"))
    return [one for one in promises if not any((one.client_id, subject) in planned for subject in subjects[one.pk])]


def _plan_promise(move: Move, promised: Interaction) -> FollowUp:
    """Plan the keeping of a promise for the receiver."""
    row = FollowUp(
        client=move.client,
        due_on=promised.promise_due_on or trading_days.next_trading_day(clock.today()),
        subject=_subject_of(promised, language()),
        owner=move.receiver,
    )
    row.save()
    return row
