"""The nightly step of learning: submit exams whose time is over, enrol people by requirements, assign paths."""

from typing import Any

from dakehu.domains.learning.exams.attempts import close_attempts
from dakehu.domains.learning.paths.actions import assign_paths_by_rule, follow_paths
from dakehu.domains.learning.training.actions import enrol_required
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step

STEP = "learning.duties"


def _run(night: Night) -> dict[str, Any]:
    """Submit expired exams, enrol, assign paths and enrol in their next courses."""
    result = {**close_attempts(), **enrol_required(), **assign_paths_by_rule(), **follow_paths()}
    words = bilingual(
        "收卷 {closed} 份，按要求选课 {enrolled} 人次，分配学习路径 {paths} 人次。",
        "{closed} exams collected, {enrolled} enrolled, {paths} paths assigned.",
        **result,
    )
    return {**result, "unchanged": not any(result.values()), "words": words}


declare_step(NightlyStep(STEP, "学习要求", "Required learning", order=75, run=_run))
