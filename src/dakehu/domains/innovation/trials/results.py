"""The measurement after the end of a trial: both groups as drawn, compared."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from dakehu.domains.innovation.choices import TrialGroup, TrialOutcome
from dakehu.domains.innovation.models import Trial, TrialDecision, TrialMember
from dakehu.domains.innovation.trials import rules
from dakehu.domains.innovation.trials.measures import TrialMeasure, find_measure
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal


def is_over(trial: Trial) -> bool:
    """Return whether the last day of a trial is past."""
    return trial.ends_on is not None and trial.ends_on < clock.today()


def extensions_of(trial: Trial) -> int:
    """Return the number of extensions of a trial, each after its result had been read."""
    with acting_as(system_actor("count the looks at a trial", "trials")):
        return TrialDecision.objects.filter(trial=trial, outcome=TrialOutcome.EXTEND.value).count()


def measure_result(trial: Trial) -> dict[str, Any]:
    """Return the result as plain values. Raises Refused before the end: no interim results.

    {kind, treatment, control: {drawn, present, of, count (of shares), value (share in per cent, or mean)}, verdict, level, difference,
    low, high}. `present` are the clients who still exist, in one group only; `of` those with a value.
    """
    measure = find_measure(str(trial.measure))
    if measure is None or trial.started_on is None or trial.ends_on is None or not is_over(trial):
        raise refusal("trial", "试点结束后才能测量。", "It is measured after its end.")
    with acting_as(system_actor("measure a trial", "trials")):
        groups = _present(trial)
        every = [client for clients in groups.values() for client in clients]
        values = measure.read(every, trial.started_on, trial.ends_on)
    lines = {group: _line(measure, trial.plan.get(group, 0), clients, values) for group, clients in groups.items()}
    return {"kind": measure.kind, **lines, **vars(_compare_groups(trial, measure, groups, values))}


def _present(trial: Trial) -> dict[str, list[int]]:
    """Return the clients of each group; clients merged into both, or restricted since, are in neither."""
    by_client: dict[int, set[str]] = defaultdict(set)
    rows = TrialMember.objects.filter(trial=trial, client__restricted=False)
    for client, group in rows.order_by("client_id").values_list("client_id", "group"):
        by_client[client].add(str(group))
    return {one.value: [client for client, groups in by_client.items() if groups == {one.value}] for one in TrialGroup}


def _line(measure: TrialMeasure, drawn: int, clients: Sequence[int], values: Mapping[int, float]) -> dict[str, Any]:
    own = [values[client] for client in clients if client in values]
    line: dict[str, Any] = {"drawn": drawn, "present": len(clients), "of": len(own), "count": None, "value": None}
    if len(own) < rules.MINIMUM:
        return line
    mean = sum(own) / len(own)
    is_share = measure.kind == rules.SHARE
    return {**line, "count": int(sum(own)) if is_share else None, "value": round(100 * mean if is_share else mean, 4)}


def _compare_groups(
    trial: Trial, measure: TrialMeasure, groups: Mapping[str, Sequence[int]], values: Mapping[int, float]
) -> rules.Result:
    looks = extensions_of(trial)
    drawn = (trial.plan.get("treatment", 0), trial.plan.get("control", 0))
    treatment, control = (groups[one.value] for one in TrialGroup)
    if rules.is_uneven(drawn, (len(treatment), len(control))):
        return rules.Result("uneven", rules.level_of(looks))
    return rules.compare(
        measure.kind,
        [values[client] for client in treatment if client in values],
        [values[client] for client in control if client in values],
        measure.lower_is_better,
        float(trial.hoped_effect or 0),
        looks,
    )
