"""Pause and resume marketing to a client; called by other parts of the system."""

from datetime import date
from typing import Any

from dakehu.domains.clients.models import Client, MarketingFreeze
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.parameters import parameters_of

CLIENT = parameters_of("clients.MarketingFreeze", "client")


@query(
    "clients.marketing_freezes",
    needs=Permission.CLIENT_READ,
    zh="暂停营销记录",
    en="Pauses of marketing",
    parameters=CLIENT,
)
def marketing_freezes(*, client: Client) -> Any:
    """Return pauses of marketing to a client, the active ones first."""
    return MarketingFreeze.objects.filter(client=client).order_by("lifted_on", "-frozen_on", "-pk")


def find_running_freeze(client: Client) -> MarketingFreeze | None:
    """Return the oldest pause that has not ended, or None. Must be checked before marketing is sent."""
    return MarketingFreeze.objects.filter(client=client, lifted_on=None).order_by("frozen_on", "pk").first()


def running_freezes(reason: str, before: date) -> list[str]:
    """Return the causes of the pauses for a reason that began before a day and have not ended."""
    rows = MarketingFreeze.objects.filter(reason=reason, lifted_on=None, frozen_on__lt=before)
    return list(rows.order_by("pk").values_list("cause", flat=True))


@action("clients.freeze_marketing", needs=Permission.CLIENT_WRITE, zh="暂停营销", en="Pause marketing", is_public=False)
def freeze_marketing(*, client: Client, cause: str, reason: str) -> bool:
    """Pause marketing for `cause`. Returns False where it is paused for this cause already."""
    row = MarketingFreeze.objects.filter(cause=cause).first() or MarketingFreeze(cause=cause)
    if not row._state.adding and row.lifted_on is None:
        return False
    row.client, row.reason, row.frozen_on, row.lifted_on = client, reason, clock.today(), None
    row.save()
    return True


@action(
    "clients.lift_marketing_freeze",
    needs=Permission.CLIENT_WRITE,
    zh="恢复营销",
    en="Resume marketing",
    is_public=False,
)
def lift_marketing_freeze(*, cause: str) -> bool:
    """End the pause that has this cause. Returns False where none runs."""
    row = MarketingFreeze.objects.filter(cause=cause, lifted_on=None).first()
    if row is None:
        return False
    row.lifted_on = clock.today()
    row.save()
    return True
