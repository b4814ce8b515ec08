"""Promotion conditions from appraisal: scores of closed periods, and the share of clients contacted. Never volume."""

from datetime import date, timedelta
from decimal import Decimal

from dakehu.domains.appraisal.choices import PeriodState
from dakehu.domains.appraisal.measures.clients import coverage as coverage_rows
from dakehu.domains.appraisal.measures.registry import Span, get_measure
from dakehu.domains.appraisal.measures.rules import HUNDRED, value_of
from dakehu.domains.appraisal.models import Appraisal
from dakehu.domains.appraisal.scores.store import newest_scores
from dakehu.domains.learning.ladder.conditions import ConditionKind, Evidence, Figure, declare
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.base.i18n import bilingual

PERIODS = 2  # number of latest closed periods that must all reach the figure; house default
YEAR = timedelta(days=365)


def lowest_score(person: int, subject: str, day: date) -> Figure:
    """Return the lowest final score of the latest closed periods; read within the actor's scope of appraisal."""
    rows = Appraisal.objects.filter(
        user_id=person, period__state=PeriodState.CLOSED.value, period__last_on__lte=day
    ).select_related("period")
    latest = list(rows.order_by("-period__last_on", "-pk")[:PERIODS])
    scores = newest_scores(latest)
    evidence = [
        Evidence(f"{row.period.name} · {_score_text(scores[row.pk].final)}", f"/appraisal/{row.pk}/")
        for row in latest
        if row.pk in scores
    ]
    finals = [scores[row.pk].final for row in latest if row.pk in scores]
    if len(latest) < PERIODS:
        note = bilingual("已关闭的考核期不足 {n} 个", "fewer than {n} closed periods", n=PERIODS)
        return Figure(None, note, evidence)
    if len(finals) < PERIODS or any(final is None for final in finals):
        return Figure(None, bilingual("有考核期数据不足，未评分", "a period has too few data to be scored"), evidence)
    return Figure(min(finals), rows=evidence)


def _score_text(final: Decimal | None) -> str:
    return str(bilingual("数据不足", "insufficient data")) if final is None else f"{final:.1f}"


def coverage(person: int, subject: str, day: date) -> Figure:
    """Return the share of clients with an effective contact in the year up to a day, in per cent; None under the minimum n."""
    span = Span(day - YEAR, day, day, (person,))
    with elevated("measure a condition of a level"):
        rows = coverage_rows(span).get(person, ())
    measure = get_measure("coverage")
    value = value_of(measure.kind, rows)
    if value.raw is None or value.count < measure.min_n:
        return Figure(
            None, bilingual("按天数折算的客户不足 {n} 户", "fewer than {n} clients, by days", n=measure.min_n)
        )
    counted = bilingual(
        "{k} / {n} 户（按负责天数折算）", "{k} of {n} clients, by days", k=f"{value.k:.1f}", n=f"{value.n:.1f}"
    )
    return Figure(value.raw * HUNDRED, rows=[Evidence(str(counted))])


declare(
    ConditionKind(
        "appraisal_score",
        "近两期考核得分",
        "Score of the last two appraisals",
        bilingual(
            "最近两个已关闭考核期最终得分中较低的一个",
            "The lower final score of the two latest periods that are closed",
        ),
        bilingual("分", "points"),
        lowest_score,
        decimals=1,
    ),
    ConditionKind(
        "coverage",
        "近 12 个月服务覆盖率",
        "Clients contacted in 12 months",
        bilingual(
            "有过有效联系的客户占比，按负责天数折算，与考核指标口径相同",
            "Share of clients with an effective contact, by days of duty, as the measure of appraisal",
        ),
        bilingual("%", "%"),
        coverage,
        decimals=1,
    ),
)
