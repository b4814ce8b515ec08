"""Actions on self-checks: write the report on the last half-year, sign it as a second person, return it."""

from datetime import date
from typing import Any

from dakehu.domains.advice.models import SelfCheck
from dakehu.domains.advice.parameters import REASON, VERSION
from dakehu.domains.advice.self_checks import rules
from dakehu.domains.advice.self_checks.choices import SelfCheckState
from dakehu.domains.advice.self_checks.counts import counts_of
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

SELF_CHECK = Parameter("self_check", kind="integer", spec=FieldSpec("适当性自查", "Suitability self-check"))
KEPT = bilingual("签署后的自查报告留存，不能撤销。", "A signed report is kept and not taken back.")


def get_self_check(pk: int) -> SelfCheck:
    """Return a self-check. Raises NotFound."""
    row: SelfCheck | None = SelfCheck.objects.select_related("author", "signed_by").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("适当性自查", "suitability self-check"))
    return row


@action(
    "advice.write_self_check",
    needs=Permission.SUITABILITY_REVIEW,
    zh="填写适当性自查",
    en="Write the suitability self-check",
    parameters=(
        Parameter(
            "period_start",
            required=False,
            kind="date",
            spec=FieldSpec(
                "自查期间",
                "Period",
                help_zh="半年中任意一天；未填为上一个半年",
                help_en="Any day of it; left out: the last half-year",
            ),
        ),
        VERSION,
        parameters_of("advice.SelfCheck", "findings", optional=("measures", "is_reportable")),
    ),
)
def write_self_check(
    *, findings: str, period_start: date | None = None, version: int | None = None, **values: Any
) -> SelfCheck:
    """Write or rewrite the report on a half-year that has ended, with what the desk counts now, for a second person to sign.

    Raises Refused for a half-year that has not ended, and for a report that is signed.
    """
    today = clock.today()
    first, last = rules.half_year_of(period_start) if period_start else rules.last_complete(today)
    if last >= today:
        raise refusal("period_start", "这个半年还没有结束。", "This half-year has not ended yet.")
    row = SelfCheck.objects.filter(period_start=first).first()
    if row is None:
        row = SelfCheck(period_start=first, period_end=last, due_on=rules.due_on(last))
    elif row.state == SelfCheckState.SIGNED:
        raise refusal("period_start", "这个半年的自查已签署。", "The self-check of this half-year is signed.")
    else:
        check_version(row, version)
    if not findings.strip():
        raise refusal("findings", "请填写自查发现。", "Write the findings.")
    row.findings, row.measures = findings.strip(), values.get("measures") or row.measures
    row.is_reportable = row.is_reportable if values.get("is_reportable") is None else values["is_reportable"]
    row.counts, row.author = counts_of(first, last), team.current_user()
    row.state, row.returned_for = SelfCheckState.WAITING.value, ""
    row.save()
    return row


@action(
    "advice.sign_self_check",
    needs=Permission.SUITABILITY_SELF_CHECK_SIGN,
    zh="签署适当性自查",
    en="Sign the suitability self-check",
    parameters=(SELF_CHECK, VERSION),
    irreversible=KEPT,
)
def sign_self_check(*, self_check: int, version: int | None = None) -> SelfCheck:
    """Sign a report that somebody else wrote."""
    row = _to_decide(self_check, version)
    row.state, row.signed_by, row.signed_at = SelfCheckState.SIGNED.value, team.current_user(), clock.now()
    row.save()
    return row


@action(
    "advice.return_self_check",
    needs=Permission.SUITABILITY_SELF_CHECK_SIGN,
    zh="退回适当性自查",
    en="Return the suitability self-check",
    parameters=(SELF_CHECK, REASON, VERSION),
)
def return_self_check(*, self_check: int, reason: str, version: int | None = None) -> SelfCheck:
    """Return a report to its author, with the reason."""
    row = _to_decide(self_check, version)
    row.state, row.returned_for = SelfCheckState.RETURNED.value, reason[:300]
    row.save()
    return row


def _to_decide(pk: int, version: int | None) -> SelfCheck:
    row = get_self_check(pk)
    check_version(row, version)
    error = rules.sign_error(row.author_id, current_actor().user_id, str(row.state))
    if error is not None:
        raise refusal(*error)
    return row
