"""Actions on periods: open, freeze, finish the talks, close, request reopening."""

from datetime import date
from typing import Any

from dakehu.domains.appraisal.choices import DecisionState, PeriodState, SchemeState
from dakehu.domains.appraisal.models import Adjustment, Appraisal, Objection, Period
from dakehu.domains.appraisal.parameters import PERIOD, REASON
from dakehu.domains.appraisal.periods.freeze import freeze
from dakehu.domains.compliance.approvals import rules as approvals
from dakehu.domains.compliance.approvals.requests import request_approval
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

SUBJECT = "appraisal.reopening"
WHY = "freeze an appraisal period"
APPLIED = Parameter("applied_scheme", "appraisal.Period", "scheme")
SHORT_REASON = Parameter("reason", required=False, spec=FieldSpec("理由", "Reason"))
STATES = {
    PeriodState.OPEN.value: bilingual("进行中", "open"),
    PeriodState.FROZEN.value: bilingual("已冻结", "frozen"),
    PeriodState.TALKED.value: bilingual("已面谈", "talked"),
    PeriodState.CLOSED.value: bilingual("已关闭", "closed"),
}


def get_period(pk: int, *states: PeriodState) -> Period:
    """Return a period that is in one of these states (any without). Raises NotFound and Refused."""
    row = Period.objects.filter(pk=pk).select_related("scheme").first()
    if row is None:
        raise NotFound(bilingual("考核期", "period"), pk)
    if states and row.state not in states:
        raise refusal(
            "period",
            "考核期现为“{now}”，此操作须在“{then}”时进行。",
            "The period is {now}; this is done while it is {then}.",
            now=STATES[str(row.state)],
            then=STATES[states[0].value],
        )
    return row


@action(
    "appraisal.open_period",
    needs=Permission.APPRAISAL_KEEP,
    zh="开启考核期",
    en="Open an appraisal period",
    parameters=(
        parameters_of("appraisal.Period", "name"),
        APPLIED,
        parameters_of("appraisal.Period", "first_on", "last_on"),
    ),
)
def open_period(*, name: str, applied_scheme: Any, first_on: date, last_on: date) -> Period:
    """Open a period by an approved scheme. Raises Refused for an unapproved scheme, days out of order and a name in use."""
    if applied_scheme.state != SchemeState.APPROVED:
        raise refusal("applied_scheme", "考核方案须先经复核批准。", "The scheme must be approved first.")
    if first_on > last_on:
        raise refusal("last_on", "末日不能早于首日。", "The last day is before the first.")
    if Period.objects.filter(name=name).exists():
        raise refusal("name", "已有同名考核期。", "Another period has this name.")
    row = Period(name=name, scheme=applied_scheme, first_on=first_on, last_on=last_on)
    row.save()
    return row


@action(
    "appraisal.freeze_period",
    needs=Permission.APPRAISAL_KEEP,
    zh="冻结考核期",
    en="Freeze an appraisal period",
    parameters=(PERIOD,),
    irreversible=bilingual(
        "冻结后数据不再变动；更正须经异议裁定或调整，新旧结果都保留。",
        "What is frozen stays; it is corrected by objections and adjustments, and both results are kept.",
    ),
    is_confidential=True,
)
def freeze_period(*, appraisal_period: int) -> Period:
    """Store the values of all people with their hash, and the scores. Raises Refused before the period is over."""
    row = get_period(appraisal_period, PeriodState.OPEN)
    if row.last_on >= clock.today():
        raise refusal(
            "period",
            "考核期到 {day} 结束，次日起才能冻结。",
            "The period ends on {day}; freeze it from the next day on.",
            day=row.last_on.isoformat(),
        )
    with elevated(WHY):
        people = freeze(row)
    row.state, row.frozen_at = PeriodState.FROZEN, clock.now()
    row.save()
    add_audit_note(people=people, digest=row.digest)
    return row


@action(
    "appraisal.finish_talks",
    needs=Permission.APPRAISAL_KEEP,
    zh="结束面谈阶段",
    en="Finish the talks of a period",
    parameters=(PERIOD, SHORT_REASON),
)
def finish_talks(*, appraisal_period: int, reason: str | None = None) -> Period:
    """Finish the talks of a period. Raises Refused without a reason if a person has had no talk."""
    row = get_period(appraisal_period, PeriodState.FROZEN)
    missing = Appraisal.objects.filter(period=row, talked_on=None, user__is_active=True).count()
    if missing and not (reason or "").strip():
        raise refusal(
            "reason",
            "还有 {n} 人没有面谈记录，请写明理由。",
            "{n} people have had no talk; state the reason.",
            n=missing,
        )
    row.state, row.talked_on = PeriodState.TALKED, clock.today()
    row.save()
    add_audit_note(without_talk=missing, reason=reason or "")
    return row


@action(
    "appraisal.close_period",
    needs=Permission.APPRAISAL_KEEP,
    zh="关闭考核期",
    en="Close an appraisal period",
    parameters=(PERIOD,),
    irreversible=bilingual("关闭后须由两人重开。", "Two people reopen it."),
)
def close_period(*, appraisal_period: int) -> Period:
    """Close a period. Raises Refused while objections or adjustments wait for a decision."""
    row = get_period(appraisal_period, PeriodState.TALKED)
    with elevated("count what waits for a decision"):
        waiting = {"appraisal__period": row, "state": DecisionState.OPEN.value}
        objections = Objection.objects.filter(**waiting).count()
        adjustments = Adjustment.objects.filter(**waiting).count()
    if objections or adjustments:
        raise refusal(
            "period",
            "还有 {a} 项异议、{b} 项调整待决定。",
            "{a} objections and {b} adjustments wait for a decision.",
            a=objections,
            b=adjustments,
        )
    row.state, row.closed_on = PeriodState.CLOSED, clock.today()
    row.save()
    return row


@action(
    "appraisal.request_reopening",
    needs=Permission.APPRAISAL_KEEP,
    zh="申请重开考核期",
    en="Ask to reopen a period",
    parameters=(PERIOD, REASON),
)
def request_reopening(*, appraisal_period: int, reason: str) -> Period:
    """Request a second person's approval to reopen a closed period, with the reason."""
    row = get_period(appraisal_period, PeriodState.CLOSED)
    row.reopen_reason, row.reopened_by = reason.strip()[:300], team.current_user()
    row.save()
    me = current_actor().user_id
    summary = f"{row.name}：{row.reopen_reason}"
    request_approval(SUBJECT, row.pk, summary, reopening_digest(row.pk), [me] if me else [])
    return row


def reopening_digest(pk: int) -> str:
    """Return the digest of a request to reopen a period."""
    row = get_period(pk)
    return approvals.digest([row.pk, row.state, row.digest, row.reopen_reason])


def decide_reopening(pk: int, is_approved: bool, note: str) -> None:
    """Reopen a period for decisions if a second person agreed. Call inside an action."""
    row = get_period(pk, PeriodState.CLOSED)
    if is_approved:
        row.state, row.closed_on = PeriodState.TALKED, None
        row.save()
