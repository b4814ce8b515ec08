"""The nightly step of learning: collect exams whose time is over, and enrol whom a requirement concerns."""

from typing import Any

from dakehu.domains.learning.exams.attempts import close_attempts
from dakehu.domains.learning.training.actions import enrol_required
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step

STEP = "learning.duties"


def _run(night: Night) -> dict[str, Any]:
    """Collect exams and enrol."""
    result = {**close_attempts(), **enrol_required()}
    words = bilingual(
        "收卷 {closed} 份，按要求选课 {enrolled} 人次。", "{closed} exams collected, {enrolled} enrolled.", **result
    )
    return {**result, "unchanged": not any(result.values()), "words": words}


declare_step(NightlyStep(STEP, "学习要求", "Required learning", order=75, run=_run))
