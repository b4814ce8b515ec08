"""Apply hand-overs automatically on their day, as the person who planned them."""

from typing import Any

from dakehu.domains.service.hand_over.actions import apply_hand_over
from dakehu.domains.service.models import HandOver, HandOverState
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import acting_as
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step


def apply_due() -> dict[str, int]:
    """Apply the planned hand-overs of today and before. Returns {applied, refused}; refused ones stay planned."""
    rows = HandOver.objects.filter(state=HandOverState.PLANNED.value, effective_on__lte=clock.today()).order_by("pk")
    found = {"applied": 0, "refused": 0}
    for pk, planner in rows.values_list("pk", "planned_by_id"):
        try:
            with acting_as(team.actor_for(planner)):
                apply_hand_over(hand_over=pk)
            found["applied"] += 1
        except Refused:
            found["refused"] += 1
    return found


def _run(night: Night) -> dict[str, Any]:
    """Apply the hand-overs of the day."""
    found = apply_due()
    words = bilingual(
        "{applied} 项交接生效，{refused} 项未能生效。",
        "{applied} hand-overs took effect, {refused} could not.",
        **found,
    )
    return {**found, "unchanged": not found["applied"], "words": words}


declare_step(NightlyStep("service.hand_overs", "客户交接", "Hand-overs", order=26, run=_run))
