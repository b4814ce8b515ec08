"""The nightly step of growth: warn of prospects due for return to the pool, and recycle them."""

from typing import Any

from dakehu.domains.growth.pool import recycling
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step

RECYCLE = "growth.recycle"


def _recycle(night: Night) -> dict[str, Any]:
    """Warn and recycle as of the closed day."""
    result = recycling.recycle(day=night.day, progress=night.progress)
    words = bilingual(
        "检查 {checked} 条线索，预警 {warned}，收回公海 {recycled}。",
        "{checked} prospects checked, {warned} warned of, {recycled} back in the pool.",
        **result,
    )
    return {**result, "unchanged": not (result["warned"] or result["recycled"]), "words": words}


declare_step(NightlyStep(RECYCLE, "公海收回", "Recycling of prospects", order=70, run=_recycle))
