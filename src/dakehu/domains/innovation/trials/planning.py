"""Counts before a trial begins: eligible clients, group sizes, and their power."""

from collections import Counter
from datetime import timedelta
from typing import Any

from dakehu.domains.innovation.models import Trial
from dakehu.domains.innovation.trials import rules
from dakehu.domains.innovation.trials.eligibility import Candidates
from dakehu.domains.innovation.trials.measures import find_measure
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.base import clock

PREVIEW = "preview"  # seed for the sizes before the draw; not used for the draw itself


def plan_of(trial: Trial, candidates: Candidates, groups: rules.Groups | None = None) -> dict[str, Any]:
    """Return the plan before the start, as plain values.

    {counted_on, found, eligible, excluded: {rule: count}, strata: {tier: count}, treatment, control, base, spread, of: how many had a
    value in an equally long period before, needed_treatment, needed_control, detectable, is_enough, problem}. Sizes are those of
    `groups`, or of a discarded draw.
    """
    drawn = groups or rules.draw_groups(candidates.strata, PREVIEW, trial.control_percent)
    sizes = (len(drawn.treatment), len(drawn.control))
    base, spread, count = _baseline(trial, candidates)
    return {
        "counted_on": clock.today().isoformat(),
        "found": candidates.found,
        "eligible": len(candidates.strata),
        "excluded": candidates.excluded,
        "strata": dict(sorted(Counter(candidates.strata.values()).items())),
        "treatment": sizes[0],
        "control": sizes[1],
        "base": base,
        "spread": spread,
        "of": count,
        **vars(_power_of_plan(trial, base, spread, _usable_sizes(trial, sizes, count, len(candidates.strata)))),
    }


def _baseline(trial: Trial, candidates: Candidates) -> tuple[float | None, float | None, int]:
    """Return mean, spread and number of values of the measure over an equally long period before today."""
    measure = find_measure(str(trial.measure))
    if measure is None or not candidates.strata:
        return None, None, 0
    last = clock.today() - timedelta(days=1)
    with acting_as(system_actor("count for a trial", "trials")):
        values = list(measure.read(candidates.strata, last - timedelta(days=trial.days), last).values())
    mean, spread = rules.mean_and_spread(measure.kind, values)
    return mean, spread, len(values)


def _usable_sizes(trial: Trial, sizes: tuple[int, int], count: int, eligible: int) -> tuple[int, int]:
    """Return the expected number of values in each group: all clients unless the measure is partial."""
    measure = find_measure(str(trial.measure))
    if measure is None or not measure.is_partial or not eligible:
        return sizes
    return sizes[0] * count // eligible, sizes[1] * count // eligible


def _power_of_plan(trial: Trial, base: float | None, spread: float | None, sizes: tuple[int, int]) -> rules.Power:
    measure = find_measure(str(trial.measure))
    if measure is None or not trial.hoped_effect:
        return rules.Power(None, None, None, None, "no_facts")
    return rules.power_of(measure.kind, base, spread, sizes, float(trial.hoped_effect), measure.lower_is_better)


def stored_power(plan: dict[str, Any]) -> rules.Power:
    """Return the power stored in a plan."""
    names = ("needed_treatment", "needed_control", "detectable", "is_enough", "problem")
    return rules.Power(*(plan[name] for name in names))
