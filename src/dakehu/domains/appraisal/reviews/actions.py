"""Actions on reviews: self-review, manager review, talk, comment; conduct; reviews of books."""

from dataclasses import asdict
from datetime import date
from typing import Any

from dakehu.domains.appraisal.choices import GuardState, NoteKind, PeriodState, ScoreCause
from dakehu.domains.appraisal.models import Appraisal, AppraisalNote, BookReview, ConductEvent
from dakehu.domains.appraisal.parameters import APPRAISAL, REASON, TEXT
from dakehu.domains.appraisal.reviews import rules
from dakehu.domains.appraisal.scores.store import add_score, conduct_of, get_appraisal, newest_score, newest_values
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

EVENT = Parameter("conduct_event", kind="integer", spec=FieldSpec("违规记录编号", "Number of the event"))
REVIEW = Parameter("book_review", kind="integer", spec=FieldSpec("复核编号", "Number of the review"))
FINDING = Parameter("finding", choice_set=GuardState, spec=FieldSpec("复核状态", "Finding"))
KEPT = bilingual("意见会保留，不能撤销；可再写一条说明。", "What was written stays; write another note to correct it.")
MAX_TEXT = 2000  # characters


def check_fault(fault: rules.Fault | None) -> None:
    """Raise Refused if a rule found a fault."""
    if fault is not None:
        raise refusal(*fault)


def _open_appraisal(pk: int) -> Appraisal:
    """Return a visible appraisal whose period is frozen or talked. Raises NotFound and Refused."""
    row = get_appraisal(pk)
    if row.period.state not in (PeriodState.FROZEN, PeriodState.TALKED):
        raise refusal("appraisal", "考核期已关闭，不能再写。", "The period is closed; nothing is written any more.")
    return row


def _add_note(row: Appraisal, kind: NoteKind, text: str) -> AppraisalNote:
    """Append a note. Raises Refused for an empty or long one."""
    if not text.strip() or len(text) > MAX_TEXT:
        raise refusal("text", "请填写内容，不超过 {n} 字。", "Write something, {n} characters at most.", n=MAX_TEXT)
    note = AppraisalNote(appraisal=row, kind=kind.value, text=text.strip(), by=team.current_user(), at=clock.now())
    note.save()
    return note


@action(
    "appraisal.write_self_review",
    needs=Permission.APPRAISAL_OWN,
    zh="填写自评",
    en="Write a self-review",
    parameters=(APPRAISAL, TEXT),
    irreversible=KEPT,
    is_confidential=True,
)
def write_self_review(*, appraisal: int, text: str) -> AppraisalNote:
    """Write the self-review of one's own appraisal."""
    row = _open_appraisal(appraisal)
    check_fault(rules.own_note_fault(current_actor().user_id, row.user_id))
    return _add_note(row, NoteKind.SELF, text)


@action(
    "appraisal.comment",
    needs=Permission.APPRAISAL_OWN,
    zh="填写意见",
    en="Comment on one's appraisal",
    parameters=(APPRAISAL, TEXT),
    irreversible=KEPT,
    is_confidential=True,
)
def comment(*, appraisal: int, text: str) -> AppraisalNote:
    """Comment on one's own appraisal."""
    row = _open_appraisal(appraisal)
    check_fault(rules.own_note_fault(current_actor().user_id, row.user_id))
    return _add_note(row, NoteKind.COMMENT, text)


def _check_manager(row: Appraisal) -> None:
    """Raise Refused unless the actor may review the person as manager."""
    actor = current_actor()
    lead = team.find_lead(row.user)
    may_all = actor.may(Permission.APPRAISAL_ALL)
    check_fault(rules.manager_note_fault(actor.user_id, row.user_id, lead.pk if lead else None, may_all))


@action(
    "appraisal.write_manager_review",
    needs=Permission.APPRAISAL_OWN,
    zh="填写主管评价",
    en="Write a manager review",
    parameters=(APPRAISAL, TEXT),
    irreversible=KEPT,
    is_confidential=True,
)
def write_manager_review(*, appraisal: int, text: str) -> AppraisalNote:
    """Write the review of a member of one's own team, or of any person with the permission to see all."""
    row = _open_appraisal(appraisal)
    _check_manager(row)
    return _add_note(row, NoteKind.MANAGER, text)


