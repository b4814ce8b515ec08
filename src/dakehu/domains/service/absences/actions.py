"""Absences: recorded, changed, cancelled. A deputy sees the absent colleague's clients and work during it."""

from datetime import date
from typing import Any

from dakehu.domains.service.absences import rules
from dakehu.domains.service.actions import VERSION
from dakehu.domains.service.models import Absence
from dakehu.domains.team import queries as team
from dakehu.domains.team.notices import leave_notice
from dakehu.domains.team.roles import serves_clients
from dakehu.domains.team.stand_ins import set_stand_ins
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

ABSENCE = Parameter("absence", kind="integer", spec=FieldSpec("休假", "Absence"))


@action(
    "service.record_absence",
    needs=Permission.MOMENT_WORK,
    zh="登记休假",
    en="Record an absence",
    parameters=parameters_of("service.Absence", "first_on", "last_on", optional=("user", "deputy", "note")),
)
def record_absence(
    *, first_on: date, last_on: date, user: Any = None, deputy: Any = None, note: str | None = None
) -> Absence:
    """Record an absence of the actor, or for a lead of a colleague of the team, and the deputy.

    Moments go to the deputy of the client. A named `deputy` sees the absent colleague's clients (not those behind an
    information wall) and has their work in the lists from the first day to the last; nothing is reassigned, so it
    returns the day after. Raises Refused if the days overlap another absence or the deputy cannot stand in.
    """
    row = Absence(user=_absent_user(user), first_on=first_on, last_on=last_on, deputy=deputy, note=note or "")
    _check(row)
    row.save()
    _notify_deputies(row)
    return row


def _absent_user(user: Any) -> Any:
    """Return the person who is absent. Raises Refused for anyone but the actor and their team."""
    me, actor = team.current_user(), current_actor()
    away = user or me
    is_mine = me is not None and away is not None and away.pk == me.pk
    led = {pk for pk in actor.covers if pk not in actor.extra.get("stands_in_for", ())}
    if away is None or not (is_mine or away.pk in led):
        raise refusal("user", "只能登记自己或本队同事的休假。", "Only one's own absence or that of one's team.")
    return away


def _check(row: Absence) -> None:
    """Raise Refused for an invalid absence."""
    others = Absence.objects.filter(user=row.user_id).exclude(pk=row.pk)
    fault = rules.absence_fault(row.first_on, row.last_on, list(others.values_list("first_on", "last_on")))
    if fault is None and row.deputy is not None:
        away = Absence.objects.filter(user=row.deputy_id).values_list("first_on", "last_on")
        fault = rules.deputy_fault(
            is_same=row.deputy_id == row.user_id,
            is_active=row.deputy.is_active,
            serves=serves_clients(row.deputy),
            in_team=row.deputy.team_id == row.user.team_id,
            away=list(away),
            first=row.first_on,
            last=row.last_on,
        )
    if fault is not None:
        raise refusal(*fault)


def _notify_deputies(row: Absence, *, before: Any = None) -> None:
    """Store on the deputies' accounts whom they deputise for, and notify a new deputy."""
    for deputy in {person.pk: person for person in (before, row.deputy) if person is not None}.values():
        standing = Absence.objects.filter(deputy=deputy, last_on__gte=clock.today()).order_by("first_on", "pk")
        set_stand_ins(
            user=deputy,
            stands_in_for=[
                {"user": one.user_id, "first_on": one.first_on.isoformat(), "last_on": one.last_on.isoformat()}
                for one in standing
            ],
        )
    if row.deputy is not None and row.deputy != before and row.pk is not None:
        text = bilingual(
            "{name} {first} 至 {last} 休假，由您代理",
            "{name} is away from {first} to {last}; you stand in",
            name=row.user.name,
            first=row.first_on.isoformat(),
            last=row.last_on.isoformat(),
        )
        leave_notice(row.deputy, text)


def get_absence(pk: int) -> Absence:
    """Return an absence that the actor may change. Raises NotFound, and Refused for those of others."""
    row: Absence | None = Absence.objects.filter(pk=pk).select_related("user", "deputy").first()
    if row is None:
        raise NotFound(bilingual("休假", "absence"))
    _absent_user(row.user)
    return row


@action(
    "service.change_absence",
    needs=Permission.MOMENT_WORK,
    zh="修改休假",
    en="Change an absence",
    parameters=(
        ABSENCE,
        VERSION,
        parameters_of("service.Absence", optional=("first_on", "last_on", "deputy", "note")),
    ),
)
def change_absence(*, absence: int, version: int | None = None, **values: Any) -> Absence:
    """Change days, deputy or note of an absence; the former deputy loses access immediately."""
    row = get_absence(absence)
    check_version(row, version)
    before = row.deputy
    for name, value in values.items():
        if value is not None or name in ("deputy", "note"):
            setattr(row, name, value if value is not None or name == "deputy" else "")
    _check(row)
    row.save()
    _notify_deputies(row, before=before)
    return row


@action(
    "service.cancel_absence",
    needs=Permission.MOMENT_WORK,
    zh="取消休假",
    en="Cancel an absence",
    parameters=(ABSENCE, VERSION),
)
def cancel_absence(*, absence: int, version: int | None = None) -> dict[str, Any]:
    """Remove an absence that has not begun; end a running one and its deputy today. Returns {changed}."""
    row = get_absence(absence)
    check_version(row, version)
    before, today = row.deputy, clock.today()
    if row.last_on < today:
        raise refusal("absence", "这次休假已经结束。", "This absence has ended.")
    if row.first_on > today:
        row.delete()
    else:
        row.last_on = today
        row.save()
    _notify_deputies(row, before=before)
    return {"changed": 1}
