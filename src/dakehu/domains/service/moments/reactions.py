"""Moments that events bring at once: a complaint, an upset client, a promise, a feed. Safe to run twice."""

from datetime import date
from typing import Any

from dakehu.domains.service.models import Interaction, Request
from dakehu.domains.service.moments import nightly
from dakehu.domains.service.moments.types import moment_types
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs.events import on_event

REASON = bilingual("事件触发关键时刻", "Moments on an event")


def kinds_on(event: str) -> list[str]:
    """Return the kinds that are evaluated when an event comes."""
    return [kind for kind, one in moment_types().items() if event in one.events]


@on_event("request.opened")
@on_event("request.moved")
def on_request(*, request: int) -> dict[str, Any]:
    """Evaluate the moments of a client who complains, or whose complaint was closed."""
    return _run_for(Request, request, "request.opened")


@on_event("interaction.logged")
def on_interaction(*, interaction: int) -> dict[str, Any]:
    """Evaluate the moments of a client to whom something was promised, or who was upset."""
    return _run_for(Interaction, interaction, "interaction.logged")


@on_event("ledger.feed_imported")
def on_feed(*, feed: str, day: str, rows: int) -> dict[str, Any]:
    """Evaluate the moments that stand on a feed."""
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
