"""Queries of scores: one's own appraisals, and one appraisal with its calculation."""

from typing import Any

from dakehu.domains.appraisal.choices import DecisionState, GuardKind, GuardState, NoteKind, PeriodState, ScoreCause
from dakehu.domains.appraisal.measures import rules as measure_rules
from dakehu.domains.appraisal.measures.registry import Span, find_measure
from dakehu.domains.appraisal.models import Appraisal, Period, Score
from dakehu.domains.appraisal.objections.rules import last_day
from dakehu.domains.appraisal.parameters import APPRAISAL
from dakehu.domains.appraisal.periods.freeze import read
from dakehu.domains.appraisal.reviews.rules import decider_fault, manager_note_fault
from dakehu.domains.appraisal.schemes.store import weighted_measures
from dakehu.domains.appraisal.scores.rules import NO_SOURCE, NOT_RATED, PER_ATTEMPT, PER_COMPLAINT, RATED, plain
from dakehu.domains.appraisal.scores.store import get_appraisal, newest_scores
from dakehu.domains.team import queries as team
from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter

REVISION = Parameter("revision", required=False, kind="integer", spec=FieldSpec("修订号", "Revision"))
STATES = {
    RATED: bilingual("已评", "Rated"),
    NOT_RATED: bilingual("样本不足，未评", "Too few cases, not rated"),
    NO_SOURCE: bilingual("尚无数据来源", "No data source yet"),
}
ADJUSTED = {
    DecisionState.OPEN.value: bilingual("待决定", "To be decided"),
    DecisionState.UPHELD.value: bilingual("已同意", "Accepted"),
    DecisionState.REJECTED.value: bilingual("未同意", "Not accepted"),
}
INSUFFICIENT = bilingual("数据不足", "Insufficient data")
GATES = {
    "0": bilingual("严重违规，得分为 0", "Serious violation: the score is 0"),
    "0.5": bilingual("书面警示，得分减半", "Written warning: half the score"),
    "1": bilingual("无违规", "Nothing against"),
}


@query("appraisal.mine", needs=Permission.APPRAISAL_OWN, zh="我的考核", en="My appraisals")
def my_appraisals() -> dict[str, Any]:
    """Return one's own appraisals and the raw values of open periods so far, without points.

    {appraisals: [{id, period, state, state_text, first_on, last_on, final, score_text, talked_on}], so_far: [{period, first_on, last_on,
    lines: [{measure, name, k, n, count, raw, unit, min_n, has_source}]}]}.
    """
    me = current_actor().user_id
    rows = list(Appraisal.objects.filter(user_id=me).select_related("period").order_by("-period__last_on", "-pk"))
    scores = newest_scores(rows)
    done = [_render_appraisal(row, scores.get(row.pk)) for row in rows]
    return {"appraisals": done, "so_far": [_running_scores(period, me) for period in _open_periods()] if me else []}


def _open_periods() -> list[Period]:
    today = clock.today()
    return list(Period.objects.filter(state=PeriodState.OPEN.value, first_on__lte=today).select_related("scheme"))


def _render_appraisal(row: Appraisal, score: Score | None) -> dict[str, Any]:
    """Return an appraisal for a list."""
    period = row.period
    return {
        "id": row.pk,
        "period": period.name,
        "state": str(period.state),
        "state_text": PeriodState.text_of(period.state),
        "first_on": period.first_on.isoformat(),
        "last_on": period.last_on.isoformat(),
        "talked_on": row.talked_on.isoformat() if row.talked_on else None,
        **score_facts(score),
    }


def score_facts(score: Score | None) -> dict[str, Any]:
    """Return {final, score_text}: the score in words, "insufficient data" if there is none."""
    if score is None:
        return {"final": None, "score_text": "–"}
    final = plain(score.final)
    return {"final": final, "score_text": str(INSUFFICIENT) if final is None else f"{score.final:.2f}"}


