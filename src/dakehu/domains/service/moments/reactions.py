"""Moments evaluated on events: a complaint, an upset client, a promise, a feed. Idempotent."""

from datetime import date
from typing import Any

from dakehu.domains.service.models import Interaction
from dakehu.domains.service.moments import nightly
from dakehu.domains.service.moments.answered import close_answered
from dakehu.domains.service.moments.types import moment_types
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs.events import on_event
from dakehu.foundation.schema.fields import model_of

GRIEVANCE = "M35"  # the moment of a complaint
REASON = bilingual("事件触发关键时刻", "Moments on an event")


def kinds_on(event: str) -> list[str]:
    """Return the kinds that are evaluated on an event."""
    return [kind for kind, one in moment_types().items() if event in one.events]


@on_event("complaint.registered")
@on_event("complaint.moved")
def on_complaint(*, complaint: int) -> dict[str, Any]:
    """Evaluate the moments of a client who complains; a closed complaint first ends its own."""
    with acting_as(system_actor(str(REASON), "worker")):
        row = model_of("compliance.Complaint").objects.filter(pk=complaint, state="closed").first()
        if row is not None:
            end_grievance(complaint=row)
    return _run_for(model_of("compliance.Complaint"), complaint, "complaint.registered")


@action(
    "service.end_grievance",
    needs=Permission.MOMENT_WORK,
    zh="投诉办结联动",
    en="End the moments of a closed complaint",
    is_public=False,
    offers_undo=False,
)
def end_grievance(*, complaint: Any) -> dict[str, int]:
    """End the open moments about a complaint that is closed; returns {ended}."""
    about = f"complaint:{complaint.pk}"
    ended = close_answered(client=complaint.client_id, kind=GRIEVANCE, objects=[about], outcome="reached")
    return {"ended": len(ended)}


@on_event("interaction.logged")
def on_interaction(*, interaction: int) -> dict[str, Any]:
    """Evaluate the moments of a client to whom something was promised, or who was upset."""
    return _run_for(Interaction, interaction, "interaction.logged")


@on_event("ledger.feed_imported")
def on_feed(*, feed: str, day: str, rows: int) -> dict[str, Any]:
    """Evaluate the moments that depend on a feed."""
    kinds = kinds_on(f"feed.{feed}")
    if not kinds:
        return {}
    with acting_as(system_actor(str(REASON), "worker")):
        return dict(nightly.run_kinds(kinds, date.fromisoformat(day)))


def _run_for(model: Any, row: int, event: str) -> dict[str, Any]:
    """Evaluate the kinds of an event for the client of a row, as of today."""
    with acting_as(system_actor(str(REASON), "worker")):
        client = model.objects.filter(pk=row).values_list("client_id", flat=True).first()
        if client is None:
            return {}
        return dict(nightly.run_kinds(kinds_on(event), clock.today(), [client]))
