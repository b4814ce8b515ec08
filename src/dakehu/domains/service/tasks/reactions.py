"""Automatic starts of checklists: a client opened, a tier raised, a year passed."""

from datetime import date, timedelta
from typing import Any

from dakehu.domains.service.models import ChecklistTemplate, Trigger
from dakehu.domains.service.tasks import checklists, rules
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs.events import on_event
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step

LOOK_BACK = 6  # days: events while the desk was off are caught up, and nothing is started twice


@on_event("clients.created")
def on_client_opened(*, client: int) -> dict[str, Any]:
    """Start the checklists of a new client."""
    reason = bilingual("新客户开立，启动清单", "A client was opened; its checklists start")
    with acting_as(system_actor(str(reason), "worker")):
        if not _templates(Trigger.CLIENT_OPENED):
            return {"started": 0}
        return start_triggered(causes=[[client, Trigger.CLIENT_OPENED.value, "opened"]])


def _templates(trigger: Trigger) -> list[ChecklistTemplate]:
    """Return the active checklists with a trigger."""
    return list(ChecklistTemplate.objects.filter(trigger=trigger.value, is_active=True).order_by("pk"))


@action(
    "service.start_triggered_checklists",
    needs=Permission.PLAN_WRITE,
    zh="按事件启动清单",
    en="Start checklists after events",
    is_public=False,
)
def start_triggered(*, causes: list[list[Any]]) -> dict[str, Any]:
    """Start the checklists that fit [[client id, trigger, cause]], each once for a cause. Returns {started}.

    Clients without a main manager are left out: the tasks would have no owner.
    """
    clients = {row.pk: row for row in model_of("clients.Client").objects.filter(pk__in=[one[0] for one in causes])}
    tiers = dict(
        model_of("tiers.ClientTier").objects.filter(client_id__in=list(clients)).values_list("client_id", "code")
    )
    owners = checklists.main_managers(list(clients))
    started = 0
    for client, trigger, cause in causes:
        for template in _templates(Trigger(trigger)):
            fits = client in owners and template.tier in ("", tiers.get(client, ""))
            if not fits or checklists.is_started(client, template.pk, cause) or not checklists.items_of(template):
                continue
            checklists.start(clients[client], template, clock.today(), owners[client], cause)
            started += 1
    return {"started": started}


def _run(night: Night) -> dict[str, Any]:
    """Start the checklists of tiers raised and years passed within the last nights."""
    last = clock.today()
    first = last - timedelta(days=LOOK_BACK)
    causes = [*_clients_with_raised_tier(first), *_anniversaries(first, last)]
    started = start_triggered(causes=causes)["started"] if causes else 0
    words = bilingual("启动 {n} 份清单。", "{n} checklists started.", n=started)
    return {"started": started, "unchanged": not started, "words": words}


def _clients_with_raised_tier(first: date) -> list[list[Any]]:
    """Return the clients whose tier was raised since a day, as causes."""
    if not _templates(Trigger.TIER_RAISED):
        return []
    rows = model_of("tiers.TierChange").objects.filter(on__gte=first, kind="upgraded").order_by("pk")
    return [
        [client, Trigger.TIER_RAISED.value, f"raised-{on.isoformat()}"]
        for client, on in rows.values_list("client_id", "on")
    ]


def _anniversaries(first: date, last: date) -> list[list[Any]]:
    """Return the clients whose opening has its anniversary between two days, as causes."""
    if not _templates(Trigger.YEAR_PASSED):
        return []
    found = []
    months = {first.month, last.month}
    rows = model_of("clients.Client").objects.filter(opened_on__month__in=months, opened_on__lt=first, restricted=False)
    for client, opened_on in rows.order_by("pk").values_list("pk", "opened_on"):
        year = rules.anniversary_between(opened_on, first, last)
        if year is not None:
            found.append([client, Trigger.YEAR_PASSED.value, f"year-{year}"])
    return found


declare_step(NightlyStep("service.checklists", "清单", "Checklists", order=45, run=_run))
