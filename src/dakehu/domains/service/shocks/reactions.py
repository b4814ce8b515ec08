"""Reaction to a contact after a fall of the market: marketing to the client is paused for five trading days."""

from datetime import timedelta
from typing import Any

import polars as pl

from dakehu.domains.clients import marketing
from dakehu.domains.clients.choices import FreezeReason
from dakehu.domains.service.models import Interaction
from dakehu.domains.service.moments.answered import close_answered
from dakehu.domains.service.shocks import rules, store
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.jobs.events import on_event

MARKET_FALL = "M13"
CALLED = [band.value for band in rules.CALLED]


@on_event("interaction.logged")
def on_interaction(*, interaction: int) -> dict[str, Any]:
    """Pause marketing to a client who was on the list of a shock when the contact was held."""
    reason = bilingual("市场急跌致电后暂停营销", "Marketing is paused after a call on the list of a shock")
    with acting_as(system_actor(str(reason), "worker")):
        row = Interaction.objects.filter(pk=interaction).select_related("client").first()
        if row is None or not is_on_list(row):
            return {"changed": False}
        return {"changed": pause_after_call(interaction=interaction)}


def is_on_list(row: Interaction) -> bool:
    """Return whether a contact was held with a client to be called, on the day of the shock or the next trading day."""
    held_on = clock.local(row.held_at).date()
    recent = [day for day in store.days() if day <= held_on]
    if not recent or trading_days.next_trading_day(recent[-1] + timedelta(days=1)) < held_on:
        return False
    on_list = pl.col("client") == row.client_id
    return bool(len(store.rows(recent[-1]).filter(on_list & pl.col("band").is_in(CALLED)).collect()))


@action(
    "service.pause_after_call",
    needs=Permission.CLIENT_WRITE,
    zh="急跌致电后暂停营销",
    en="Pause marketing after a shock call",
    is_public=False,
)
def pause_after_call(*, interaction: int) -> bool:
    """Pause marketing to the client of a contact, and end the moment of the fall. Returns False if already done."""
    row = Interaction.objects.select_related("client").get(pk=interaction)
    close_answered(client=row.client, kind=MARKET_FALL, objects=[""], outcome="reached", interaction=row)
    return marketing.freeze_marketing(
        client=row.client, cause=f"service.Interaction:{row.pk}", reason=FreezeReason.SHOCK_CALL.value
    )
