"""The training measure: credited hours against those required for the year, from learning."""

from calendar import isleap
from collections import defaultdict
from datetime import date
from decimal import Decimal

from dakehu.domains.appraisal.measures.registry import Measure, Span, declare
from dakehu.domains.appraisal.measures.rules import RATIO, ZERO, Row
from dakehu.domains.learning.training import hours as training
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import model_of


def training_rows(span: Span) -> dict[int, list[Row]]:
    """Return each person's credited hours in the calendar year up to the last day of a span, and the hours required by then.

    People without required hours, or whose start in the industry is unknown, are not rated: missing records are no fault.
    """
    day = span.until
    starts, asked = training.starts_of(span.users), training.hours_of(span.users, day.year)
    elapsed = Decimal((day - date(day.year, 1, 1)).days + 1) / (366 if isleap(day.year) else 365)
    rows: dict[int, list[Row]] = defaultdict(list)
    for user in span.users:
        required = asked[user][1].hours
        if required and starts[user] is not None:
            rows[user].append(Row("team.User", user, ZERO, required * elapsed))
    counted = model_of("learning.TrainingRecord").objects.filter(
        user_id__in=list(rows), year=day.year, held_on__lte=day, state="counted"
    )
    for pk, user, hours in counted.values_list("pk", "user_id", "hours"):
        rows[user].append(Row("learning.TrainingRecord", pk, hours, ZERO))
    return dict(rows)


declare(
    Measure(
        "training_hours",
        "培训学时完成率",
        "Training hours",
        bilingual(
            "当年已计入学时 ÷ 应修学时 × 已过天数占全年的比例，最多计 1。首年不作要求或从业开始日期未登记的不评。",
            "Hours counted this year ÷ hours asked × share of the year gone by, 1 at most. Not rated: first year, or start in the trade unknown.",
        ),
        "1",
        RATIO,
        "share",
        0,
        False,
        Decimal("0.70"),
        Decimal("1"),
        training_rows,
    )
)
