"""Reaction to a contact: update the due date of the next one."""

from typing import Any

from dakehu.domains.tiers import schemes
from dakehu.domains.tiers.models import ClientTier
from dakehu.domains.tiers.queries import due_on
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs.events import on_event


@on_event("client.contacted")
def on_contact(*, client: int) -> dict[str, Any]:
    """Update the due date of the next contact from the last one."""
    reason = bilingual("联系后更新应联系日", "A contact moves the day by which the next is owed")
    with acting_as(system_actor(str(reason), "worker")):
        return follow_contact(client=client)


@action(
    "tiers.follow_contact",
    needs=Permission.SYSTEM_WRITE,
    zh="更新应联系日",
    en="Update when contact is owed",
    is_public=False,
)
def follow_contact(*, client: int) -> dict[str, Any]:
    """Store the due date of the next contact with a client; does nothing for one without a tier. Returns {changed}."""
    held = ClientTier.objects.filter(client_id=client).select_related("client").first()
    scheme = schemes.find_scheme_in_force(clock.today())
    if held is None or scheme is None:
        return {"changed": False}
    gap = schemes.contact_gaps(schemes.tiers_of(scheme)).get(str(held.code))
    due = due_on(held.client.last_contact_on, held.since, gap)
    if due == held.contact_due_on:
        return {"changed": False}
    held.contact_due_on = due
    held.save()
    return {"changed": True}
