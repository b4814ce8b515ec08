"""Actions: raise and decide an objection, propose and decide an adjustment."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from dakehu.domains.appraisal.choices import DecisionState, NoteKind, PeriodState, ScoreCause
from dakehu.domains.appraisal.models import Adjustment, Appraisal, AppraisalNote, MeasureValue, Objection
from dakehu.domains.appraisal.objections import rules
from dakehu.domains.appraisal.parameters import APPRAISAL, TEXT
from dakehu.domains.appraisal.reviews.actions import check_fault
from dakehu.domains.appraisal.reviews.rules import decider_fault
from dakehu.domains.appraisal.scores.computation import rows_from_json, rows_to_json
from dakehu.domains.appraisal.scores.store import add_score, get_appraisal, newest_score, newest_values
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

OBJECTION = Parameter("objection", kind="integer", spec=FieldSpec("异议编号", "Number of the objection"))
ADJUSTMENT = Parameter("adjustment", kind="integer", spec=FieldSpec("调整编号", "Number of the adjustment"))
IS_UPHELD = Parameter("is_upheld", kind="bool", spec=FieldSpec("成立", "Upheld"))
IS_ACCEPTED = Parameter("is_accepted", kind="bool", spec=FieldSpec("同意调整", "Accepted"))
ANSWER = Parameter("answer", spec=FieldSpec("答复内容", "Answer"))
NOTE = Parameter("note", required=False, spec=FieldSpec("决定意见", "Note"))
ABOUT = Parameter("measure", required=False, spec=FieldSpec("异议指标", "About the measure"))
COUNTED = Parameter(
    "counted",
    required=False,
    spec=FieldSpec("改为计入的明细序号", "Rows to count", help_zh="如 3、7", help_en="such as 3, 7"),
)
LEFT_OUT = Parameter(
    "left_out",
    required=False,
    spec=FieldSpec("剔除的明细序号", "Rows to leave out", help_zh="如 4", help_en="such as 4"),
)
DECIDED = bilingual("裁定会保留，新旧得分都可查看。", "The decision stays; old and new scores are both kept.")
FAULTS = {
    "none": ("请写明改为计入或剔除的明细序号。", "Name the rows to count or to leave out."),
    "both": ("同一序号只能写一次。", "Name each row once."),
    "number": ("没有这个序号的明细。", "There is no row with this number."),
    "kind": ("这个指标的明细只能剔除。", "Rows of this measure can only be left out."),
}


def _decidable(pk: int) -> Appraisal:
    """Return a visible appraisal that is open for decisions. Raises NotFound and Refused."""
    row = get_appraisal(pk)
    if row.period.state not in (PeriodState.FROZEN, PeriodState.TALKED):
        raise refusal(
            "appraisal",
            "考核期须处于已冻结或已面谈；已关闭的须先由两人重开。",
            "The period must be frozen or talked; a closed one is reopened by two people first.",
        )
    return row


@action(
    "appraisal.raise_objection",
    needs=Permission.APPRAISAL_OWN,
    zh="提出异议",
    en="Object to one's appraisal",
    parameters=(APPRAISAL, ABOUT, TEXT),
    irreversible=bilingual("异议由他人裁定，不能撤销。", "Another person decides on it."),
    is_confidential=True,
)
def raise_objection(*, appraisal: int, text: str, measure: str | None = None) -> Objection:
    """Object to one's own appraisal within ten working days of the talk (of the freeze without one). Raises Refused."""
    row = _decidable(appraisal)
    if row.user_id != current_actor().user_id:
        raise refusal("appraisal", "异议由本人提出。", "Only the person objects.")
    score = newest_score(row)
    if score is None:
        raise NotFound(bilingual("考核得分", "score"), appraisal)
    if measure and measure not in {line["measure"] for line in score.lines}:
        raise NotFound(bilingual("考核指标", "measure"), measure)
    frozen_at = row.period.frozen_at or clock.now()
    end = rules.last_day(row.talked_on or clock.local(frozen_at).date(), trading_days.is_trading_day)
    if clock.today() > end:
        raise refusal(
            "appraisal", "异议期限已于 {day} 结束。", "The time for objections ended on {day}.", day=end.isoformat()
        )
    if not text.strip():
        raise refusal("text", "请写明异议内容。", "State the objection.")
    found = Objection(
        appraisal=row,
        measure=measure or "",
        text=text.strip(),
        raised_on=clock.today(),
        due_on=rules.last_day(clock.today(), trading_days.is_trading_day),
        revision_before=score.revision,
    )
    found.save()
    return found


