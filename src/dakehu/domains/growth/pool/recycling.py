"""Recycling of claimed prospects into their pool: the warnings, and the nightly step.

Working days without effective contact since the claim are counted; days without trading and days on
which the owner is away are not. Prospects of a person who left the firm are recycled immediately.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any

from dakehu.domains.growth.choices import PoolEventKind
from dakehu.domains.growth.models import Pool, PoolEvent, Prospect
from dakehu.domains.growth.models.prospect import OPEN_STATES
from dakehu.domains.growth.pool import rules
from dakehu.domains.growth.pool.history import event_of
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.records.bulk import record_rows
from dakehu.foundation.schema.fields import model_of

AHEAD = 400  # calendar days whose trading days are read in one query
WRITTEN = (
    "owner",
    "pool_since",
    "claimed_on",
    "recycle_on",
    "warned_on",
    "warned_last_on",
    "last_owner",
    "cool_off_until",
)
IDLE = bilingual("超过 {n} 个工作日没有有效联系", "No effective contact for {n} working days")
LEFT = bilingual("跟进人已离职", "The owner has left")


def counter_of_days(user_id: int, first: date) -> rules.Counts:
    """Return a function telling whether a day counts for a member of staff: trading days from `first` on, without absences."""
    open_days = set(trading_days.trading_days_between(first, first + timedelta(days=AHEAD)))
    absences = _absences_of(user_id)
    return lambda day: (
        (day in open_days if first <= day <= first + timedelta(days=AHEAD) else day.weekday() < 5)
        and not any(start <= day <= end for start, end in absences)
    )


def _absences_of(user_id: int) -> list[tuple[date, date]]:
    """Return the absences of a member of staff."""
    return list(model_of("service.Absence").objects.filter(user_id=user_id).values_list("first_on", "last_on"))


def schedule(prospect: Prospect) -> None:
    """Set the recycling day of an owned prospect; earlier warnings are reset."""
    prospect.warned_on = prospect.warned_last_on = None
    is_claimed = prospect.pool is not None and prospect.owner_id is not None and prospect.is_open
    prospect.recycle_on = (
        day_of_going_back(prospect.pool, prospect.owner_id, idle_since(prospect)) if is_claimed else None
    )


def day_of_going_back(pool: Any, owner_id: Any, since: date) -> date | None:
    """Return the recycling day of a prospect last worked on at `since`; None if the pool never recycles."""
    if not pool.recycle_days:
        return None
    today, counts = clock.today(), counter_of_days(owner_id, since)
    return rules.day_of_going_back(today, pool.recycle_days - rules.counted_days(since, today, counts), counts)


def idle_since(prospect: Prospect) -> date:
    """Return the day from which the days without effective contact count."""
    days = [day for day in (prospect.claimed_on, prospect.last_contact_on) if day is not None]
    return max(days, default=clock.today())


@action("growth.recycle", needs=Permission.POOL_RULES, zh="公海自动收回", en="Recycle prospects", is_public=False)
def recycle(*, day: date, progress: Callable[..., None] = lambda *_: None) -> dict[str, int]:
    """Warn owners of prospects and recycle overdue ones. Returns {checked, warned, recycled}."""
    counts = cache(lambda user, first: counter_of_days(user, first))
    active = set(model_of("team.User").objects.filter(is_active=True).values_list("pk", flat=True))
    changed: list[Prospect] = []
    events: list[PoolEvent] = []
    rows = Prospect.objects.filter(client=None, state__in=OPEN_STATES).exclude(owner=None).exclude(pool=None)
    checked = 0
    for row in rows.select_related("pool").order_by("pk").iterator(chunk_size=2000):
        checked += 1
        found = _step_of(row, day, counts, row.owner_id in active)
        if found is None:
            continue
        changed.append(row)
        if found:
            events.append(found[0])
    if changed:
        record_rows(Prospect, [], changed, list(WRITTEN))
    if events:
        record_rows(PoolEvent, events, [], [])
    kinds = [str(event.kind) for event in events]
    progress(1.0, bilingual("已检查 {n} 条线索", "{n} prospects checked", n=checked))
    return {
        "checked": checked,
        "warned": kinds.count(PoolEventKind.WARNED.value),
        "recycled": kinds.count(PoolEventKind.RECYCLED.value),
    }


def _step_of(row: Prospect, day: date, counts: Any, is_here: bool) -> list[PoolEvent] | None:
    """Apply the due step to a claimed prospect; return its event if there is one, None if nothing changes."""
    pool: Pool = row.pool  # type: ignore[assignment]
    if not is_here:
        return [give_back(row, PoolEventKind.RECYCLED, str(LEFT), day)]
    if not pool.recycle_days:
        return None
    since = idle_since(row)
    is_counted = counts(row.owner_id, since)
    left = pool.recycle_days - rules.counted_days(since, day, is_counted)
    due = rules.next_step(
        left=left,
        warn=pool.warn_days,
        warn_last=pool.warn_last_days,
        warned_on=row.warned_on,
        warned_last_on=row.warned_last_on,
        today=day,
    )
    if due == rules.RECYCLE:
        return [give_back(row, PoolEventKind.RECYCLED, str(bilingual(IDLE.zh, IDLE.en, n=pool.recycle_days)), day)]
    goes_on = rules.day_of_going_back(day, max(left, 1 if due == rules.WARN_LAST else 0), is_counted)
    is_same = row.recycle_on == goes_on
    row.recycle_on = goes_on
    if due == rules.WARN:
        row.warned_on = day
    elif due == rules.WARN_LAST:
        row.warned_last_on = day
    if due:
        return [event_of(row, PoolEventKind.WARNED, previous_id=row.owner_id)]
    return None if is_same else []


def give_back(row: Prospect, kind: PoolEventKind, reason: str, day: date) -> PoolEvent:
    """Take a prospect from its owner into its pool, without saving it; return the event, not saved."""
    previous = row.owner_id
    pool: Pool = row.pool  # type: ignore[assignment]
    row.last_owner_id, row.owner_id = previous, None
    row.cool_off_until = day + timedelta(days=pool.cool_off_days) if pool.cool_off_days else None
    row.pool_since, row.claimed_on = day, None
    row.recycle_on = row.warned_on = row.warned_last_on = None
    return event_of(row, kind, previous_id=previous, reason=reason)
