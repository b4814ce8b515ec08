"""Close an issue: submitted by a person who works on it, approved by one who does not."""

from dakehu.domains.care.improvements import rules
from dakehu.domains.care.improvements.actions import ISSUE, SUBJECT, get_issue, note_author
from dakehu.domains.care.improvements.choices import Stage
from dakehu.domains.care.models import Issue
from dakehu.domains.compliance.approvals.kinds import ApprovalKind, declare
from dakehu.domains.compliance.approvals.requests import request_approval, void_approvals
from dakehu.domains.compliance.approvals.rules import digest
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.schema.parameters import parameters_of

CLOSING = parameters_of("care.Issue", optional=("no_effect_reason", "closing_note"))
CONTENT = ("title", "topic", "cause", "measure", "metric", "result", "no_effect_reason", "closing_note")


def content_digest(issue: int) -> str:
    """Return the digest of what is approved: the measure, its effect, and the reason if there was none."""
    row = get_issue(issue)
    return digest({name: getattr(row, name) for name in CONTENT})


@action(
    "care.submit_issue",
    needs=Permission.IMPROVEMENT_WRITE,
    zh="提交关闭",
    en="Submit for closing",
    parameters=(ISSUE, CLOSING),
)
def submit_issue(*, issue: int, no_effect_reason: str | None = None, closing_note: str | None = None) -> Issue:
    """Request that another person close an issue. Raises Refused without a shown effect or a stated reason.

    Neither its owner nor anyone who edited it may approve that.
    """
    row = get_issue(issue, is_open=True)
    reason, note = str(no_effect_reason or ""), closing_note or ""
    error = rules.closing_error(row.result, reason, note)
    if error is not None:
        raise refusal(*error)
    row.no_effect_reason, row.closing_note, row.stage = reason, note[:500], Stage.ACT.value
    note_author(row)
    row.save()
    authors = {*row.edited_by, *([row.owner_id] if row.owner_id else [])}
    request_approval(SUBJECT, row.pk, row.title, content_digest(row.pk), authors)
    return row


def decide_closing(issue: int, is_approved: bool, note: str) -> None:
    """Close an issue, or leave it open with the reason on the approval. Called inside the deciding action."""
    row = get_issue(issue, is_open=True)
    if is_approved:
        row.closed_on, row.closed_by = clock.today(), team.current_user()
    row.save()


@action(
    "care.reopen_issue",
    needs=Permission.IMPROVEMENT_CLOSE,
    zh="重新打开改进事项",
    en="Take an issue up again",
    parameters=(ISSUE,),
)
def reopen_issue(*, issue: int) -> Issue:
    """Reopen a closed issue in the check stage."""
    row = get_issue(issue)
    if row.closed_on is None:
        raise refusal("issue", "事项没有关闭。", "The issue is not closed.")
    row.closed_on, row.closed_by, row.stage = None, None, Stage.CHECK.value
    void_approvals(SUBJECT, row.pk)
    row.save()
    return row


declare(
    ApprovalKind(
        SUBJECT,
        "改进事项关闭",
        "Closing of an issue",
        model="care.Issue",
        permission=Permission.IMPROVEMENT_CLOSE,
        open_url="/improvements/{id}/",
        digest_of=content_digest,
        on_decision=decide_closing,
    )
)