@action(
    "appraisal.record_talk",
    needs=Permission.APPRAISAL_OWN,
    zh="记录面谈",
    en="Record a talk",
    parameters=(APPRAISAL, TEXT),
    irreversible=KEPT,
    is_confidential=True,
)
def record_talk(*, appraisal: int, text: str) -> AppraisalNote:
    """Record the talk about an appraisal with the person; the period for an objection begins."""
    row = _open_appraisal(appraisal)
    _check_manager(row)
    row.talked_on = clock.today()
    row.save()
    return _add_note(row, NoteKind.TALK, text)


@action(
    "appraisal.record_conduct",
    needs=Permission.CONDUCT_RECORD,
    zh="登记违规与警示",
    en="Record a violation",
    parameters=(parameters_of("appraisal.ConductEvent", "user", "kind", "happened_on", "basis"),),
    is_confidential=True,
    irreversible=bilingual("登记错误请撤销登记并写明原因。", "Withdraw it with a reason where it was wrong."),
)
def record_conduct(*, user: Any, kind: str, happened_on: date, basis: str) -> ConductEvent:
    """Record a violation, warning or unsuitable attempt; scores of frozen periods that are not closed are updated.

    Raises Refused for oneself and for a future day.
    """
    if user.pk == current_actor().user_id:
        raise refusal("user", "不能登记自己的事项。", "Nobody records themselves.")
    if happened_on > clock.today():
        raise refusal("happened_on", "日期不能晚于今天。", "The day is still to come.")
    row = ConductEvent(user=user, kind=kind, happened_on=happened_on, basis=basis, recorded_by=team.current_user())
    row.save()
    _score_again(row, basis)
    return row


@action(
    "appraisal.withdraw_conduct",
    needs=Permission.CONDUCT_RECORD,
    zh="撤销违规登记",
    en="Withdraw an event of conduct",
    parameters=(EVENT, REASON),
    is_confidential=True,
    irreversible=bilingual("如有需要请重新登记。", "Record it again if needed."),
)
def withdraw_conduct(*, conduct_event: int, reason: str) -> ConductEvent:
    """Withdraw a wrong event, with the reason; scores of periods that are not closed are updated."""
    row: ConductEvent | None = ConductEvent.objects.filter(pk=conduct_event, withdrawn_reason="").first()
    if row is None:
        raise NotFound(bilingual("违规记录", "event"), conduct_event)
    row.withdrawn_reason = reason.strip()[:300]
    row.save()
    _score_again(row, reason)
    return row


def _score_again(event: ConductEvent, reason: str) -> None:
    """Add a revision to scores of unclosed periods that include the event, if conduct changes them."""
    with elevated("score after an event of conduct"):
        states = (PeriodState.FROZEN.value, PeriodState.TALKED.value)
        rows = Appraisal.objects.filter(
            user_id=event.user_id,
            period__state__in=states,
            period__first_on__lte=event.happened_on,
            period__last_on__gte=event.happened_on,
        )
        for row in rows.select_related("period__scheme"):
            last = newest_score(row)
            if last is None or asdict(conduct_of(row, newest_values(row))) != last.conduct:
                add_score(row, ScoreCause.CONDUCT, reason)


@action(
    "appraisal.review_book",
    needs=Permission.CONDUCT_RECORD,
    zh="复核客户组合",
    en="Review a book",
    parameters=(REVIEW, FINDING, parameters_of("appraisal.BookReview", "note")),
    is_confidential=True,
)
def review_book(*, book_review: int, finding: str, note: str) -> BookReview:
    """Record the findings of the review of a book with high turnover or cost. Raises Refused for one's own."""
    row: BookReview | None = BookReview.objects.filter(pk=book_review).select_related("appraisal").first()
    if row is None:
        raise NotFound(bilingual("复核", "review"), book_review)
    check_fault(rules.decider_fault(current_actor().user_id, row.appraisal.user_id))
    if finding == GuardState.WAITING:
        raise refusal("finding", "请给出复核结论。", "State what was found.")
    row.state, row.note, row.decided_by = finding, note.strip()[:300], team.current_user()
    row.save()
    return row
