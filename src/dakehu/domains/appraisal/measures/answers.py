"""Measures from surveys and from learning: satisfaction of independent samples, hours of training.

Their rows have numbers and no references: nobody learns here which client gave which answer.
"""

from datetime import date
from decimal import Decimal, localcontext

from dakehu.domains.appraisal.measures.registry import Measure, Span, declare
from dakehu.domains.appraisal.measures.rules import EXACT, ONE, RATIO, SHARE, ZERO, Row
from dakehu.domains.care.surveys.results import satisfaction_of
from dakehu.domains.learning.training.hours import hours_of
from dakehu.foundation.base.i18n import bilingual

Rows = dict[int, list[Row]]
LEAST_ANSWERS = 20  # of one person; below, nothing of them is read at all
SATISFIED = 4  # of 5
NO_REFERENCE = ""


def satisfaction(span: Span) -> Rows:
    """Return the answers of independent samples on each person, lowest first; 4 and 5 count. Nothing of fewer than 20."""
    rows: Rows = {}
    for user in span.users:
        scores = sorted(score for score, _ in satisfaction_of(user, span.first_on, span.until))
        if len(scores) >= LEAST_ANSWERS:
            rows[user] = [
                Row(NO_REFERENCE, number, ONE if score >= SATISFIED else ZERO, ONE)
                for number, score in enumerate(scores, 1)
            ]
    return rows


def training(span: Span) -> Rows:
    """Return the hours of each person in the year of the last day, of what the year asks up to that day; 1 at most."""
    year = span.until.year
    passed = Decimal((span.until - date(year, 1, 1)).days + 1) / Decimal((date(year + 1, 1, 1) - date(year, 1, 1)).days)
    rows: Rows = {}
    with localcontext(EXACT):
        for user, (done, required) in hours_of(span.users, year).items():
            owed = (Decimal(required.hours) * passed).quantize(Decimal("0.01"))
            if owed > 0:
                rows[user] = [Row(NO_REFERENCE, year, min(Decimal(done), owed), owed)]
    return rows


declare(
    Measure(
        "satisfaction",
        "客户满意度",
        "Client satisfaction",
        bilingual(
            "独立抽样问卷中评 4–5 分的比例：随机抽取或诉求办结后发出，非本人发送，非员工在场作答，匿名答卷不计入。不足 20 份不读取。",
            "Share of answers 4 and 5 in independent samples: drawn at random or by a closed request, not sent by the person, not "
            "answered in the presence of staff, none of them anonymous. Nothing is read of fewer than 20.",
        ),
        "1",
        SHARE,
        "share",
        LEAST_ANSWERS,
        True,
        Decimal("0.70"),
        Decimal("0.95"),
        satisfaction,
    ),
    Measure(
        "training_hours",
        "培训学时完成率",
        "Training hours",
        bilingual(
            "本年度已认定学时 ÷ 截至期末按日折算的应修学时，最多计 1。",
            "Hours approved in the year ÷ those required up to the last day of the period by days, 1 at most.",
        ),
        "1",
        RATIO,
        "share",
        0,
        False,
        Decimal("0.70"),
        Decimal("1"),
        training,
    ),
)
