"""Actions on the design of a trial: write it, submit it for approval, withdraw it."""

from typing import Any

from dakehu.domains.compliance.approvals import requests as approvals
from dakehu.domains.innovation.choices import TrialState
from dakehu.domains.innovation.ideas.rules import CLOSED
from dakehu.domains.innovation.models import Trial
from dakehu.domains.innovation.models.trial import OLDER_FROM
from dakehu.domains.innovation.parameters import SEARCH, SEGMENT, TRIAL, VERSION
from dakehu.domains.innovation.trials import rules
from dakehu.domains.innovation.trials.eligibility import MOST, candidates_of, clients_of
from dakehu.domains.innovation.trials.planning import plan_of, stored_power
from dakehu.domains.innovation.trials.store import SUBJECT, authors_of, design_digest, get_own_trial, get_trial
from dakehu.domains.support.client_data.check import check_no_client_data
from dakehu.domains.support.parameters import ANYWAY
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter

CONFIRM = Parameter(
    "is_confirmed",
    kind="bool",
    spec=FieldSpec(
        "确认两组客户的适当性匹配、风险揭示和法定告知完全相同",
        "I confirm: suitability, risk warnings and duty notices are the same for both groups",
    ),
)
TEXTS = ("name", "hypothesis", "treatment", "why_small")  # also read by people who serve other clients
WRITTEN = (TrialState.DRAFT, TrialState.WAITING, TrialState.APPROVED)


def note_author(row: Trial) -> None:
    """Add the actor to the authors of a trial, who neither approve it nor decide on it."""
    me = current_actor().user_id
    if me is not None and me not in row.edited_by:
        row.edited_by = sorted([*row.edited_by, me])


def _to_draft(row: Trial) -> None:
    """Make a trial a draft again: its plan and approval become void. Raises Refused once it began."""
    if row.state not in WRITTEN:
        raise refusal("trial", "试点已开始，设计不能再改。", "It has begun; its design stays.")
    if row.state != TrialState.DRAFT:
        approvals.void_approvals(SUBJECT, row.pk)
    row.state, row.plan = TrialState.DRAFT.value, {}
    note_author(row)


@action(
    "innovation.add_trial",
    needs=Permission.TRIAL_WRITE,
    zh="新建试点",
    en="Add a trial",
    parameters=(Fields("innovation.Trial", required=("name",), new=True), SEGMENT, SEARCH, ANYWAY),
)
def add_trial(
    *,
    name: str,
    filters: dict[str, Any] | None = None,
    text: str | None = None,
    anyway: bool | None = None,
    **values: Any,
) -> Trial:
    """Add a trial as a draft, for the clients matched by the filter of the client list."""
    row = Trial(name=name, owner=team.current_user(), filters=filters or {}, text=text or "")
    for key, value in values.items():
        if value is not None:
            setattr(row, key, value)
    if row.idea is not None and row.idea.state in CLOSED:
        raise refusal("idea", "创意已有决定；如要再试请先重新打开。", "The idea is decided; reopen it to try it.")
    _to_draft(row)
    check_no_client_data({key: getattr(row, key) for key in TEXTS}, anyway)
    clients_of(row)  # an invalid filter is refused now
    row.save()
    return row


@action(
    "innovation.change_trial",
    needs=Permission.TRIAL_WRITE,
    zh="修改试点",
    en="Change a trial",
    parameters=(TRIAL, VERSION, Fields("innovation.Trial", without=("idea",)), SEGMENT, SEARCH, ANYWAY),
)
def change_trial(*, trial: int, version: int | None = None, anyway: bool | None = None, **values: Any) -> Trial:
    """Change a trial that has not begun; its approval becomes void. Afterwards only its cost can be changed."""
    row = get_own_trial(trial)
    check_version(row, version)
    changes: dict[str, Any] = {}
    for name, value in values.items():
        if value is None and name in ("filters", "text"):
            continue  # omitted; the previous list is kept
        column: Any = Trial._meta.get_field(name)
        new = column.get_default() if value is None and not column.null else value
        if new != getattr(row, name):
            changes[name] = new
    if set(changes) - {"cost"}:
        _to_draft(row)
    if changes.get("name", row.name) == "":
        raise refusal("name", "请填写试点名称。", "Give the trial a name.")
    for name, value in changes.items():
        setattr(row, name, value)
    check_no_client_data({key: getattr(row, key) for key in TEXTS}, anyway)
    clients_of(row)
    row.save()
    return row


