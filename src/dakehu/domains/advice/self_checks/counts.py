"""What the desk counts of suitability within a period, for the report on it."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from dakehu.domains.advice.choices import AssessmentState, CallBackState, DutyState
from dakehu.domains.advice.models import Assessment, CallBack, SuitabilityCheck, SuitabilityDuty
from dakehu.domains.advice.suitability.choices import Outcome
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import model_of

LABELS = {
    "checks": bilingual("适当性核对", "Suitability checks"),
    "refused": bilingual("其中：禁止", "of these: refused"),
    "blocked": bilingual("其中：暂停办理", "of these: blocked"),
    "warned": bilingual("其中：警示后办理", "of these: with a warning"),
    "pushed": bilingual("主动推介被禁止", "Refused, brought up by staff"),
    "open_duties": bilingual("尚未履行的义务", "Duties that are open"),
    "assessments": bilingual("风险测评", "Risk tests"),
    "unreviewed": bilingual("待复核的测评", "Tests that wait for review"),
    "untested": bilingual("没有有效测评的普通客户", "Ordinary clients without a valid test"),
    "call_backs": bilingual("完成的回访", "Call-backs done"),
    "late_call_backs": bilingual("逾期未做的回访", "Call-backs that are late"),
}


def counts_of(first: date, last: date) -> dict[str, int]:
    """Return {name of LABELS: number} of a period, as far as the actor sees. What is open or late is counted as of its last day."""
    start, end = clock.start_of_day(first), clock.start_of_day(last + timedelta(days=1))
    checks = SuitabilityCheck.objects.filter(checked_at__gte=start, checked_at__lt=end)
    tests = Assessment.objects.filter(filled_at__gte=start, filled_at__lt=end)
    calls = CallBack.objects.all()
    not_done = Q(held_at=None) | Q(held_at__gte=end)
    duties = SuitabilityDuty.objects.filter(suitability__checked_at__lt=end)
    clients: Any = model_of("clients.Client").objects.filter(status="active")
    return {
        "checks": checks.count(),
        "refused": checks.filter(outcome=Outcome.REFUSE.value).count(),
        "blocked": checks.filter(outcome=Outcome.BLOCK.value).count(),
        "warned": checks.filter(outcome=Outcome.WARNING.value).count(),
        "pushed": checks.filter(outcome=Outcome.REFUSE.value, initiative="staff").count(),
        "open_duties": duties.filter(Q(state=DutyState.OPEN.value) | Q(done_at__gte=end)).count(),
        "assessments": tests.count(),
        "unreviewed": tests.filter(state=AssessmentState.WAITING.value).count(),
        "untested": clients.exclude(investor_class__in=("A", "B", "C"))
        .filter(Q(risk_valid_to=None) | Q(risk_valid_to__lt=last))
        .count(),
        "call_backs": calls.filter(held_at__gte=start, held_at__lt=end).count(),
        "late_call_backs": calls.filter(not_done, due_on__lte=last).exclude(state=CallBackState.DONE.value).count(),
    }
