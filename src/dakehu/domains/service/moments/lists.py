"""Filters of lists of moments in addition to their columns."""

from typing import Any

from django.db.models import F, Q

from dakehu.domains.service.moments.rules import OPEN_STATES
from dakehu.foundation.base import clock

NO = ("0", "false", "no", "否")


def _filter_by_flag(rows: Any, condition: Q, value: Any) -> Any:
    """Return the rows for which a condition holds, or, for a false value, does not."""
    return rows.filter(condition if str(value).casefold() not in NO else ~condition)


def still_open(rows: Any, value: Any) -> Any:
    """Return the moments still to be worked today; a snoozed one from its day."""
    return _filter_by_flag(rows, Q(state__in=OPEN_STATES) & ~Q(snoozed_until__gt=clock.today()), value)


def came_due(rows: Any, value: Any) -> Any:
    """Return the moments due by now: done ones, and those whose deadline passed while their state was uncleared."""
    lapsed_before = Q(state="lapsed", cleared_on__lte=F("due_at__date"))
    return _filter_by_flag(rows, Q(state="done") | (Q(due_at__lte=clock.now()) & ~lapsed_before), value)


def on_time(rows: Any, value: Any) -> Any:
    """Return the moments worked within their deadline."""
    return _filter_by_flag(rows, Q(state="done", worked_at__lte=F("due_at")), value)


FILTERS = {"is_open": still_open, "came_due": came_due, "on_time": on_time}
