"""Escalate moments that were not worked in time: to the deputy, then to the lead, as their kinds declare."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from dakehu.domains.service.models import Moment
from dakehu.domains.service.moments.owners import Owners
from dakehu.domains.service.moments.rules import OPEN_STATES
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.records.bulk import change_columns
from dakehu.foundation.records.recorded import add_audit_note

DEPUTY, LEAD = 1, 2
Step = tuple[int, int, int | None]  # (id of the moment, level, id of the new owner)


def level_of(steps: tuple[int, ...], trading_days_late: int) -> int:
    """Return the level that a moment late by some trading days has reached. `steps`: days until each level. Pure."""
    return sum(trading_days_late > step for step in steps)


def trading_days_late(due_on: date, day: date, is_open: Callable[[date], bool]) -> int:
    """Return how many trading days, the due day excluded and `day` included, have passed since a deadline; 1 the next day."""
    return sum(is_open(date.fromordinal(number)) for number in range(due_on.toordinal() + 1, day.toordinal() + 1))


def due_steps(
    day: date, steps: Mapping[str, tuple[int, ...]], owners: Owners, is_open: Callable[[date], bool]
) -> list[Step]:
    """Return the open moments to escalate at the close of a day, with their new level and owner.

    A deadline counts as missed from the first close after it. Without a deputy the owner stays until the lead's
    turn; a lead who is away or missing leaves it with the owner.
    """
    climbing = [kind for kind, days in steps.items() if days]
    rows = (
        Moment.objects.filter(state__in=OPEN_STATES, kind__in=climbing, escalation__lt=LEAD, compliance_only=False)
        .filter(due_at__lt=clock.start_of_day(date.fromordinal(day.toordinal() + 1)))
        .exclude(snoozed_until__gt=day)
        .order_by("pk")
        .values_list("pk", "kind", "client_id", "owner_id", "escalation", "due_at")
    )
    late: dict[date, int] = {}
    found: list[Step] = []
    deputies = dict(owners.deputies.filter(~owners.deputies["user"].is_in(list(owners.away))).iter_rows())
    for pk, kind, client, owner, level, due in rows.iterator(chunk_size=10_000):
        due_on = clock.local(due).date()
        if due_on not in late:
            late[due_on] = trading_days_late(due_on, day, is_open) + 1
        reached = level_of(steps[kind], late[due_on])
        if reached > level:
            found.append((pk, reached, _escalation_receiver(reached, client, owner, deputies, owners)))
    return found


def _escalation_receiver(
    level: int, client: int, owner: int | None, deputies: Mapping[int, int], owners: Owners
) -> int | None:
    """Return who has a moment at a level."""
    if level == DEPUTY:
        return deputies.get(client, owner)
    lead = owners.leads.get(owner) if owner is not None else None
    return lead if lead is not None and lead not in owners.away else owner


@action(
    "service.escalate_moments",
    needs=Permission.SYSTEM_WRITE,
    zh="升级未处理的关键时刻",
    en="Escalate moments",
    is_public=False,
    offers_undo=False,
)
def escalate_moments(*, found: list[Step], day: date) -> int:
    """Write levels and owners of escalated moments; return their number."""
    columns: dict[str, list[Any]] = {
        "escalation": [level for _, level, _ in found],
        "owner_id": [owner for _, _, owner in found],
    }
    change_columns(Moment, [pk for pk, _, _ in found], columns)
    add_audit_note(day=day.isoformat(), escalated=len(found))
    return len(found)
