"""The counts of a self-check's period: each domain declares its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from dakehu.domains.compliance.choices import ApprovalState, ReviewState
from dakehu.domains.compliance.models import Approval, Complaint, PrivacyRequest, StaffRegistration, TextReview
from dakehu.foundation.base import clock

Count = Callable[[date, date], int]


@dataclass(frozen=True)
class CheckedFigure:
    """One count of a period: its labels, and the function that counts from the first to the last day."""

    name: str
    zh: str
    en: str
    count: Count


_declared: dict[str, CheckedFigure] = {}


def declare(*figures: CheckedFigure) -> None:
    """Register counts. Raises ValueError for a name declared twice."""
    for one in figures:
        if _declared.setdefault(one.name, one) != one:
            raise ValueError(f"the count {one.name} is declared twice")


def figures() -> Iterator[CheckedFigure]:
    """Return every declared count, by its name."""
    return iter(sorted(_declared.values(), key=lambda one: one.name))


def count_period(first_on: date, last_on: date) -> list[dict[str, Any]]:
    """Return the counts of a period within the reader's scope: [{name, zh, en, count}]."""
    return [{"name": one.name, "zh": one.zh, "en": one.en, "count": one.count(first_on, last_on)} for one in figures()]


def moments_of(first_on: date, last_on: date) -> tuple[datetime, datetime]:
    """Return the first moment of a period and the first after it."""
    return clock.start_of_day(first_on), clock.start_of_day(last_on + timedelta(days=1))


def _count_by_moment(model: Any, column: str, **which: Any) -> Count:
    """Return a count of rows whose timestamp falls in a period."""

    def count(first_on: date, last_on: date) -> int:
        since, until = moments_of(first_on, last_on)
        return int(model.objects.filter(**{f"{column}__gte": since, f"{column}__lt": until}, **which).count())

    return count


def _count_by_day(model: Any, column: str, **which: Any) -> Count:
    """Return a count of rows whose date falls in a period."""

    def count(first_on: date, last_on: date) -> int:
        return int(model.objects.filter(**{f"{column}__gte": first_on, f"{column}__lte": last_on}, **which).count())

    return count


declare(
    CheckedFigure("approvals.decided", "审批决定", "Approvals decided", _count_by_moment(Approval, "decided_at")),
    CheckedFigure(
        "approvals.rejected",
        "审批退回",
        "Approvals sent back",
        _count_by_moment(Approval, "decided_at", state=ApprovalState.REJECTED.value),
    ),
    CheckedFigure("complaints.received", "收到投诉", "Complaints received", _count_by_day(Complaint, "received_on")),
    CheckedFigure(
        "complaints.escalated",
        "投诉用尽答复期限",
        "Complaints past their time",
        _count_by_day(Complaint, "received_on", escalation__gte=100),
    ),
    CheckedFigure(
        "privacy.received", "个人信息请求", "Privacy requests received", _count_by_day(PrivacyRequest, "received_on")
    ),
    CheckedFigure(
        "registrations.ended",
        "期内到期的执业登记",
        "Registrations that ended",
        _count_by_day(StaffRegistration, "valid_to"),
    ),
    CheckedFigure("texts.reviewed", "复核文本", "Texts reviewed", _count_by_moment(TextReview, "decided_at")),
    CheckedFigure(
        "texts.refused",
        "不予放行的文本",
        "Texts refused",
        _count_by_moment(TextReview, "decided_at", state=ReviewState.REFUSED.value),
    ),
)
