"""Revisions of scores: read the newest, compute and add the next. Call the writing functions inside an action, elevated."""

from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal

from dakehu.domains.appraisal.choices import ConductKind, DecisionState, ScoreCause
from dakehu.domains.appraisal.models import Adjustment, Appraisal, ConductEvent, MeasureValue, Score
from dakehu.domains.appraisal.scores.computation import Computation, compute
from dakehu.domains.appraisal.scores.rules import Conduct
from dakehu.domains.team import queries as team
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual

COMPLAINTS = "complaints_upheld"


def get_appraisal(pk: int) -> Appraisal:
    """Return a visible appraisal with its period and person. Raises NotFound."""
    found = Appraisal.objects.filter(pk=pk).select_related("period__scheme", "user", "team").first()
    if found is None:
        raise NotFound(bilingual("考核", "appraisal"), pk)
    row: Appraisal = found
    return row


def newest_values(appraisal: Appraisal) -> dict[str, MeasureValue]:
    """Return {measure: its newest revision} of an appraisal."""
    rows = MeasureValue.objects.filter(appraisal=appraisal).order_by("measure", "revision")
    return {row.measure: row for row in rows}


def newest_score(appraisal: Appraisal) -> Score | None:
    """Return the newest revision of the score of an appraisal, None before the freeze."""
    row: Score | None = Score.objects.filter(appraisal=appraisal).order_by("-revision").first()
    return row


def newest_scores(appraisals: Iterable[Appraisal]) -> dict[int, Score]:
    """Return {appraisal id: newest revision of its score}."""
    rows = Score.objects.filter(appraisal__in=list(appraisals)).order_by("revision")
    return {row.appraisal_id: row for row in rows}


def conduct_of(appraisal: Appraisal, values: dict[str, MeasureValue]) -> Conduct:
    """Return the conduct counts of a person in the period: conduct events, and complaints from the stored value."""
    period = appraisal.period
    events = ConductEvent.objects.filter(
        user_id=appraisal.user_id,
        happened_on__gte=period.first_on,
        happened_on__lte=period.last_on,
        withdrawn_reason="",
    )
    kinds = [str(kind) for kind in events.values_list("kind", flat=True)]
    complaints = values.get(COMPLAINTS)
    return Conduct(
        violations=kinds.count(ConductKind.VIOLATION.value),
        warnings=kinds.count(ConductKind.WARNING.value),
        upheld=len(complaints.rows) if complaints else 0,
        unsuitable=kinds.count(ConductKind.UNSUITABLE.value),
    )


def adjustment_of(appraisal: Appraisal) -> Decimal:
    """Return the sum of the accepted adjustments."""
    rows = Adjustment.objects.filter(appraisal=appraisal, state=DecisionState.UPHELD.value)
    return sum(rows.values_list("points", flat=True), Decimal(0))


def add_score(appraisal: Appraisal, cause: ScoreCause, reason: str = "") -> Score:
    """Compute the score of an appraisal from its newest values and store it as the next revision."""
    values = newest_values(appraisal)
    conduct = conduct_of(appraisal, values)
    last = newest_score(appraisal)
    found = compute(values.values(), conduct, adjustment_of(appraisal), appraisal.period.scheme)
    row = score_row(appraisal, found, conduct, cause, reason)
    row.revision = last.revision + 1 if last else 1
    row.save()
    return row


def score_row(appraisal: Appraisal, found: Computation, conduct: Conduct, cause: ScoreCause, reason: str) -> Score:
    """Return a revision of a score, not saved, as its first."""
    return Score(
        appraisal=appraisal,
        revision=1,
        cause=cause.value,
        reason=reason[:300],
        rated_share=found.score.rated_share,
        total=found.score.total,
        deduction=found.score.deduction,
        gate=found.score.gate,
        computed=found.score.score,
        adjustment=found.adjustment,
        final=found.final,
        lines=found.lines,
        conduct=asdict(conduct),
        digest=found.digest,
        by=team.current_user(),
        at=clock.now(),
    )


def recompute(score: Score, values: Iterable[MeasureValue]) -> Computation:
    """Return the score recomputed from the stored inputs of a revision; `values` are all revisions of its appraisal's values."""
    revisions = {line["measure"]: line["revision"] for line in score.lines}
    used = [row for row in values if revisions.get(row.measure) == row.revision]
    return compute(used, Conduct(**score.conduct), score.adjustment or Decimal(0), score.appraisal.period.scheme)
