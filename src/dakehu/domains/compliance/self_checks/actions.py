"""Actions on self-checks: open the one of the last half-year, write the report, apply the second person's decision."""

from typing import Any

from dakehu.domains.compliance.approvals.kinds import ApprovalKind, declare
from dakehu.domains.compliance.approvals.requests import request_approval
from dakehu.domains.compliance.approvals.rules import digest
from dakehu.domains.compliance.self_checks import rules
from dakehu.domains.compliance.self_checks.choices import SelfCheckState
from dakehu.domains.compliance.self_checks.figures import count_period
from dakehu.domains.compliance.self_checks.models import SelfCheck
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

SUBJECT = "compliance.self_check"  # of approvals
SELF_CHECK = Parameter("self_check", kind="integer", spec=FieldSpec("自查编号", "Number of the self-check"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))


def get_self_check(pk: int) -> SelfCheck:
    """Return a self-check. Raises NotFound."""
    row: SelfCheck | None = SelfCheck.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("自查报告", "self-check"), pk)
    return row


@action(
    "compliance.open_self_check",
    needs=Permission.SELF_CHECK_WRITE,
    zh="发起半年自查",
    en="Open the half-yearly self-check",
    offers_undo=False,
)
def open_self_check() -> SelfCheck:
    """Open the self-check of the half-year that ended last. Returns an existing one."""
    first_on, last_on = rules.half_year_before(clock.today())
    found: SelfCheck | None = SelfCheck.objects.filter(first_on=first_on).first()
    if found is None:
        found = SelfCheck(first_on=first_on, last_on=last_on, due_on=rules.due_on(last_on))
        found.save()
    return found


@action(
    "compliance.write_self_check",
    needs=Permission.SELF_CHECK_WRITE,
    zh="填写自查报告",
    en="Write a self-check",
    parameters=(SELF_CHECK, parameters_of("compliance.SelfCheck", "findings", "measures"), VERSION),
)
def write_self_check(*, self_check: int, findings: str, measures: str, version: int | None = None) -> SelfCheck:
    """Write findings and measures, store the current counts of the period, and request a second person's signature.

    Raises Refused for a report that is signed, and for one without findings or measures.
    """
    row = get_self_check(self_check)
    check_version(row, version)
    if row.state == SelfCheckState.SIGNED:
        raise refusal("self_check", "已签署的自查报告不能修改。", "A self-check that is signed does not change.")
    error = rules.content_error(findings, measures)
    if error is not None:
        raise refusal(*error)
    row.findings, row.measures, row.reason = findings.strip(), measures.strip(), ""
    row.figures, row.author = count_period(row.first_on, row.last_on), team.current_user()
    row.state = SelfCheckState.WAITING.value
    row.save()
    authors = [] if row.author is None else [row.author.pk]
    request_approval(SUBJECT, row.pk, str(row), content_digest(row.pk), authors)
    return row


def content_digest(pk: int) -> str:
    """Return the digest of the signed content. Raises NotFound."""
    row = get_self_check(pk)
    content: dict[str, Any] = {name: getattr(row, name) for name in ("first_on", "findings", "measures", "figures")}
    return digest(content)


def decide_self_check(pk: int, is_approved: bool, note: str) -> None:
    """Apply the second person's decision: signed, or returned with the reason. Called inside the action that decides."""
    row = get_self_check(pk)
    row.state = (SelfCheckState.SIGNED if is_approved else SelfCheckState.RETURNED).value
    if is_approved:
        row.signed_by, row.signed_at = team.current_user(), clock.now()
    else:
        row.reason = note
    row.save()


declare(
    ApprovalKind(
        SUBJECT,
        "自查报告",
        "Self-check",
        model="compliance.SelfCheck",
        permission=Permission.SELF_CHECK_SIGN,
        open_url="/compliance/self-checks/",
        digest_of=content_digest,
        on_decision=decide_self_check,
        seen_by=Permission.SELF_CHECK_SIGN,
    )
)
