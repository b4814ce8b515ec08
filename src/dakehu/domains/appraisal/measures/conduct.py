"""Measures of conduct and of work for all: complaints upheld, client education; and those without data yet."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from dakehu.domains.appraisal.measures.registry import Measure, Span, declare
from dakehu.domains.appraisal.measures.rules import COUNT, MEDIAN, ONE, SHARE, Row
from dakehu.domains.compliance.choices import ComplaintDecision
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import model_of

Rows = dict[int, list[Row]]
UPHELD = (ComplaintDecision.UPHELD.value, ComplaintDecision.PARTLY.value)


def upheld_complaints(span: Span) -> Rows:
    """Return the complaints about each person that were closed as upheld, in part or whole, in a span."""
    found = model_of("compliance.Complaint").objects.filter(
        about_staff_id__in=span.users, decision__in=UPHELD, closed_on__gte=span.first_on, closed_on__lte=span.until
    )
    rows: Rows = defaultdict(list)
    for pk, user in found.values_list("pk", "about_staff_id"):
        rows[user].append(Row("compliance.Complaint", pk, ONE, ONE))
    return rows


def education_events(span: Span) -> Rows:
    """Return the client events that each person held in a span."""
    found = model_of("growth.Event").objects.filter(
        owner_id__in=span.users,
        state="approved",
        starts_at__gte=clock.start_of_day(span.first_on),
        starts_at__lt=min(clock.start_of_day(span.until + timedelta(days=1)), clock.now()),
    )
    rows: Rows = defaultdict(list)
    for pk, owner in found.values_list("pk", "owner_id"):
        rows[owner].append(Row("growth.Event", pk, ONE, ONE))
    return rows


def _count(
    code: str, zh: str, en: str, definition_zh: str, definition_en: str, floor: int, target: int, source: object
) -> Measure:
    definition = bilingual(definition_zh, definition_en)
    return Measure(code, zh, en, definition, "1", COUNT, "count", 0, False, Decimal(floor), Decimal(target), source)  # type: ignore[arg-type]


def _measure_without_data(
    code: str,
    zh: str,
    en: str,
    definition_zh: str,
    definition_en: str,
    min_n: int = 20,
    kind: str = SHARE,
    unit: str = "share",
) -> Measure:
    """Return a measure without a data source yet."""
    floor, target = (Decimal("0.70"), Decimal("0.95")) if unit == "share" else (Decimal(0), Decimal(1))
    return Measure(
        code, zh, en, bilingual(definition_zh, definition_en), "0", kind, unit, min_n, kind == SHARE, floor, target
    )


declare(
    _count(
        "complaints_upheld",
        "成立的投诉",
        "Complaints upheld",
        "考核期内办结、结论为成立或部分成立的涉及本人的投诉数。每件另在加权合计后扣 10 分，此处默认权重 0。",
        "Complaints about the person closed as upheld, in part or whole. Each takes 10 points from the sum; here it weighs 0.",
        1,
        0,
        upheld_complaints,
    ),
    _count(
        "education_events",
        "投教与客户活动",
        "Client education",
        "考核期内本人负责并已举行（已批准且开始时间已过）的客户活动场数。",
        "Client events of the person that took place in the period (approved, and begun).",
        0,
        2,
        education_events,
    ),
    _measure_without_data(
        "first_time_resolution",
        "一次解决率",
        "Resolved the first time",
        "办结后 7 日内未重开且无同一主题诉求的比例。诉求的重开尚未留痕。",
        "Closed and not reopened within 7 days. Reopening of requests is not recorded yet.",
    ),
    _measure_without_data(
        "mismatch",
        "错配率",
        "Mismatch",
        "有持仓客户中持有超出风险等级产品且未处理的比例。尚无逐日比对。",
        "Of clients with holdings: with products above their level, not handled. Not compared day by day yet.",
    ),
    _measure_without_data(
        "handling_time",
        "办理效率",
        "Handling time",
        "达到质量下限的诉求的办理用时。尚未记录工时。",
        "Time of requests within the quality floor. Hours are not recorded yet.",
        20,
        MEDIAN,
        "days",
    ),
    _measure_without_data(
        "trade_volume",
        "成交量",
        "Trading volume",
        "默认权重 0，只在营业部统计中出现，不按人员读取。",
        "Weighs 0 by default: a statistic of the branch, not read by person.",
        0,
        COUNT,
        "count",
    ),
)