@action(
    "innovation.remove_trial",
    needs=Permission.TRIAL_WRITE,
    zh="删除试点",
    en="Remove a trial",
    parameters=(TRIAL,),
)
def remove_trial(*, trial: int) -> None:
    """Remove a trial that has not begun. Raises Refused otherwise; it is then kept."""
    row = get_own_trial(trial)
    _to_draft(row)
    row.delete()


@action(
    "innovation.submit_trial",
    needs=Permission.TRIAL_WRITE,
    zh="提交批准",
    en="Submit a trial for approval",
    parameters=(TRIAL, CONFIRM),
)
def submit_trial(*, trial: int, is_confirmed: bool) -> Trial:
    """Compute the power of the groups, and request a second person's approval of the design.

    Raises Refused if something is missing, and if the groups are too small without a stated reason.
    """
    row = get_own_trial(trial)
    if row.owner_id != current_actor().user_id:
        raise refusal(
            "trial", "由负责人提交：按其可见客户抽取。", "Its owner submits it: clients are drawn in their sight."
        )
    if row.state != TrialState.DRAFT:
        raise refusal("trial", "这个试点已提交。", "It is submitted already.")
    if not is_confirmed:
        raise refusal("is_confirmed", "请确认。", "Please confirm.")
    error = rules.design_error({column.name: getattr(row, column.name) for column in Trial._meta.concrete_fields})
    if error is not None:
        raise refusal(*error)
    _to_draft(row)
    row.plan = checked_plan(row)
    row.state = TrialState.WAITING.value
    row.save()
    add_audit_note(confirmed=str(CONFIRM.spec.zh if CONFIRM.spec else ""))
    approvals.request_approval(SUBJECT, row.pk, row.name, design_digest(row.pk), authors_of(row))
    return row


def checked_plan(row: Trial) -> dict[str, Any]:
    """Return the plan of a trial as counted now; raises Refused if it may not begin with it."""
    candidates = candidates_of(row)
    if candidates.found > MOST or len(candidates.strata) < 2:
        raise refusal(
            "filters",
            "可抽取的客户应为 2–{n} 位。",
            "From 2 to {n} clients must be there to draw from.",
            n=MOST,
        )
    plan = plan_of(row, candidates)
    error = rules.size_error(stored_power(plan), row.why_small)
    if error is not None:
        raise refusal(*error)
    return plan


@action(
    "innovation.withdraw_trial",
    needs=Permission.TRIAL_WRITE,
    zh="撤回为草稿",
    en="Take a trial back to draft",
    parameters=(TRIAL,),
)
def withdraw_trial(*, trial: int) -> Trial:
    """Return a trial that has not begun to draft; its approval becomes void."""
    row = get_own_trial(trial)
    _to_draft(row)
    row.save()
    return row


def decide_design(trial: int, is_approved: bool, note: str) -> None:
    """Apply the decision on a design: it may begin, or is a draft again. Raises Refused if compliance must approve."""
    row = get_trial(trial)
    is_sensitive = rules.needs_compliance(str(row.varied), row.older_from, OLDER_FROM)
    if is_approved and is_sensitive and not current_actor().may(Permission.TRIAL_CARE):
        raise refusal(
            "trial",
            "涉及费用，或没有排除年长客户：须由合规批准。",
            "It is about fees, or older clients are not kept out: compliance approves it.",
        )
    row.state = (TrialState.APPROVED if is_approved else TrialState.DRAFT).value
    row.save()
