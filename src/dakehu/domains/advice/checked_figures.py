"""The suitability figures of the half-yearly self-check."""

from datetime import date
from typing import Any

from django.db.models import Q

from dakehu.domains.advice.choices import AssessmentState, DutyState
from dakehu.domains.advice.models import Assessment, CallBack, SuitabilityCheck, SuitabilityDuty
from dakehu.domains.compliance.self_checks.figures import CheckedFigure, declare, moments_of


def _checks(first_on: date, last_on: date, **which: Any) -> int:
    since, until = moments_of(first_on, last_on)
    return int(SuitabilityCheck.objects.filter(checked_at__gte=since, checked_at__lt=until, **which).count())


def _count_refused(first_on: date, last_on: date) -> int:
    return _checks(first_on, last_on, outcome__in=("refuse", "block"))


def _count_pushed(first_on: date, last_on: date) -> int:
    return _checks(first_on, last_on, outcome="refuse", initiative="staff")


def _count_rejected(first_on: date, last_on: date) -> int:
    since, until = moments_of(first_on, last_on)
    rows = Assessment.objects.filter(state=AssessmentState.REJECTED.value, filled_at__gte=since, filled_at__lt=until)
    return int(rows.count())


def _open_duties(first_on: date, last_on: date) -> int:
    """Return the duties of checks up to the last day that were not done by its end."""
    _, until = moments_of(first_on, last_on)
    rows = SuitabilityDuty.objects.filter(suitability__checked_at__lt=until)
    return int(rows.filter(Q(state=DutyState.OPEN.value) | Q(done_at__gte=until)).count())


def _tests(first_on: date, last_on: date) -> int:
    since, until = moments_of(first_on, last_on)
    return int(Assessment.objects.filter(filled_at__gte=since, filled_at__lt=until).count())


def _call_backs(first_on: date, last_on: date) -> int:
    since, until = moments_of(first_on, last_on)
    return int(CallBack.objects.filter(held_at__gte=since, held_at__lt=until).count())


def _late_call_backs(first_on: date, last_on: date) -> int:
    """Return the call-backs that were due by the last day and not made by its end."""
    _, until = moments_of(first_on, last_on)
    rows = CallBack.objects.filter(due_on__lte=last_on)
    return int(rows.filter(Q(held_at=None) | Q(held_at__gte=until)).count())


declare(
    CheckedFigure("suitability.call_backs", "完成的回访", "Call-backs held", _call_backs),
    CheckedFigure("suitability.late_call_backs", "期末逾期的回访", "Call-backs late at the end", _late_call_backs),
    CheckedFigure("suitability.open_duties", "期末未履行的义务", "Duties open at the end", _open_duties),
    CheckedFigure("suitability.tests", "风险测评", "Risk tests", _tests),
    CheckedFigure("suitability.checks", "适当性核对", "Suitability checks", _checks),
    CheckedFigure("suitability.refused", "不予办理的核对", "Checks refused", _count_refused),
    CheckedFigure("suitability.pushed", "主动推介被禁止", "Refused though staff brought it up", _count_pushed),
    CheckedFigure("suitability.rejected_tests", "复核未通过的测评", "Tests rejected", _count_rejected),
)
