"""Queries of trials: the list, one with plan, result and decisions, a preview of a draft, the visible clients."""

from typing import Any

from django.db.models import Count

from dakehu.domains.compliance.approvals import requests as approvals
from dakehu.domains.compliance.approvals.queries import can_decide
from dakehu.domains.compliance.choices import ApprovalState
from dakehu.domains.innovation.choices import TrialGroup, TrialState
from dakehu.domains.innovation.models import ServiceVersion, Trial, TrialDecision, TrialMember
from dakehu.domains.innovation.models.trial import OLDER_FROM
from dakehu.domains.innovation.parameters import FILTERS, LIMIT, OFFSET, ORDER, TRIAL
from dakehu.domains.innovation.trials import rules
from dakehu.domains.innovation.trials.eligibility import candidates_of
from dakehu.domains.innovation.trials.measures import find_measure, measures
from dakehu.domains.innovation.trials.planning import plan_of
from dakehu.domains.innovation.trials.results import extensions_of, is_over
from dakehu.domains.innovation.trials.store import SUBJECT, authors_of, get_trial, is_own
from dakehu.domains.innovation.trials.words import described_plan, described_result
from dakehu.domains.innovation.visibility import is_seen_whole
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_row, render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter, parameters_of

ROWS = 100
CLIENT = parameters_of("innovation.TrialMember", "client")
GROUP = Parameter("group", required=False, choice_set=TrialGroup, spec=FieldSpec("分组", "Group"))


