"""The nightly assignment of tiers as a step of the night."""

from typing import Any

from django.db.models import Count, Max

from dakehu.domains.tiers import assign, schemes
from dakehu.domains.tiers.models import Scheme, Tier, TierOverride
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step

STEP = "tiers.assign"
FILES = "exchange.import_files"  # the close is not needed: tiers go by the balances of the counter
WAYS = ("assigned", "upgraded", "downgraded", "watched")


def run(night: Night) -> dict[str, Any]:
    """Assign tiers as of the day of the night."""
    counts = assign.run(night.day, night.progress)
    if counts["skipped"] == "no_scheme":
        words = bilingual("没有启用的分级方案，未定级", "No tier scheme is in force; nothing assigned")
    elif counts["skipped"]:
        words = bilingual("之后的日子已经定级，未改动", "A later day is assigned already; nothing changed")
    else:
        words = bilingual(
            "首次定级 {assigned}，升级 {upgraded}，降级 {downgraded}，新列入关注 {watched}，不变 {unchanged}",
            "{assigned} assigned, {upgraded} up, {downgraded} down, {watched} newly under watch, {unchanged} unchanged",
            **counts,
        )
    moved = any(counts[name] for name in (*WAYS, "recovered", "reclassified", "override_ended", "ended"))
    return {**counts, "unchanged": not moved, "kept": counts["unchanged"], "words": words}


def inputs(night: Night) -> Any:
    """Return what tells whether anything that decides tiers has changed: scheme, feed files, clients, tiers by hand."""
    with elevated("the nightly assignment of tiers"):
        scheme = schemes.find_scheme_in_force(night.day)
        files = model_of("ledger.FeedFile").objects.filter(feed__in=("balances", "activity"), day__lte=night.day)
        tables = (
            Scheme.objects.all(),
            Tier.objects.all(),
            TierOverride.objects.all(),
            model_of("clients.Client").objects.all(),
        )
        return [
            scheme.pk if scheme is not None else None,
            _state(files),
            *(_state(rows) for rows in tables),
        ]


def _state(rows: Any) -> list[str]:
    """Return how many rows there are, and when the last of them was changed."""
    found = rows.order_by().aggregate(count=Count("pk"), last=Max("changed_at"))
    return [str(found["count"]), str(found["last"])]


declare_step(NightlyStep(STEP, "客户分级", "Tiers", order=30, run=run, inputs=inputs, depends=(FILES,)))