def _running_scores(period: Period, user: int) -> dict[str, Any]:
    """Return the raw values of a running period for one person, without points."""
    role = str(model_of("team.User").objects.filter(pk=user).values_list("role", flat=True).first() or "")
    by_role = weighted_measures(period.scheme)
    weighted = [one for one in by_role.get(role, by_role[""]) if one.weight]
    span = Span(period.first_on, period.last_on, clock.today(), (user,))
    with elevated("read one's own measures"):
        readings = read([one.measure for one in weighted], span)
    lines = []
    for one in weighted:
        measure = find_measure(one.measure)
        value = measure_rules.value_of(measure.kind, readings[one.measure].get(user, ())) if measure else None
        has_source = measure is not None and measure.source is not None
        lines.append(
            {
                **measure_names(one.measure),
                "min_n": one.min_n,
                "has_source": has_source,
                "k": plain(value.k) if value and has_source else None,
                "n": plain(value.n) if value and has_source else None,
                "count": value.count if value and has_source else 0,
                "raw": plain(value.raw) if value and has_source else None,
            }
        )
    return {
        "id": period.pk,
        "period": period.name,
        "first_on": period.first_on.isoformat(),
        "last_on": period.last_on.isoformat(),
        "lines": lines,
    }


def measure_names(code: str) -> dict[str, Any]:
    """Return name, definition, unit and kind of a measure."""
    measure = find_measure(code)
    if measure is None:
        return {"measure": code, "name": code, "text": "", "unit": "count", "kind": ""}
    return {
        "measure": code,
        "name": str(measure.label),
        "text": str(measure.definition),
        "unit": measure.unit,
        "kind": measure.kind,
    }


@query(
    "appraisal.appraisal",
    needs=Permission.APPRAISAL_OWN,
    zh="考核详情",
    en="An appraisal",
    parameters=(APPRAISAL, REVISION),
)
def appraisal_detail(*, appraisal: int, revision: int | None = None) -> dict[str, Any]:
    """Return an appraisal with the calculation of a revision of its score (default: newest), notes, objections, adjustments.

    {id, user, role_text, team, period, score, lines, revisions, notes, objections, adjustments, book_reviews, may}. A score is
    {revision, final, score_text, computed, adjustment, total, deduction, gate, gate_text, rated_share, conduct, digest, cause}.
    """
    row = get_appraisal(appraisal)
    scores = list(Score.objects.filter(appraisal=row).select_related("by").order_by("revision"))
    chosen = next((one for one in scores if one.revision == revision), scores[-1] if scores and not revision else None)
    if chosen is None:
        raise NotFound(bilingual("考核得分", "score"), revision or appraisal)
    parts = {part.code: str(part) for part in row.period.scheme.parts.all()}
    place = {code: number for number, code in enumerate(parts)}
    return {
        **_render_appraisal(row, scores[-1]),
        "period_id": row.period_id,
        "scheme_id": row.period.scheme_id,
        "scheme": row.period.scheme.choice_label,
        "user": {"id": row.user_id, "name": row.user.name},
        "role_text": RoleName.text_of(row.role),
        "team": row.team.name if row.team else "",
        "score": _score(chosen),
        "is_newest": chosen is scores[-1],
        "lines": sorted(
            (_line(line, parts) for line in chosen.lines), key=lambda line: place.get(line["part"], len(place))
        ),
        "revisions": [
            {
                "revision": one.revision,
                "cause_text": ScoreCause.text_of(one.cause),
                "reason": one.reason,
                "by": one.by.name if one.by else "",
                "at": clock.local(one.at).date().isoformat(),
                **score_facts(one),
            }
            for one in scores
        ],
        "notes": [_note(note) for note in row.notes.select_related("by")],
        "objections": [_objection(one) for one in row.objections.select_related("decided_by").order_by("pk")],
        "adjustments": [
            _adjustment(one) for one in row.adjustments.select_related("proposed_by", "decided_by").order_by("pk")
        ],
        "book_reviews": [_book_review(one) for one in row.book_reviews.order_by("pk")],
        "may": _rights(row),
    }


