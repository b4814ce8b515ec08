"""The tiers' step of the nightly run. Average assets are read from the feeds, so it runs even after a failed close."""

from typing import Any

from django.db.models import Count, Max

from dakehu.domains.ledger.nightly import IMPORT, data_state
from dakehu.domains.team.audit_queries import SIGN_INS
from dakehu.domains.tiers import assign
from dakehu.domains.tiers.models import AssignmentRun
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.nightly.run import desk_state
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step

ASSIGN = "tiers.assign"


def _assign(night: Night) -> dict[str, Any]:
    """Assign the tiers of the day; `kept` clients have no change; `unchanged`: none has any."""
    result = assign.run(night.day, night.progress)
    moved = any(result[name] for name in (*assign.COUNTED, "ended"))
    return {**result, "kept": result["unchanged"], "unchanged": not moved, "words": _summary_sentence(result)}


def _summary_sentence(result: dict[str, Any]) -> Bilingual:
    """Return the result in one sentence."""
    if result["skipped"]:
        return (
            bilingual("没有启用的分级方案，未定级。", "No scheme of tiers is in force.")
            if result["skipped"] == "no_scheme"
            else bilingual("之后的日子已经定级，未改动。", "A later day has been assigned; nothing was changed.")
        )
    return bilingual(
        "首次定级 {assigned}，升级 {upgraded}，降级 {downgraded}，新列入关注 {watched}。",
        "{assigned} assigned, {upgraded} upgraded, {downgraded} downgraded, {watched} newly under watch.",
        **{name: result[name] for name in ("assigned", "upgraded", "downgraded", "watched")},
    )


def tier_state() -> dict[str, Any]:
    """Return plain values that change whenever tiers are assigned: input state of later steps."""
    return {"tiers": AssignmentRun.objects.aggregate(count=Count("pk"), changed=Max("changed_at"))}


def _inputs(night: Night) -> dict[str, Any]:
    """Return the state of the inputs: feeds, closes, and changes made on the desk."""
    return {**data_state(), "desk": desk_state(SIGN_INS)}


declare_step(NightlyStep(ASSIGN, "客户分级", "Tiers", order=30, run=_assign, inputs=_inputs, depends=(IMPORT,)))
