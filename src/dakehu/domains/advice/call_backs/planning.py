"""Plan the call-back that a check requires, and those of new clients."""

from collections.abc import Collection
from datetime import timedelta

from dakehu.domains.advice.call_backs import rules
from dakehu.domains.advice.models import CallBack, SuitabilityCheck
from dakehu.domains.advice.suitability.duty_rules import LATER
from dakehu.foundation.base import clock


def plan_for_check(row: SuitabilityCheck, duties: Collection[str]) -> CallBack | None:
    """Plan the call-back that the duties of a check require, None where they require none. Call inside an action."""
    reason = rules.reason_of(duties)
    if not reason:
        return None
    found = CallBack(client=row.client, suitability=row, reason=reason)
    found.due_on = clock.local(row.checked_at).date() + timedelta(days=rules.SALE_DAYS)
    if reason == "private_fund":
        found.not_before = row.checked_at + LATER["cooling_off"]
    found.save()
    return found
