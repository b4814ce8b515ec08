"""Queries of absences: the list, the month of a team, and for whom the actor deputises."""

import calendar
from datetime import date, timedelta
from typing import Any

from dakehu.domains.service.models import Absence
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

MONTH = Parameter("month", required=False, spec=FieldSpec("月份", "Month", example="2026-11"))


def _people() -> set[int]:
    """Return the absences visible to the actor: those of the own team and of the people led."""
    actor = current_actor()
    teams = actor.extra.get("teams") or ()
    mates = team.users().filter(team_id__in=teams, is_active=True).values_list("pk", flat=True) if teams else ()
    return {*actor.covers, *mates, *([actor.user_id] if actor.user_id else [])}


@query("service.absences", needs=Permission.SERVICE_READ, zh="休假", en="Absences")
def absences() -> Any:
    """Return absences of the actor and the team that have not ended, earliest first."""
    rows = Absence.objects.filter(last_on__gte=clock.today(), user_id__in=_people())
    return rows.select_related("user", "deputy").order_by("first_on", "pk")


@query(
    "service.absence_month", needs=Permission.SERVICE_READ, zh="休假日历", en="Absences of a month", parameters=(MONTH,)
)
def absence_month(*, month: str | None = None) -> dict[str, Any]:
    """Return a month of the team ("2026-11", default: the current one).

    {month, before, after, days: [{on, day, is_open, is_today}], people: [{id, name, days: [{on, absence, deputy}]}]}: one cell a
    day, `absence` its id if the person is away.
    """
    first = _first_of(month)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    rows = Absence.objects.filter(user_id__in=_people(), first_on__lte=last, last_on__gte=first)
    found: dict[int, list[Absence]] = {}
    for row in rows.select_related("user", "deputy").order_by("first_on", "pk"):
        found.setdefault(row.user_id, []).append(row)
    names = team.names_of(_people())
    open_days = set(trading_days.trading_days_between(first, last))
    return {
        "month": f"{first:%Y-%m}",
        "before": f"{first - timedelta(days=1):%Y-%m}",
        "after": f"{last + timedelta(days=1):%Y-%m}",
        "days": [
            {"on": day.isoformat(), "day": day.day, "is_open": day in open_days, "is_today": day == clock.today()}
            for day in days
        ],
        "people": [
            {"id": pk, "name": name, "days": [_cell(day, found.get(pk, [])) for day in days]}
            for pk, name in sorted(names.items(), key=lambda one: (one[0] != current_actor().user_id, one[1]))
        ],
    }


def _cell(day: date, rows: list[Absence]) -> dict[str, Any]:
    """Return one day of a person."""
    row = next((one for one in rows if one.first_on <= day <= one.last_on), None)
    deputy = row.deputy.name if row is not None and row.deputy is not None else ""
    return {"on": day.isoformat(), "absence": row.pk if row else None, "deputy": deputy}


def _first_of(month: str | None) -> date:
    """Return the first day of a month. Raises Refused for an invalid text."""
    if not month:
        return clock.today().replace(day=1)
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        raise refusal("month", "应写成 2026-11 这样的年月。", "Write a month such as 2026-11.") from None


@query("service.standing_in", needs=Permission.SERVICE_READ, zh="我的代理", en="For whom I stand in")
def standing_in() -> list[dict[str, Any]]:
    """Return for whom the actor deputises today: [{user, name, last_on, text}]."""
    today = clock.today()
    rows = Absence.objects.filter(deputy_id=current_actor().user_id, first_on__lte=today, last_on__gte=today)
    return [
        {
            "user": row.user_id,
            "name": row.user.name,
            "last_on": row.last_on.isoformat(),
            "text": str(
                bilingual(
                    "代理{name}至 {day}：其客户与待办在您的列表中，之后自动归还。",
                    "You stand in for {name} until {day}: clients and work are on your lists and go back by themselves.",
                    name=row.user.name,
                    day=row.last_on.isoformat(),
                )
            ),
        }
        for row in rows.select_related("user").order_by("last_on", "pk")
    ]
