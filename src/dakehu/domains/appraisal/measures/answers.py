"""The measures of surveys: satisfaction of independent samples, and the recommendation of a whole branch.

Its rows have numbers and no references, so that no answer can be traced to a client.
"""

from collections import defaultdict
from decimal import Decimal

from dakehu.domains.appraisal.measures.registry import Measure, Span, declare
from dakehu.domains.appraisal.measures.rules import NET, ONE, SHARE, ZERO, Row
from dakehu.domains.care.surveys.results import recommendations_of, satisfaction_of
from dakehu.domains.team import queries as team
from dakehu.foundation.base.i18n import bilingual

Rows = dict[int, list[Row]]
LEAST_ANSWERS = 20  # of one person; with fewer, none are read
SATISFIED = 4  # of 5
LEAST_OF_BRANCH = 50  # answers of a branch; with fewer, none are read
PROMOTER, DETRACTOR = 9, 6  # lower and upper bound, out of 10
NO_REFERENCE = ""


def satisfaction(span: Span) -> Rows:
    """Return the answers of independent samples on each person, lowest first; 4 and 5 are in the numerator. Empty for fewer than 20."""
    rows: Rows = {}
    for user in span.users:
        scores = sorted(score for score, _ in satisfaction_of(user, span.first_on, span.until))
        if len(scores) >= LEAST_ANSWERS:
            rows[user] = [
                Row(NO_REFERENCE, number, ONE if score >= SATISFIED else ZERO, ONE)
                for number, score in enumerate(scores, 1)
            ]
    return rows


def recommendation(span: Span) -> Rows:
    """Return the recommendation of each person's branch, the same for all its people: 1, 0 or -1 per answer. Empty for fewer than 50."""
    branches: dict[int, list[int]] = defaultdict(list)
    for user in team.active_people():
        if user.team is not None:
            branches[user.team.branch_id].append(user.pk)
    rows: Rows = {}
    for people in branches.values():
        asked = [user for user in people if user in span.users]
        scores = recommendations_of(people, span.first_on, span.until) if asked else []
        if len(scores) >= LEAST_OF_BRANCH:
            counted = [Row(NO_REFERENCE, number, net_of(score), ONE) for number, score in enumerate(scores, 1)]
            rows |= dict.fromkeys(asked, counted)
    return rows


def net_of(score: int) -> Decimal:
    """Return 1 for an answer of a promoter (9 and 10), -1 for one of a detractor (0 to 6), else 0."""
    return ONE if score >= PROMOTER else -ONE if score <= DETRACTOR else ZERO


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
        "recommendation",
        "营业部净推荐值",
        "Recommendation of the branch",
        bilingual(
            "所在营业部独立抽样问卷中 9–10 分的比例减 0–6 分的比例，同一营业部人员相同，不按个人计算；不足 50 份不读取。区间按 (p+d−净值²)/n。",
            "Share of answers 9 and 10 less that of 0 to 6 in independent samples of the person’s branch; the same for all of it, never "
            "of one person. Nothing is read of fewer than 50. Interval by (p+d−net²)/n.",
        ),
        "1",
        NET,
        "share",
        LEAST_OF_BRANCH,
        False,
        Decimal("0.00"),
        Decimal("0.50"),
        recommendation,
    ),
)
