"""The nightly step that opens the self-check of a half-year that has ended."""

from typing import Any

from dakehu.domains.compliance.self_checks import rules
from dakehu.domains.compliance.self_checks.actions import open_self_check
from dakehu.domains.compliance.self_checks.models import SelfCheck
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step

REASON = bilingual("发起半年自查", "Open the half-yearly self-check")


def is_missing() -> bool:
    """Return whether the half-year that ended last has no self-check and the desk was in use in it."""
    first_on, last_on = rules.half_year_before(clock.today())
    began = team.users().order_by("created_at").values_list("created_at", flat=True).first()
    in_use = began is not None and clock.local(began).date() <= last_on
    return in_use and not SelfCheck.objects.filter(first_on=first_on).exists()


def _run(night: Night) -> dict[str, Any]:
    with acting_as(system_actor(str(REASON), "nightly")):
        opened = is_missing()
        if opened:
            open_self_check()
    words = bilingual("发起半年自查 {n} 件", "{n} self-checks opened", n=int(opened))
    return {"opened": int(opened), "unchanged": not opened, "words": words}


declare_step(NightlyStep("compliance.self_check", "半年自查", "Self-check", order=46, run=_run))
