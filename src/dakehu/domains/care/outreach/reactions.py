"""Reactions to a contact: the call on a running list counts as answered, its moment ends, and marketing is paused."""

from typing import Any

from dakehu.domains.care.models import OutreachAttempt
from dakehu.domains.care.outreach.actions import follow_interaction
from dakehu.domains.care.outreach.opening import ACCOUNT_SHOCK
from dakehu.domains.care.permissions import OUTREACH_CALL
from dakehu.domains.clients import marketing
from dakehu.domains.clients.choices import FreezeReason
from dakehu.domains.service.moments.answered import close_answered
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs.events import on_event
from dakehu.foundation.schema.fields import model_of


@on_event("interaction.logged")
def on_interaction(*, interaction: int) -> dict[str, Any]:
    """End the call to a client with whom a contact was recorded in any part of the desk."""
    reason = bilingual("服务记录计入急跌致电", "A service record counts as a call after a shock")
    with acting_as(system_actor(str(reason), "worker")):
        row = model_of("service.Interaction").objects.select_related("client").filter(pk=interaction).first()
        return {"changed": row is not None and count_interaction(row=row)}


@action("care.count_interaction", needs=OUTREACH_CALL, zh="计入急跌致电", en="Count as a call", is_public=False)
def count_interaction(*, row: Any) -> bool:
    """Count a service record as an answered call, end the moment of the fall, and pause marketing for five trading days.

    Returns False if nothing changed. The nightly run ends the pause (service.shocks).
    """
    changed = follow_interaction(row)
    if not OutreachAttempt.objects.filter(interaction_ref=row.pk).exists():
        return False
    close_answered(client=row.client, kind=ACCOUNT_SHOCK, objects=[""], outcome="reached", interaction=row)
    cause, reason = f"service.Interaction:{row.pk}", FreezeReason.SHOCK_CALL.value
    return marketing.freeze_marketing(client=row.client, cause=cause, reason=reason) or changed
