"""What of suitability the half-yearly self-check counts."""

from datetime import date
from typing import Any

from dakehu.domains.advice.choices import AssessmentState
from dakehu.domains.advice.models import Assessment, SuitabilityCheck
from dakehu.domains.compliance.self_checks.figures import CheckedFigure, declare, moments_of


def _checks(first_on: date, last_on: date, **which: Any) -> int:
    since, until = moments_of(first_on, last_on)
    return int(SuitabilityCheck.objects.filter(checked_at__gte=since, checked_at__lt=until, **which).count())


def _refused(first_on: date, last_on: date) -> int:
    return _checks(first_on, last_on, outcome__in=("refuse", "block"))


def _pushed(first_on: date, last_on: date) -> int:
    return _checks(first_on, last_on, outcome="refuse", initiative="staff")


def _rejected(first_on: date, last_on: date) -> int:
    since, until = moments_of(first_on, last_on)
    rows = Assessment.objects.filter(state=AssessmentState.REJECTED.value, filled_at__gte=since, filled_at__lt=until)
    return int(rows.count())


declare(
    CheckedFigure("suitability.checks", "适当性核对", "Suitability checks", _checks),
    CheckedFigure("suitability.refused", "不予办理的核对", "Checks refused", _refused),
    CheckedFigure("suitability.pushed", "主动推介被禁止", "Refused though staff brought it up", _pushed),
    CheckedFigure("suitability.rejected_tests", "复核未通过的测评", "Tests rejected", _rejected),
)
