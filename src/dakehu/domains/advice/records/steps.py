"""The steps of a piece of advice: each state it reaches is stored with user, time and versions of the rules."""

from typing import Any

from dakehu.domains.advice.models import Advice, AdviceStep
from dakehu.domains.advice.records.choices import AdviceState
from dakehu.domains.team import queries as team
from dakehu.foundation.base import clock


def reach(row: Advice, state: AdviceState, note: str = "") -> AdviceStep:
    """Set the state of a piece of advice, save it and record the step. Call inside an action."""
    row.state = state.value
    row.save()
    versions: dict[str, Any] = row.checks.get("versions", {})
    step = AdviceStep(
        advice=row,
        client_id=row.client_id,
        state=state.value,
        at=clock.now(),
        by=team.current_user(),
        note=note[:300],
        versions=versions,
    )
    step.save()
    return step
