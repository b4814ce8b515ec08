"""The loads of people from what is stored: clients by tier, open tasks, days away."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Sum

from dakehu.domains.service.models import Absence, Task
from dakehu.domains.service.tasks.rules import OPEN_STATES
from dakehu.domains.service.workload import rules
from dakehu.domains.service.workload.rules import Load
from dakehu.domains.tiers import capacity, schemes, standards
from dakehu.foundation.base import clock
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.schema.fields import model_of

HORIZON = 30  # days of open tasks and of days away
USUAL_MINUTES = 30  # of a task without an estimate
USUAL_HOURS, USUAL_RESERVE = 8.0, 0.2  # a day, where no scheme of tiers is in force


def hours_by_tier() -> dict[str, float]:
    """Return {tier: hours a month that one client is promised} by the scheme in force, {} without one."""
    scheme = schemes.find_scheme_in_force(clock.today())
    if scheme is None:
        return {}
    minutes = standards.minutes_of(scheme)
    known = standards.standards_of(schemes.tiers_of(scheme))
    return {code: capacity.hours(capacity.promised_contacts({code: 1}, known), minutes) for code in known}


def loads_of(users: Iterable[int]) -> dict[int, Load]:
    """Return {user: load} of some people, over the visible clients whose main manager each is."""
    chosen = sorted(set(users))
    available = available_of(chosen)
    found = {user: Load(user, available=available[user]) for user in chosen}
    hours = hours_by_tier()
    rows: Any = model_of("clients.Coverage").objects.filter(until=None, role="main", user_id__in=chosen)
    for user, client, code in rows.values_list("user_id", "client_id", "client__tier__code"):
        found[user].clients[client] = hours.get(code or "", 0.0)
    for user, minutes in task_minutes(chosen).items():
        found[user].task_hours = minutes / rules.MINUTES_AN_HOUR
    return found


def task_minutes(users: list[int]) -> dict[int, int]:
    """Return {user: minutes of open tasks due in the next month}; a task without an estimate counts as half an hour."""
    last = clock.today() + timedelta(days=HORIZON)
    rows = Task.objects.filter(owner_id__in=users, state__in=OPEN_STATES, due_on__lte=last)
    rows = rows.exclude(pk__in=Task.objects.filter(state__in=OPEN_STATES).exclude(parent=None).values("parent_id"))
    known = dict(
        rows.exclude(minutes=None)
        .order_by()
        .values_list("owner_id")
        .annotate(total=Sum("minutes"))
        .values_list("owner_id", "total")
    )
    for owner in rows.filter(minutes=None).values_list("owner_id", flat=True):
        known[owner] = known.get(owner, 0) + USUAL_MINUTES
    return known


def available_of(users: list[int]) -> dict[int, float]:
    """Return {user: hours of the next month}, without days away and the reserve of the scheme in force."""
    today, last = clock.today(), clock.today() + timedelta(days=HORIZON)
    scheme = schemes.find_scheme_in_force(today)
    hours = float(scheme.hours_per_day) if scheme else USUAL_HOURS
    reserve = float(scheme.reserve) if scheme else USUAL_RESERVE
    open_days = set(trading_days.trading_days_between(today, last))
    away: dict[int, int] = {}
    rows = Absence.objects.filter(user_id__in=users, first_on__lte=last, last_on__gte=today)
    for user, first_on, last_on in rows.values_list("user_id", "first_on", "last_on"):
        away[user] = away.get(user, 0) + sum(first_on <= day <= last_on for day in open_days)
    return {user: rules.working_hours(hours, len(open_days), away.get(user, 0), reserve) for user in users}
