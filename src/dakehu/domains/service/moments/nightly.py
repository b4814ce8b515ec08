"""Evaluate all moments of a day after its close, and some immediately on an event."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from dakehu.domains.service.models import MomentRun
from dakehu.domains.service.moments import escalation, storage
from dakehu.domains.service.moments.active import ActiveRule, Waiting, active_rules
from dakehu.domains.service.moments.evaluation import evaluate
from dakehu.domains.service.moments.owners import owners_on
from dakehu.domains.service.moments.types import moment_types
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.jobs.progress import no_progress

Progress = Callable[..., None]


def run(day: date | None = None, progress: Progress = no_progress) -> dict[str, Any]:
    """Evaluate all moments as known at the close of a day (the last trading day by default), and escalate late ones.

    Returns {day, fired, new, cleared, lapsed, escalated, waiting: [{kind, name, why}], unchanged}; those for compliance
    only are not counted. A second run with nothing new writes nothing. For a day before the newest one only events of
    that day are added, since later days determine the states. Raises NotAllowed.
    """
    if not current_actor().may(Permission.SYSTEM_WRITE):
        raise NotAllowed(bilingual("每晚关键时刻", "the nightly evaluation of moments"), Permission.SYSTEM_WRITE)
    on = day or last_trading_day(clock.today())
    with elevated("the nightly evaluation of moments"):
        newest = MomentRun.objects.order_by("-day").values_list("day", flat=True).first()
        is_late = newest is not None and on < newest
        rules, waiting = active_rules()
        if is_late:
            rules = [rule for rule in rules if not rule.type.lapses]
        progress(0.1, bilingual("正在计算触发条件", "Evaluating the rules"))
        counts = _evaluate_and_store(on, rules, waiting, clears=not is_late)
        progress(0.9, bilingual("正在升级逾期事件", "Escalating what is late"))
        escalated = 0 if is_late else _escalate(on)
        is_recorded = False if is_late else _record_run(on, waiting)
    types = moment_types()
    return {
        "day": on.isoformat(),
        **counts,
        "escalated": escalated,
        "waiting": [
            {
                "kind": one.kind,
                "name": str(types[one.kind].label) if one.kind in types else one.kind,
                "why": str(one.why),
            }
            for one in waiting
        ],
        "unchanged": not (counts["new"] or counts["cleared"] or escalated or is_recorded),
    }


def run_kinds(kinds: Iterable[str], day: date, clients: Iterable[int] | None = None) -> dict[str, int]:
    """Evaluate some kinds immediately, for all clients or some. Returns {fired, new, cleared, lapsed}."""
    with elevated("moments on an event"):
        newest = MomentRun.objects.order_by("-day").values_list("day", flat=True).first()
        rules, waiting = active_rules(kinds)
        is_late = newest is not None and day < newest
        if is_late:
            rules = [rule for rule in rules if not rule.type.lapses]
        return _evaluate_and_store(day, rules, waiting, clients, clears=not is_late)


def last_trading_day(day: date) -> date:
    """Return `day` if the exchanges trade then, else the trading day before."""
    found = trading_days.trading_days_between(day - timedelta(days=30), day)
    return found[-1] if found else day


def _evaluate_and_store(
    day: date,
    rules: list[ActiveRule],
    waiting: list[Waiting],
    clients: Iterable[int] | None = None,
    *,
    clears: bool,
) -> dict[str, int]:
    """Evaluate rules and write what changed. Adds kinds that wait for data to `waiting`."""
    chosen = None if clients is None else sorted(set(clients))
    found = evaluate(day, rules, chosen)
    waiting += found.waiting
    by_kind = {rule.kind: rule for rule in rules if rule.kind in found.fired}
    stored = storage.uncleared_moments(by_kind, chosen) if clears else storage.fired_on(by_kind, day)
    changes = storage.changes(found.fired, stored, day)
    if not clears:
        changes = storage.Changes(changes.new, changes.cleared.clear())
    fired = sum(frame.height for kind, frame in found.fired.items() if not by_kind[kind].type.compliance_only)
    if changes.is_empty:
        return {"fired": fired, "new": 0, "cleared": 0, "lapsed": 0}
    owners = owners_on(trading_days.next_trading_day(day + timedelta(days=1)), chosen)
    columns = storage.new_columns(changes, found.fired, by_kind, owners, day, OpenDays(), None if clears else day)
    lapsing = frozenset(kind for kind, rule in by_kind.items() if rule.type.lapses)
    counts = storage.store_moments(new=columns, cleared=changes.cleared, lapsing=lapsing, day=day)
    return {"fired": fired, **counts}


class OpenDays:
    """Whether the exchanges trade on a day; the calendar is read a year at a time."""

    def __init__(self) -> None:
        self.years: dict[int, frozenset[date]] = {}

    def __call__(self, day: date) -> bool:
        if day.year not in self.years:
            first, last = date(day.year, 1, 1), date(day.year, 12, 31)
            self.years[day.year] = frozenset(trading_days.trading_days_between(first, last))
        return day in self.years[day.year]


def _escalate(day: date) -> int:
    """Escalate late moments; return their number."""
    steps = {kind: one.escalates for kind, one in moment_types().items()}
    found = escalation.due_steps(
        day, steps, owners_on(trading_days.next_trading_day(day + timedelta(days=1))), OpenDays()
    )
    return escalation.escalate_moments(found=found, day=day) if found else 0


def _record_run(day: date, waiting: list[Waiting]) -> bool:
    """Record that a day was evaluated and which kinds wait; return whether that is new."""
    plain = [{"kind": one.kind, "zh": one.why.in_("zh"), "en": one.why.in_("en")} for one in waiting]
    row = MomentRun.objects.filter(day=day).first()
    if row is not None and row.waiting == plain:
        return False
    record_run(day=day, waiting=plain)
    return True


@action(
    "service.record_moment_run",
    needs=Permission.SYSTEM_WRITE,
    zh="记录关键时刻计算",
    en="Record an evaluation of moments",
    is_public=False,
    offers_undo=False,
)
def record_run(*, day: date, waiting: list[dict[str, str]]) -> None:
    """Record the evaluation of a day."""
    row = MomentRun.objects.filter(day=day).first() or MomentRun(day=day)
    row.waiting = waiting
    row.save()