def _score(score: Score) -> dict[str, Any]:
    """Return a revision of a score as plain values."""
    gate = plain(score.gate) or "1"
    conduct = score.conduct
    return {
        "revision": score.revision,
        "cause_text": ScoreCause.text_of(score.cause),
        "reason": score.reason,
        "computed": plain(score.computed),
        "adjustment": plain(score.adjustment),
        "total": plain(score.total),
        "deduction": plain(score.deduction),
        "complaint_points": plain(PER_COMPLAINT * conduct["upheld"]),
        "attempt_points": plain(PER_ATTEMPT * conduct["unsuitable"]),
        "gate": gate,
        "gate_text": str(GATES.get(gate, gate)),
        "rated_share": plain(score.rated_share),
        "conduct": conduct,
        "digest": score.digest,
        **score_facts(score),
    }


def _line(line: dict[str, Any], parts: dict[str, str]) -> dict[str, Any]:
    """Return a line with the names of its measure and part; sums of money only for readers cleared for them."""
    named = measure_names(line["measure"])
    shown = line if may_show_amounts(named["kind"]) else {**line, "k": None, "n": None}
    return {**shown, **named, "part_name": parts.get(line["part"], ""), "state_text": str(STATES[line["state"]])}


def may_show_amounts(kind: str) -> bool:
    """Return whether the reader may see the sums of a measure of a kind: sums of money need the clearance for amounts."""
    return kind != measure_rules.TRIMMED or current_actor().clearance >= PERSONAL


def _note(note: Any) -> dict[str, Any]:
    return {
        "kind_text": NoteKind.text_of(note.kind),
        "text": note.text,
        "by": note.by.name if note.by else "",
        "at": clock.local(note.at).strftime("%Y-%m-%d %H:%M"),
    }


def _objection(one: Any) -> dict[str, Any]:
    return {
        "id": one.pk,
        "measure": one.measure,
        "measure_name": measure_names(one.measure)["name"] if one.measure else "",
        "text": one.text,
        "raised_on": one.raised_on.isoformat(),
        "due_on": one.due_on.isoformat(),
        "state": str(one.state),
        "state_text": DecisionState.text_of(one.state),
        "answer": one.answer,
        "decided_by": one.decided_by.name if one.decided_by else "",
        "decided_on": one.decided_on.isoformat() if one.decided_on else None,
        "revision_before": one.revision_before,
        "revision_after": one.revision_after,
    }


def _adjustment(one: Any) -> dict[str, Any]:
    return {
        "id": one.pk,
        "points": plain(one.points),
        "reason": one.reason,
        "proposed_by": one.proposed_by.name if one.proposed_by else "",
        "state": str(one.state),
        "state_text": str(ADJUSTED[str(one.state)]),
        "decided_by": one.decided_by.name if one.decided_by else "",
        "note": one.note,
    }


def _book_review(one: Any) -> dict[str, Any]:
    return {
        "id": one.pk,
        "kind_text": GuardKind.text_of(one.kind),
        "tier": one.tier,
        "value": plain(one.value),
        "limit": plain(one.limit),
        "state": str(one.state),
        "state_text": GuardState.text_of(one.state),
        "note": one.note,
    }


def _rights(row: Appraisal) -> dict[str, Any]:
    """Return the reader's permitted actions on an appraisal now, by the rules of the actions."""
    actor = current_actor()
    is_open = row.period.state in (PeriodState.FROZEN, PeriodState.TALKED)
    lead = team.find_lead(row.user)
    may_all = actor.may(Permission.APPRAISAL_ALL)
    is_own = actor.user_id == row.user_id
    reviews = manager_note_fault(actor.user_id, row.user_id, lead.pk if lead else None, may_all) is None
    begin = row.talked_on or clock.local(row.period.frozen_at or clock.now()).date()
    ends_on = last_day(begin, trading_days.is_trading_day)
    return {
        "write_own": is_open and is_own,
        "object": is_open and is_own and clock.today() <= ends_on,
        "object_until": ends_on.isoformat(),
        "review": is_open and reviews,
        "decide": is_open and may_all and decider_fault(actor.user_id, row.user_id) is None,
        "conduct": actor.may(Permission.CONDUCT_RECORD) and not is_own,
    }
