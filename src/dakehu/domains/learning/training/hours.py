"""Read the training hours of people in a year: required and credited."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from dakehu.domains.compliance.registrations import holders
from dakehu.domains.learning.models import HoursAdjustment, Requirement, StaffTerms, TrainingRecord
from dakehu.domains.learning.training import rules
from dakehu.domains.learning.training.rules import RequiredHours
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import elevated


def training_hours(user_id: int, year: int) -> tuple[Decimal, Decimal]:
    """Return (hours done, hours required) of a person in a calendar year, regardless of scope; call it from queries that check the reader."""
    done, required = hours_of([user_id], year)[user_id]
    return done, required.hours


def hours_of(user_ids: Iterable[int], year: int) -> dict[int, tuple[Decimal, RequiredHours]]:
    """Return {user: (hours done, required hours of the year)}."""
    ids = list(user_ids)
    starts = starts_of(ids)
    with elevated("count hours of training"):
        records: dict[int, list[tuple[str, Decimal, int | None]]] = {}
        rows = TrainingRecord.objects.filter(user_id__in=ids, year=year)
        for user, state, hours, course in rows.values_list("user", "state", "hours", "course"):
            records.setdefault(user, []).append((state, hours, course))
        adjusted = {
            row.user_id: (row.hours, row.reason) for row in HoursAdjustment.objects.filter(user_id__in=ids, year=year)
        }
    least = _hours_by_role(year)
    roles = {user.pk: str(user.role) for user in team.active_people()}
    return {
        one: (
            rules.hours_done(records.get(one, [])),
            rules.required_hours(
                year,
                starts[one],
                adjusted.get(one),
                max(least.get(roles.get(one, ""), Decimal(0)), least.get("", rules.HOURS_A_YEAR)),
            ),
        )
        for one in ids
    }


def _hours_by_role(year: int) -> dict[str, Decimal]:
    """Return {role, "" for all: hours} that the firm requires instead of the rule in a year."""
    rows = Requirement.objects.filter(kind="hours", starts_on__lte=date(year, 12, 31)).exclude(
        ends_on__lt=date(year, 1, 1)
    )
    found: dict[str, Decimal] = {}
    for role, hours in rows.values_list("role", "hours"):
        found[role] = max(found.get(role, Decimal(0)), hours or Decimal(0))
    return found


def starts_of(user_ids: Iterable[int]) -> dict[int, date | None]:
    """Return {user: the day they began in the industry}: as entered, else their earliest registration; None if neither is known."""
    ids = list(user_ids)
    with elevated("look when somebody began"):
        entered: dict[Any, date] = dict(StaffTerms.objects.filter(user_id__in=ids).values_list("user_id", "started_on"))
    registered = holders.earliest_days(one for one in ids if one not in entered)
    return {one: entered.get(one) or registered.get(one) for one in ids}
