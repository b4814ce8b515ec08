"""The measure of surveys: satisfaction of independent samples.

Its rows have numbers and no references: nobody learns here which client gave which answer.
"""

from decimal import Decimal

from dakehu.domains.appraisal.measures.registry import Measure, Span, declare
from dakehu.domains.appraisal.measures.rules import ONE, SHARE, ZERO, Row
from dakehu.domains.care.surveys.results import satisfaction_of
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
)
