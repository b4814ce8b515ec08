"""Actions on training: enter an external course with its evidence, requirements of roles, start dates in the industry, adjusted hours."""

from datetime import date
from decimal import Decimal
from typing import Any

from dakehu.domains.compliance.approvals import requests as approvals
from dakehu.domains.compliance.approvals.rules import digest
from dakehu.domains.learning.choices import (
    EnrolmentReason,
    EnrolmentState,
    Period,
    RecordSource,
    RecordState,
    RequirementKind,
)
from dakehu.domains.learning.courses.actions import enrol_user
from dakehu.domains.learning.models import Enrolment, HoursAdjustment, Requirement, StaffTerms, TrainingRecord
from dakehu.domains.learning.parameters import FILE, REQUIREMENT, TRAINING_RECORD
from dakehu.domains.learning.training import hours as training
from dakehu.domains.learning.training import rules
from dakehu.domains.learning.visibility import sees_learner
from dakehu.domains.service.attachments import check_media_type
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.files import store as files
from dakehu.foundation.files.store import Upload
from dakehu.foundation.schema.parameters import parameters_of

SUBJECT = "learning.training"  # of approvals
MODEL = "learning.TrainingRecord"


def get_record(pk: int) -> TrainingRecord:
    """Return a visible training record. Raises NotFound."""
    row: TrainingRecord | None = TrainingRecord.objects.select_related("user").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("学时记录", "training record"))
    return row


def content_digest(row: TrainingRecord) -> str:
    """Return the digest of the approved content: training, hours, day and evidence."""
    names = ("name", "provider", "category", "hours", "held_on", "file_sha256")
    return digest({name: str(getattr(row, name)) for name in names})


@action(
    "learning.enter_training",
    needs=Permission.LEARNING_READ,
    zh="登记外部培训",
    en="Enter an external training",
    parameters=(parameters_of(MODEL, "name", "provider", "category", "hours", "held_on"), FILE),
)
def enter_training(
    *, name: str, provider: str, category: str, hours: Decimal, held_on: date, file: Upload
) -> TrainingRecord:
    """Enter an external training of the actor with its evidence; its hours are credited once a second person approved it.

    Raises Refused for a future or too old day, for invalid hours, and for a file type not accepted.
    """
    user = team.current_user()
    fault = rules.record_fault(held_on, clock.today(), hours)
    if fault is not None:
        raise Refused({fault[0]: [fault[1]]})
    if user is None:
        raise refusal("", "须由本人登记。", "A person enters their own.")
    check_media_type(file)
    with file.opened() as content:
        stored = files.save(file.name, content, days=None)
    row = TrainingRecord(
        user=user,
        name=name,
        provider=provider,
        category=category,
        hours=hours,
        held_on=held_on,
        year=held_on.year,
        source=RecordSource.EXTERNAL.value,
        file_name=file.name[-200:],
        file_key=stored.key,
        file_sha256=stored.sha256,
    )
    row.save()
    summary = bilingual("{user}：{name}（{h} 学时）", "{user}: {name} ({h} h)", user=user.name, name=name, h=hours)
    approvals.request_approval(SUBJECT, row.pk, summary, content_digest(row), [user.pk])
    return row


def decide_training(record: int, is_approved: bool, note: str) -> None:
    """Apply the decision on an external training: its hours are credited or not."""
    row = get_record(record)
    row.state = (RecordState.COUNTED if is_approved else RecordState.REFUSED).value
    row.save()


@action(
    "learning.withdraw_training",
    needs=Permission.LEARNING_READ,
    zh="撤回外部培训",
    en="Withdraw an external training",
    parameters=(TRAINING_RECORD,),
)
def withdraw_training(*, training_record: int) -> None:
    """Withdraw one's own external training that waits for approval. Raises NotFound, Refused once it was decided."""
    row = get_record(training_record)
    if row.user_id != current_actor().user_id or row.state != RecordState.WAITING:
        raise refusal("training_record", "只能撤回本人待审批的记录。", "Only your own that waits for approval.")
    approvals.void_approvals(SUBJECT, row.pk)
    row.delete()


