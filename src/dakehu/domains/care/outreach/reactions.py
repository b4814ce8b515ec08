"""What follows from a contact elsewhere: the call on a running list counts as answered."""

from typing import Any

from dakehu.domains.care.outreach.actions import follow_interaction
from dakehu.domains.care.permissions import OUTREACH_CALL
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs.events import on_event
from dakehu.foundation.schema.fields import model_of


@on_event("interaction.logged")
def on_interaction(*, interaction: int) -> dict[str, Any]:
    """End the call to a client with whom a contact was recorded anywhere on the desk."""
    reason = bilingual("服务记录计入急跌致电", "A service record counts as a call after a shock")
    with acting_as(system_actor(str(reason), "worker")):
        row = model_of("service.Interaction").objects.filter(pk=interaction).first()
        return {"changed": row is not None and count_interaction(row=row)}


@action("care.count_interaction", needs=OUTREACH_CALL, zh="计入急跌致电", en="Count as a call", is_public=False)
def count_interaction(*, row: Any) -> bool:
    """Count a service record as an answered call. Returns False where nothing changed."""
    return follow_interaction(row)
