"""The measure of service records: the share of a random sample that passed another person's review."""

from collections import defaultdict
from decimal import Decimal

from dakehu.domains.appraisal.measures.registry import Measure, Span, declare
from dakehu.domains.appraisal.measures.rules import ONE, SHARE, ZERO, Row
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import model_of

LEAST_RECORDS = 15


def checked_records(span: Span) -> dict[int, list[Row]]:
    """Return the records of each person that a first reader decided on in a span; numerator: passed."""
    found = model_of("care.RecordCheck").objects.filter(
        staff_id__in=span.users, is_second=False, checked_on__gte=span.first_on, checked_on__lte=span.until
    )
    rows: dict[int, list[Row]] = defaultdict(list)
    for record, user, result in found.order_by("pk").values_list("interaction_ref", "staff_id", "result"):
        rows[user].append(Row("service.Interaction", record, ONE if result == "passed" else ZERO, ONE))
    return dict(rows)


declare(
    Measure(
        "note_review",
        "记录抽检合格率",
        "Notes passed",
        bilingual(
            "考核期内抽检的服务记录中合格的比例：随机抽取，由他人检查，一成由第二人盲审（只用于核对一致性）。不足 15 份不评。",
            "Of the service records checked in the period: passed. Drawn at random and read by somebody else; a tenth is read twice, blind, "
            "for agreement only. Not rated under 15.",
        ),
        "1",
        SHARE,
        "share",
        LEAST_RECORDS,
        True,
        Decimal("0.70"),
        Decimal("0.95"),
        checked_records,
    )
)