@action(
    "learning.add_requirement",
    needs=Permission.COURSE_WRITE,
    zh="新增培训要求",
    en="Add a requirement",
    parameters=parameters_of(
        "learning.Requirement",
        "kind",
        "period",
        optional=("role", "hours", "for_new_staff", "days", "starts_on", "ends_on"),
        required_course="course",
        required_certificate="certificate_kind",
    ),
)
def add_requirement(
    *,
    kind: str,
    period: str,
    required_course: Any = None,
    required_certificate: Any = None,
    starts_on: date | None = None,
    **values: Any,
) -> Requirement:
    """Add a requirement of a role. Raises Refused if the hours, the course or the certificate is missing."""
    given = {name: value for name, value in values.items() if value is not None}
    row = Requirement(kind=kind, period=period, starts_on=starts_on or clock.today(), **given)
    row.course = required_course if kind == RequirementKind.COURSE else None
    row.certificate_kind = required_certificate if kind == RequirementKind.CERTIFICATE else None
    missing = {
        RequirementKind.HOURS: ("hours", row.hours),
        RequirementKind.COURSE: ("required_course", row.course),
        RequirementKind.CERTIFICATE: ("required_certificate", row.certificate_kind),
    }[RequirementKind(kind)]
    if not missing[1]:
        raise refusal(missing[0], "请填写要求的内容。", "Say what is required.")
    row.save()
    return row


@action(
    "learning.end_requirement",
    needs=Permission.COURSE_WRITE,
    zh="终止培训要求",
    en="End a requirement",
    parameters=(REQUIREMENT,),
)
def end_requirement(*, requirement_id: int) -> Requirement:
    """End a requirement today; enrolments are kept. Raises NotFound."""
    row: Requirement | None = Requirement.objects.filter(pk=requirement_id).first()
    if row is None:
        raise NotFound(bilingual("培训要求", "requirement"))
    row.ends_on = clock.today()
    row.save()
    return row


@action(
    "learning.set_start",
    needs=Permission.TRAINING_REVIEW,
    zh="登记从业开始日期",
    en="Enter a start in the trade",
    parameters=parameters_of("learning.StaffTerms", "user", "started_on"),
)
def set_start(*, user: Any, started_on: date) -> StaffTerms:
    """Enter when a member of one's team began in the industry. Raises Refused for a person of another team and a future day."""
    _check_team(user)
    if started_on > clock.today():
        raise refusal("started_on", "日期不能晚于今天。", "It cannot lie ahead.")
    row = StaffTerms.objects.filter(user=user).first() or StaffTerms(user=user)
    row.started_on = started_on
    row.save()
    return row


@action(
    "learning.adjust_hours",
    needs=Permission.TRAINING_REVIEW,
    zh="调整年度学时",
    en="Adjust the hours of a year",
    parameters=parameters_of("learning.HoursAdjustment", "user", "year", "hours", "reason"),
)
def adjust_hours(*, user: Any, year: int, hours: Decimal, reason: str) -> HoursAdjustment:
    """Set required hours of a person in a year that differ from the rule, with the reason. Raises Refused for oneself and another team's."""
    _check_team(user)
    if user.pk == current_actor().user_id:
        raise refusal("user", "不能调整本人的学时要求，请由他人办理。", "Not your own: ask somebody else.")
    row = HoursAdjustment.objects.filter(user=user, year=year).first() or HoursAdjustment(user=user, year=year)
    row.hours, row.reason = hours, reason
    row.save()
    return row


def _check_team(user: Any) -> None:
    if not sees_learner(current_actor(), user.pk):
        raise refusal("user", "只能办理本队人员。", "Members of your team only.")


@action(
    "learning.enrol_required",
    needs=Permission.COURSE_WRITE,
    zh="按要求选课",
    en="Enrol whom a requirement concerns",
    is_public=False,
)
def enrol_required() -> dict[str, int]:
    """Enrol all staff in the courses required by their role and not taken in the period; returns {enrolled}."""
    today, enrolled = clock.today(), 0
    people = team.active_people()
    starts = training.starts_of(user.pk for user in people)
    required = Requirement.objects.filter(kind=RequirementKind.COURSE.value, starts_on__lte=today, course__state="open")
    for one in required.exclude(ends_on__lt=today).select_related("course"):
        taken = _users_with_course(one)
        for user in people:
            is_new = rules.is_new(starts[user.pk], today)
            if one.role not in ("", str(user.role)) or (one.for_new_staff and not is_new) or user.pk in taken:
                continue
            reason = EnrolmentReason.NEW_STAFF if one.for_new_staff else EnrolmentReason.ROLE
            due_on = rules.due_day(today, one.days, one.period == Period.YEAR)
            enrol_user(user.pk, one.course, reason, due_on)
            enrolled += 1
    return {"enrolled": enrolled}


def _users_with_course(requirement: Requirement) -> set[int]:
    """Return the users who take or have completed the course of a requirement within its period."""
    today = clock.today()
    rows = Enrolment.objects.filter(course=requirement.course).exclude(state=EnrolmentState.DROPPED.value)
    if requirement.period == Period.YEAR:
        rows = rows.filter(year=today.year)
    elif requirement.period == Period.ROLLING:
        rows = rows.exclude(done_on__lte=today - rules.ROLLING)
    return set(rows.values_list("user_id", flat=True))
