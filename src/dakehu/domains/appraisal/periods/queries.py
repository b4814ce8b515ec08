"""Queries of periods: all, one with its people, one's team, calibration, and whether stored inputs reproduce the scores."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from dakehu.domains.appraisal.choices import ConductKind, DecisionState, GuardState, NoteKind, PeriodState
from dakehu.domains.appraisal.measures.rules import percentile
from dakehu.domains.appraisal.models import (
    Adjustment,
    Appraisal,
    AppraisalNote,
    BookReview,
    ConductEvent,
    MeasureValue,
    Objection,
    Period,
    Score,
)
from dakehu.domains.appraisal.parameters import PERIOD
from dakehu.domains.appraisal.periods.actions import SUBJECT, get_period
from dakehu.domains.appraisal.scores.queries import ADJUSTED, score_facts
from dakehu.domains.appraisal.scores.rules import plain
from dakehu.domains.appraisal.scores.store import newest_scores, recompute
from dakehu.domains.compliance.approvals.requests import find_approval
from dakehu.domains.compliance.choices import ApprovalState
from dakehu.domains.team.roles import RoleName
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query

SMALL = 3  # minimum number of people of a team for showing the spread of its scores
QUARTILES = (("low", Decimal("0.25")), ("middle", Decimal("0.5")), ("high", Decimal("0.75")))


@query("appraisal.periods", needs=Permission.APPRAISAL_OWN, zh="考核期", en="Appraisal periods")
def period_rows() -> list[dict[str, Any]]:
    """Return all periods, the newest first: [{id, name, first_on, last_on, state, state_text, scheme}]."""
    return [_plain(row) for row in Period.objects.select_related("scheme")]


def _plain(row: Period) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "first_on": row.first_on.isoformat(),
        "last_on": row.last_on.isoformat(),
        "state": str(row.state),
        "state_text": PeriodState.text_of(row.state),
        "scheme": row.scheme.choice_label,
        "scheme_id": row.scheme_id,
        "is_over": row.last_on < clock.today(),
        "digest": row.digest,
    }


@query(
    "appraisal.period", needs=Permission.APPRAISAL_OWN, zh="考核期详情", en="An appraisal period", parameters=(PERIOD,)
)
def period_detail(*, appraisal_period: int) -> dict[str, Any]:
    """Return a period with the appraisals that the reader sees, by team and name, never by score.

    {…, people: [{id, user, role_text, team, final, score_text, talked_on, has_self_review, has_manager_review, objections,
    adjustments, book_reviews}], without_talk, reopening: id of the approval or None, reopen_reason}.
    """
    row = get_period(appraisal_period)
    approval = find_approval(SUBJECT, row.pk)
    waits = approval is not None and approval.state == ApprovalState.WAITING
    people = _people(row)
    return {
        **_plain(row),
        "people": people,
        "without_talk": sum(one["talked_on"] is None for one in people),
        "reopening": approval.pk if approval is not None and waits else None,
        "reopen_reason": row.reopen_reason,
    }


def _people(period: Period) -> list[dict[str, Any]]:
    """Return the appraisals of a period that the reader sees, by team and name."""
    rows = list(
        Appraisal.objects.filter(period=period)
        .select_related("user", "team")
        .order_by("team__name", "user__name", "pk")
    )
    scores = newest_scores(rows)
    waiting = {"state": DecisionState.OPEN.value}
    objections = _row_counts(Objection.objects.filter(appraisal__in=rows, **waiting))
    adjustments = _row_counts(Adjustment.objects.filter(appraisal__in=rows, **waiting))
    books = _row_counts(BookReview.objects.filter(appraisal__in=rows, state=GuardState.WAITING.value))
    notes = set(AppraisalNote.objects.filter(appraisal__in=rows).values_list("appraisal_id", "kind"))
    return [
        {
            "id": row.pk,
            "user": {"id": row.user_id, "name": row.user.name},
            "role_text": RoleName.text_of(row.role),
            "team": row.team.name if row.team else "",
            "talked_on": row.talked_on.isoformat() if row.talked_on else None,
            "has_self_review": (row.pk, NoteKind.SELF.value) in notes,
            "has_manager_review": (row.pk, NoteKind.MANAGER.value) in notes,
            "objections": objections.get(row.pk, 0),
            "adjustments": adjustments.get(row.pk, 0),
            "book_reviews": books.get(row.pk, 0),
            **score_facts(scores.get(row.pk)),
        }
        for row in rows
    ]


def _row_counts(rows: Any) -> dict[int, int]:
    """Return {appraisal: number of rows}."""
    found: dict[int, int] = {}
    for pk in rows.values_list("appraisal_id", flat=True):
        found[pk] = found.get(pk, 0) + 1
    return found


@query(
    "appraisal.calibration",
    needs=Permission.APPRAISAL_OWN,
    zh="校准",
    en="Calibration",
    parameters=(PERIOD,),
)
def calibration(*, appraisal_period: int) -> dict[str, Any]:
    """Return the spread of scores by team and each proposed change. No distribution is enforced.

    {period, teams: [{team, people, rated, low, middle, high, least, most}], adjustments: [{id, appraisal, person, team, points,
    reason, proposed_by, state, state_text, before, may_decide}]}. Teams of fewer than three rated people show no spread. Raises
    NotAllowed for users who neither lead a team nor see all.
    """
    actor = current_actor()
    if not (actor.may(Permission.APPRAISAL_TEAM) or actor.may(Permission.APPRAISAL_ALL)):
        raise NotAllowed(bilingual("校准", "Calibration"), Permission.APPRAISAL_TEAM)
    row = get_period(appraisal_period)
    rows = list(Appraisal.objects.filter(period=row).select_related("user", "team").order_by("team__name", "pk"))
    scores = newest_scores(rows)
    by_team: dict[str, list[Appraisal]] = {}
    for one in rows:
        by_team.setdefault(one.team.name if one.team else "", []).append(one)
    teams = [
        {
            "team": name,
            "people": len(members),
            **_score_distribution([scores[one.pk].final for one in members if one.pk in scores]),
        }
        for name, members in by_team.items()
    ]
    return {**_plain(row), "teams": teams, "adjustments": _adjustments(rows, scores)}


def _score_distribution(finals: Sequence[Decimal | None]) -> dict[str, Any]:
    """Return the spread of scores; None if fewer than three people are rated."""
    rated = sorted(one for one in finals if one is not None)
    found: dict[str, Any] = {"rated": len(rated), "least": None, "most": None}
    for name, share in QUARTILES:
        found[name] = plain(percentile(rated, share)) if len(rated) >= SMALL else None
    if len(rated) >= SMALL:
        found |= {"least": plain(rated[0]), "most": plain(rated[-1])}
    return found


def _adjustments(rows: list[Appraisal], scores: dict[int, Score]) -> list[dict[str, Any]]:
    """Return the adjustments of some appraisals with the score before them."""
    actor = current_actor()
    found = Adjustment.objects.filter(appraisal__in=rows).select_related(
        "appraisal__user", "appraisal__team", "proposed_by"
    )
    return [
        {
            "id": one.pk,
            "appraisal": one.appraisal_id,
            "person": one.appraisal.user.name,
            "team": one.appraisal.team.name if one.appraisal.team else "",
            "points": plain(one.points),
            "reason": one.reason,
            "proposed_by": one.proposed_by.name if one.proposed_by else "",
            "state": str(one.state),
            "state_text": str(ADJUSTED[str(one.state)]),
            "computed": plain(scores[one.appraisal_id].computed),
            "may_decide": one.state == DecisionState.OPEN
            and actor.may(Permission.APPRAISAL_ALL)
            and actor.user_id not in (one.proposed_by_id, one.appraisal.user_id),
        }
        for one in found.order_by("appraisal__team__name", "appraisal__user__name", "pk")
    ]


@query(
    "appraisal.verify_period", needs=Permission.APPRAISAL_OWN, zh="重算核对", en="Compute again", parameters=(PERIOD,)
)
def verify_period(*, appraisal_period: int) -> dict[str, Any]:
    """Recompute every visible score of a period from the stored inputs: {scores, same, different: [{person, revision}]}."""
    row = get_period(appraisal_period)
    rows = Score.objects.filter(appraisal__period=row).select_related("appraisal__period__scheme", "appraisal__user")
    values: dict[int, list[MeasureValue]] = {}
    for value in MeasureValue.objects.filter(appraisal__period=row):
        values.setdefault(value.appraisal_id, []).append(value)
    different, total = [], 0
    for score in rows.order_by("appraisal_id", "revision"):
        found, total = recompute(score, values.get(score.appraisal_id, ())), total + 1
        if (found.digest, found.score.score, found.final) != (score.digest, score.computed, score.final):
            different.append({"person": score.appraisal.user.name, "revision": score.revision})
    return {"scores": total, "same": total - len(different), "different": different}


@query("appraisal.conduct_events", needs=Permission.APPRAISAL_OWN, zh="违规记录", en="Events of conduct")
def conduct_events() -> list[dict[str, Any]]:
    """Return the events of conduct that the reader sees, the newest first."""
    rows = ConductEvent.objects.select_related("user", "recorded_by").order_by("-happened_on", "-pk")
    return [
        {
            "id": row.pk,
            "person": row.user.name,
            "kind_text": ConductKind.text_of(row.kind),
            "happened_on": row.happened_on.isoformat(),
            "basis": row.basis,
            "recorded_by": row.recorded_by.name if row.recorded_by else "",
            "withdrawn_reason": row.withdrawn_reason,
        }
        for row in rows
    ]