@action(
    "appraisal.decide_objection",
    needs=Permission.APPRAISAL_ALL,
    zh="裁定异议",
    en="Decide an objection",
    parameters=(OBJECTION, IS_UPHELD, ANSWER, COUNTED, LEFT_OUT),
    irreversible=DECIDED,
    is_confidential=True,
)
def decide_objection(
    *, objection: int, is_upheld: bool, answer: str, counted: str | None = None, left_out: str | None = None
) -> Objection:
    """Decide an objection with an answer; an upheld one corrects rows of its measure and adds a revision of the score.

    Raises Refused for the person, for their reviewers, and if the rows to correct cannot be read.
    """
    row: Objection | None = Objection.objects.filter(pk=objection, state=DecisionState.OPEN.value).first()
    if row is None:
        raise NotFound(bilingual("异议", "objection"), objection)
    appraisal = _decidable(row.appraisal_id)
    check_fault(decider_fault(current_actor().user_id, appraisal.user_id, *_reviewers(appraisal)))
    if not answer.strip():
        raise refusal("answer", "请写明答复。", "State the answer.")
    row.answer, row.decided_by, row.decided_on = answer.strip(), team.current_user(), clock.today()
    row.state = DecisionState.UPHELD if is_upheld else DecisionState.REJECTED
    if is_upheld:
        _correct(appraisal, row.measure, _numbers("counted", counted), _numbers("left_out", left_out), answer)
        row.revision_after = add_score(appraisal, ScoreCause.OBJECTION, answer).revision
    row.save()
    return row


def _reviewers(appraisal: Appraisal) -> list[int]:
    """Return who wrote a manager's review or held the talk."""
    kinds = (NoteKind.MANAGER.value, NoteKind.TALK.value)
    return list(AppraisalNote.objects.filter(appraisal=appraisal, kind__in=kinds).values_list("by_id", flat=True))


def _numbers(name: str, text: str | None) -> list[int]:
    """Return the row numbers of a text such as "3、7". Raises Refused for anything that is not a number."""
    parts = (text or "").replace("，", ",").replace("、", ",").replace(" ", ",").split(",")
    try:
        return [int(part) for part in parts if part.strip()]
    except ValueError:
        raise refusal(name, "请写明细的序号，如 3、7。", "Write numbers of rows, such as 3, 7.") from None


def _correct(appraisal: Appraisal, measure: str, counted: Sequence[int], left_out: Sequence[int], reason: str) -> None:
    """Add a revision of a value with corrected rows. Raises Refused."""
    value = newest_values(appraisal).get(measure)
    if value is None:
        raise refusal(
            "objection",
            "这项异议没有指明指标，不能逐条更正；请答复不成立，或由他人提议调整。",
            "The objection names no measure: reject it, or let somebody propose an adjustment.",
        )
    try:
        rows = rules.correct_rows(value.kind, rows_from_json(value.rows), counted, left_out)
    except ValueError as fault:
        raise refusal("counted", *FAULTS[str(fault)]) from None
    columns = {column.name: getattr(value, column.attname) for column in MeasureValue._meta.concrete_fields}
    own = {name: columns[name] for name in ("measure", "definition", "kind", "part", "weight", "min_n", "floor")}
    own |= {name: columns[name] for name in ("target", "branch_rate", "has_source")}
    MeasureValue(
        appraisal=appraisal, revision=value.revision + 1, rows=rows_to_json(rows), reason=reason[:300], **own
    ).save()


@action(
    "appraisal.propose_adjustment",
    needs=Permission.APPRAISAL_OWN,
    zh="提议调整得分",
    en="Propose an adjustment",
    parameters=(APPRAISAL, parameters_of("appraisal.Adjustment", "points", "reason")),
    is_confidential=True,
)
def propose_adjustment(*, appraisal: int, points: Decimal, reason: str) -> Adjustment:
    """Propose to change a score, with the reason; another person decides. Raises Refused for one's own score and without a score."""
    row = _decidable(appraisal)
    actor: Any = current_actor()
    if not (actor.may(Permission.APPRAISAL_TEAM) or actor.may(Permission.APPRAISAL_ALL)):
        raise refusal("appraisal", "由团队负责人或考核管理人员提议。", "A lead or who keeps appraisals proposes it.")
    if row.user_id == actor.user_id:
        raise refusal("appraisal", "不能调整自己的得分。", "Nobody adjusts their own score.")
    score = newest_score(row)
    if score is None or score.computed is None:
        raise refusal("points", "数据不足，没有可调整的得分。", "Insufficient data: there is no score to adjust.")
    if not points or not reason.strip():
        raise refusal("reason", "请写明加减分和理由。", "State points and reason.")
    found = Adjustment(appraisal=row, points=points, reason=reason.strip(), proposed_by=team.current_user())
    found.save()
    return found


@action(
    "appraisal.decide_adjustment",
    needs=Permission.APPRAISAL_ALL,
    zh="决定得分调整",
    en="Decide an adjustment",
    parameters=(ADJUSTMENT, IS_ACCEPTED, NOTE),
    irreversible=DECIDED,
    is_confidential=True,
)
def decide_adjustment(*, adjustment: int, is_accepted: bool, note: str | None = None) -> Adjustment:
    """Accept or reject a proposed adjustment. Raises Refused for its proposer and for the person."""
    row: Adjustment | None = Adjustment.objects.filter(pk=adjustment, state=DecisionState.OPEN.value).first()
    if row is None:
        raise NotFound(bilingual("得分调整", "adjustment"), adjustment)
    appraisal = _decidable(row.appraisal_id)
    check_fault(decider_fault(current_actor().user_id, appraisal.user_id, row.proposed_by_id))
    row.state = DecisionState.UPHELD if is_accepted else DecisionState.REJECTED
    row.decided_by, row.decided_on, row.note = team.current_user(), clock.today(), (note or "")[:300]
    row.save()
    if is_accepted:
        add_score(appraisal, ScoreCause.ADJUSTMENT, row.reason)
    return row