@query("innovation.trials", needs=Permission.TRIAL_READ, zh="试点列表", en="Trials", parameters=(FILTERS, ORDER))
def trials(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the visible trials, the newest first."""
    rows = filter_rows(Trial.objects.all(), filters or {}, order or "")
    return rows if order else rows.order_by("-pk")


@query("innovation.trial", needs=Permission.TRIAL_READ, zh="试点", en="A trial", parameters=(TRIAL,))
def trial_detail(*, trial: int) -> Trial:
    """Return one trial."""
    return get_trial(trial)


@query(
    "innovation.client_trials",
    needs=Permission.TRIAL_READ,
    zh="客户参加的试点",
    en="Trials of a client",
    parameters=CLIENT,
)
def client_trials(*, client: Any) -> Any:
    """Return the trials of a client with the group, the newest first."""
    return TrialMember.objects.filter(client=client).order_by("-pk")


@query("innovation.trial_measures", needs=Permission.TRIAL_READ, zh="试点衡量指标", en="Measures of trials")
def trial_measures() -> list[dict[str, Any]]:
    """Return every measure: [{name, label, definition, kind, unit, lower_is_better}]."""
    return [
        {
            "name": one.name,
            "label": one.label,
            "definition": str(one.definition),
            "kind": one.kind,
            "unit": str(one.unit),
            "lower_is_better": one.lower_is_better,
        }
        for one in measures()
    ]


@query("innovation.trial_page", needs=Permission.TRIAL_READ, zh="试点页面", en="Page of a trial", parameters=(TRIAL,))
def trial_page(*, trial: int) -> dict[str, Any]:
    """Return a trial with the data that the reader may see.

    {trial: plain fields, shown, segment: {filters, text}, idea: {id, title} or None, measure: {label, definition} or None, is_whole, is_over,
    named: matters named in its texts that no trial varies, needs_compliance, plan, result: in words (trials/words.py), decisions:
    [{…shown, result}], complaints: {group: open ones in the reader's scope}, own: {group: clients in the reader's scope}, services,
    approval, looks, can: {…}}. Plan, result and decisions are None for readers who see only single clients of it.
    """
    row = get_trial(trial)
    measure, is_whole = find_measure(str(row.measure)), is_seen_whole(row)
    approval = approvals.find_approval(SUBJECT, row.pk) if is_whole else None
    approval = None if approval is None or approval.state == ApprovalState.VOID else approval
    return {
        "trial": render_row(row),
        "shown": render_row(row, shown=True),
        "state_code": str(row.state),
        "segment": {"filters": row.filters, "text": row.text} if is_whole else None,
        "idea": {"id": row.idea_id, "title": row.idea.title} if row.idea_id and row.idea else None,
        "measure": {"label": measure.label, "definition": str(measure.definition)} if measure else None,
        "is_whole": is_whole,
        "is_over": is_over(row),
        "named": rules.matters_named((row.name, row.hypothesis, row.treatment)),
        "needs_compliance": rules.needs_compliance(str(row.varied), row.older_from, OLDER_FROM),
        "plan": described_plan(row) if is_whole else None,
        "result": described_result(row.result, measure, row.hoped_effect) if is_whole else None,
        "decisions": _decisions(row),
        "complaints": _complaints(row) if row.state == TrialState.RUNNING else None,
        "own": _own_counts(row),
        "services": [
            {"id": one.service_id, "name": one.name, "number": one.number}
            for one in ServiceVersion.objects.filter(based_on=row).order_by("pk")
        ],
        "approval": _approval(approval),
        "looks": extensions_of(row),
        "can": _can(row, approval, is_whole),
    }


def _decisions(row: Trial) -> list[dict[str, Any]]:
    """Return the decisions that the reader sees, oldest first, each with the result that was read."""
    found = list(TrialDecision.objects.filter(trial=row).select_related("decided_by").order_by("pk"))
    measure = find_measure(str(row.measure))
    return [
        {**shown, "result": described_result(one.result, measure, row.hoped_effect), "outcome_code": str(one.outcome)}
        for one, shown in zip(found, render_rows(found, shown=True), strict=True)
    ]


def _complaints(row: Trial) -> dict[str, int] | None:
    """Return complaints since the start by group, within the reader's scope; None without permission for complaints.

    A safeguard, not a result: harm is detected while the trial runs, so that it can be aborted.
    """
    if not current_actor().may(Permission.COMPLAINT_READ):
        return None
    cases = model_of("compliance.Complaint").objects.filter(received_on__gte=row.started_on)
    members = TrialMember.objects.filter(trial=row)
    return {
        one.value: cases.filter(client__in=members.filter(group=one.value).values("client")).count()
        for one in TrialGroup
    }


def _own_counts(row: Trial) -> dict[str, int]:
    """Return the number of clients in the reader's scope in each group."""
    rows = TrialMember.objects.filter(trial=row).order_by().values_list("group").annotate(n=Count("pk"))
    counts = dict(rows)
    return {one.value: counts.get(one.value, 0) for one in TrialGroup}


def _approval(found: Any) -> dict[str, Any] | None:
    if found is None:
        return None
    return {**render_row(found, shown=True), "id": found.pk, "state_code": str(found.state)}


def _can(row: Trial, approval: Any, is_whole: bool) -> dict[str, bool]:
    """Return the actor's permitted actions on a trial now."""
    actor = current_actor()
    is_author = actor.user_id in authors_of(row)
    writes, is_owner = actor.may(Permission.TRIAL_WRITE) and is_own(row), row.owner_id == actor.user_id
    decides, is_running = actor.may(Permission.TRIAL_DECIDE) and is_whole, row.state == TrialState.RUNNING
    has_begun = row.started_on is not None
    return {
        "edit": writes and not has_begun,
        "preview": is_owner and row.state == TrialState.DRAFT,
        "submit": writes and is_owner and row.state == TrialState.DRAFT,
        "decide_design": approval is not None and can_decide(approval),
        "start": writes and is_owner and row.state == TrialState.APPROVED,
        "measure": is_whole and is_running and is_over(row),
        "decide": decides and is_running and bool(row.result) and not is_author,
        "abort": is_running and is_whole and (is_own(row) or decides),
    }


@query(
    "innovation.trial_preview",
    needs=Permission.TRIAL_WRITE,
    zh="试点人数预估",
    en="Preview of a trial",
    parameters=(TRIAL,),
)
def trial_preview(*, trial: int) -> dict[str, Any] | None:
    """Return the plan of a draft as counted now, as text. Raises Refused for other users than its owner, whose scope
    differs."""
    row = get_trial(trial)
    if row.owner_id != current_actor().user_id or row.state != TrialState.DRAFT:
        raise refusal("trial", "草稿由负责人预估。", "The owner previews a draft.")
    row.plan = plan_of(row, candidates_of(row))
    return described_plan(row)


@query(
    "innovation.trial_members",
    needs=Permission.TRIAL_READ,
    zh="试点客户",
    en="Clients of a trial",
    parameters=(TRIAL, GROUP, LIMIT, OFFSET),
)
def trial_members(
    *, trial: int, group: str | None = None, limit: int | None = None, offset: int | None = None
) -> dict[str, Any]:
    """Return the visible clients of a trial: {count, rows: [{client, client_id, group, group_code, stratum}]}."""
    rows = TrialMember.objects.filter(trial=get_trial(trial))
    rows = rows.filter(group=group) if group else rows
    start = offset or 0
    some = list(rows.select_related("client").order_by("-group", "pk")[start : start + min(limit or ROWS, 1000)])
    shown = render_rows(some, ("client", "group", "stratum"), shown=True)
    return {
        "count": rows.count(),
        "rows": [
            {**text, "client_id": one.client_id, "group_code": str(one.group)}
            for one, text in zip(some, shown, strict=True)
        ],
    }
