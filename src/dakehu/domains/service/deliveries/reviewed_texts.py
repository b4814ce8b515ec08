"""Reaction to the review of a text: the deliveries that waited for it are checked again immediately."""

from dakehu.domains.compliance.wording.reviews import RULE_REVIEW
from dakehu.domains.service.deliveries.kinds import DeliveryState
from dakehu.domains.service.deliveries.outbox import start_sending
from dakehu.domains.service.models import Delivery
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.jobs.events import on_event


@on_event("text.reviewed")
def on_text_reviewed(*, review: int) -> int:
    """Let the deliveries that wait for a review be claimed again; return their number."""
    with acting_as(system_actor(f"text review {review} was decided", "worker")):
        return ask_again()


@action(
    "service.ask_again_after_review",
    needs=Permission.SYSTEM_WRITE,
    zh="复核后再次检查待发",
    en="Ask again about deliveries after a review",
    is_public=False,
    offers_undo=False,
)
def ask_again() -> int:
    """Make every delivery that waits for a review due now; those whose text is undecided wait again when claimed."""
    rows = Delivery.objects.filter(state=DeliveryState.HELD.value, rule=RULE_REVIEW, due_at__gt=clock.now())
    count = 0
    for row in rows.select_for_update(of=("self",)):
        row.due_at = clock.now()
        row.save()
        count += 1
    if count:
        start_sending(clock.now())
    return count
