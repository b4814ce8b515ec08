"""Actions on a trial from its start: draw and begin, measure after the end, decide, abort."""

import secrets
from datetime import date, timedelta
from typing import Any

from dakehu.domains.compliance.approvals.requests import approved
from dakehu.domains.compliance.approvals.rules import digest
from dakehu.domains.innovation.choices import TrialGroup, TrialOutcome, TrialState
from dakehu.domains.innovation.ideas.actions import follow_trial
from dakehu.domains.innovation.models import Idea, Trial, TrialDecision, TrialMember
from dakehu.domains.innovation.parameters import REASON, TRIAL
from dakehu.domains.innovation.trials import rules
from dakehu.domains.innovation.trials.eligibility import candidates_of
from dakehu.domains.innovation.trials.planning import plan_of, stored_power
from dakehu.domains.innovation.trials.results import extensions_of, is_over, measure_result
from dakehu.domains.innovation.trials.store import (
    SUBJECT,
    authors_of,
    design_digest,
    get_own_trial,
    get_whole_trial,
    is_own,
)
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.bulk import record_columns
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.parameters import parameters_of

LONGEST_REASON = 500  # characters
ENDS = {TrialOutcome.ADOPT.value: TrialState.ADOPTED, TrialOutcome.STOP.value: TrialState.STOPPED}
DECISION = parameters_of("innovation.TrialDecision", "outcome", "reason", optional=("until",))
DRAWN = bilingual(
    "分组按随机抽取确定，撤销会让人重抽到满意为止；如需停止请中止试点。",
    "The draw stays: taking it back would let it be drawn until it pleases. Abort the trial to stop it.",
)


@action(
    "innovation.start_trial",
    needs=Permission.TRIAL_WRITE,
    zh="抽取分组并开始",
    en="Draw the groups and start",
    parameters=(TRIAL,),
    irreversible=DRAWN,
)
def start_trial(*, trial: int) -> Trial:
    """Check the clients as of now, draw both groups with a stored seed, and begin today. The design is then fixed.

    Raises Refused without an approval of exactly this design, and if the groups became too small.
    """
    row = get_own_trial(trial)
    if row.owner_id != current_actor().user_id:
        raise refusal(
            "trial", "由负责人开始：按其可见客户抽取。", "Its owner starts it: clients are drawn in their sight."
        )
    if row.state != TrialState.APPROVED or not approved(SUBJECT, row.pk, design_digest(row.pk)):
        raise refusal("trial", "须先批准现在的设计。", "Its present design must be approved first.")
    candidates, seed = candidates_of(row), secrets.token_hex(8)
    groups = rules.draw_groups(candidates.strata, seed, row.control_percent)
    if not groups.treatment or not groups.control:
        raise refusal("trial", "可抽取的客户太少，分不成两组。", "Too few clients may be drawn for two groups.")
    row.plan = plan_of(row, candidates, groups)
    error = rules.size_error(stored_power(row.plan), row.why_small)
    if error is not None:
        raise refusal("trial", *error[1:])
    row.seed, row.list_digest = seed, _write_members(row, candidates.strata, groups)
    row.state, row.started_on = TrialState.RUNNING.value, clock.today()
    row.ends_on = clock.today() + timedelta(days=row.days)
    row.save()
    add_audit_note(seed=seed, list_digest=row.list_digest)
    _move_idea(row)
    return row


def _write_members(row: Trial, strata: dict[int, str], groups: rules.Groups) -> str:
    """Write the clients of both groups; return the digest of the list."""
    pairs = [
        *((client, TrialGroup.TREATMENT.value) for client in groups.treatment),
        *((client, TrialGroup.CONTROL.value) for client in groups.control),
    ]
    columns: dict[str, list[Any]] = {
        "trial_id": [row.pk] * len(pairs),
        "client_id": [client for client, _ in pairs],
        "group": [group for _, group in pairs],
        "stratum": [strata[client] for client, _ in pairs],
    }
    record_columns(TrialMember, len(pairs), columns)
    return digest(sorted(pairs))


def _move_idea(row: Trial) -> None:
    """Update the idea of a trial: in trial while any of its trials runs, regardless of the trial's owner."""
    if row.idea_id is None:
        return
    with elevated("ask whether another trial of an idea runs"):
        is_running = Trial.objects.filter(idea=row.idea_id, state=TrialState.RUNNING.value).exists()
    follow_trial(Idea.objects.get(pk=row.idea_id), is_running)


@action(
    "innovation.measure_trial",
    needs=Permission.TRIAL_READ,
    zh="测量结果",
    en="Measure the result",
    parameters=(TRIAL,),
)
def measure_trial(*, trial: int) -> Trial:
    """Measure both groups once the trial is over. Raises Refused before, and once it is decided."""
    row = get_whole_trial(trial)
    _must_run(row)
    row.result, row.measured_on = measure_result(row), clock.today()
    row.save()
    return row


def _must_run(row: Trial) -> None:
    if row.state != TrialState.RUNNING:
        raise refusal("trial", "试点没有在进行。", "The trial is not running.")


@action(
    "innovation.decide_trial",
    needs=Permission.TRIAL_DECIDE,
    zh="决定试点",
    en="Decide on a trial",
    parameters=(TRIAL, DECISION),
)
def decide_trial(*, trial: int, outcome: str, reason: str, until: date | None = None) -> TrialDecision:
    """Adopt, stop or extend a trial after its result was measured. There are no automatic effects: the sponsor decides on
    the idea, the keeper of the catalogue changes it. Raises Refused for its owner and authors."""
    row = get_whole_trial(trial)
    _must_run(row)
    if not row.result or not is_over(row) or row.ends_on is None:
        raise refusal("trial", "请先在结束后测量结果。", "Measure the result after the end first.")
    is_author, extensions = current_actor().user_id in authors_of(row), extensions_of(row)
    error = rules.decision_error(str(outcome), reason, until, row.ends_on, clock.today(), extensions, is_author)
    if error is not None:
        raise refusal(*error)
    decision = TrialDecision(trial=row, outcome=str(outcome), reason=reason.strip()[:LONGEST_REASON], result=row.result)
    decision.decided_on, decision.decided_by = clock.today(), team.current_user()
    if str(outcome) == TrialOutcome.EXTEND:
        decision.until = row.ends_on = until
        row.result, row.measured_on = {}, None
    else:
        row.state = ENDS[str(outcome)].value
    decision.save()
    row.save()
    _move_idea(row)
    return decision


@action(
    "innovation.abort_trial",
    needs=Permission.TRIAL_READ,
    zh="中止试点",
    en="Abort a trial",
    parameters=(TRIAL, REASON),
    irreversible=bilingual(
        "中止后不再测量；如仍要做请新建试点。", "It is not measured any more; add another trial to go on."
    ),
)
def abort_trial(*, trial: int, reason: str) -> Trial:
    """Abort a running trial immediately, because it does harm or cannot continue. Its result is never read."""
    row = get_whole_trial(trial)
    if not (is_own(row) or current_actor().may(Permission.TRIAL_DECIDE)):
        raise NotAllowed(bilingual("中止试点", "abort a trial"), Permission.TRIAL_DECIDE)
    _must_run(row)
    if not reason.strip():
        raise refusal("reason", "请写明原因。", "Give the reason.")
    row.state, row.abort_reason, row.ends_on = TrialState.ABORTED.value, reason.strip()[:LONGEST_REASON], clock.today()
    row.result, row.measured_on = {}, None
    row.save()
    _move_idea(row)
    return row
