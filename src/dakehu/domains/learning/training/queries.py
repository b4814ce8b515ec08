"""Queries of training: one's own year, the team's, the records, requirements, the evidence."""

from decimal import Decimal
from typing import Any

from dakehu.domains.compliance.approvals import requests as approvals
from dakehu.domains.compliance.approvals.queries import can_decide
from dakehu.domains.compliance.rule_sets.registry import find_rule
from dakehu.domains.learning.certificates.queries import ending_certificates
from dakehu.domains.learning.choices import EnrolmentState, RecordState
from dakehu.domains.learning.models import Certificate, Enrolment, Requirement, TrainingRecord
from dakehu.domains.learning.parameters import FILTERS, ORDER, TRAINING_RECORD, YEAR
from dakehu.domains.learning.training import hours as training
from dakehu.domains.learning.training.actions import SUBJECT, get_record
from dakehu.domains.learning.training.rules import RequiredHours
from dakehu.domains.learning.visibility import sees_learner
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.files import store as files
from dakehu.foundation.files.store import Content
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_row, render_rows
from dakehu.foundation.gates.registry import query


@query(
    "learning.training_records",
    needs=Permission.LEARNING_READ,
    zh="学时记录",
    en="Training records",
    parameters=(FILTERS, ORDER),
)
def training_records(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the training records that the reader sees, the latest first."""
    rows = filter_rows(TrainingRecord.objects.select_related("user"), filters or {}, order or "")
    return rows if order else rows.order_by("-held_on", "-pk")


@query(
    "learning.requirements",
    needs=Permission.LEARNING_READ,
    zh="培训要求",
    en="Requirements",
    parameters=(FILTERS, ORDER),
)
def requirements(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the requirements of roles, the latest first."""
    rows = Requirement.objects.select_related("course", "certificate_kind")
    return filter_rows(rows, filters or {}, order or "-starts_on")


@query("learning.my_hours", needs=Permission.LEARNING_READ, zh="我的学时", en="My hours", parameters=(YEAR,))
def my_hours(*, year: int | None = None) -> dict[str, Any]:
    """Return one's own hours of a calendar year (default: current).

    {year, done, required, share (0 to 1), reason, waiting (hours that wait for approval), records: [{…}], rule: {text, source, certainty}}.
    """
    wanted, user_id = year or clock.today().year, current_actor().user_id or 0
    done, required = training.hours_of([user_id], wanted)[user_id]
    rows = list(TrainingRecord.objects.filter(user_id=user_id, year=wanted).order_by("-held_on", "-pk"))
    waiting = sum((row.hours for row in rows if row.state == RecordState.WAITING), Decimal(0))
    rule = find_rule("learning.hours_a_year", clock.today())
    return {
        "year": wanted,
        **_render_hours(done, required),
        "waiting": f"{waiting.normalize():f}",
        "records": [
            {**shown, "id": row.pk, "state_code": str(row.state)}
            for row, shown in zip(rows, render_rows(rows, shown=True), strict=True)
        ],
        "rule": None
        if rule is None
        else {"text": str(rule.text), "source": str(rule.source), "certainty": str(rule.certainty)},
    }


def _render_hours(done: Decimal, required: RequiredHours) -> dict[str, Any]:
    share = 1.0 if not required.hours else min(float(done / required.hours), 1.0)
    return {
        "done": f"{done.normalize():f}",
        "required": f"{required.hours.normalize():f}",
        "share": share,
        "is_met": done >= required.hours,
        "reason": str(required.reason),
    }


@query("learning.team", needs=Permission.TRAINING_REVIEW, zh="团队学习", en="Learning of the team", parameters=(YEAR,))
def team_learning(*, year: int | None = None) -> list[dict[str, Any]]:
    """Return the progress of each member whom the reader leads in a calendar year, by name; for compliance of all staff.

    [{user_id, name, role, team, done, required, share, is_met, reason, open_courses, late_courses, certificates, ending}].
    """
    wanted, today, actor = year or clock.today().year, clock.today(), current_actor()
    people = [user for user in team.active_people() if sees_learner(actor, user.pk)]
    ids = [user.pk for user in people]
    hours = training.hours_of(ids, wanted)
    open_courses: dict[int, list[bool]] = {}
    rows = Enrolment.objects.filter(user_id__in=ids, state=EnrolmentState.OPEN.value, year=wanted)
    for user_id, due_on in rows.values_list("user_id", "due_on"):
        open_courses.setdefault(user_id, []).append(due_on is not None and due_on < today)
    valid: dict[int, int] = {}
    issued = Certificate.objects.filter(user_id__in=ids, revoked_on=None, issued_on__lte=today, expires_on__gte=today)
    for user_id in issued.values_list("user_id", flat=True):
        valid[user_id] = valid.get(user_id, 0) + 1
    ending: dict[int, int] = {}
    for row, _ in ending_certificates():
        ending[row.user_id] = ending.get(row.user_id, 0) + 1
    return [
        {
            "user_id": user.pk,
            "name": user.name,
            "role": user.role_text,
            "team": user.team.name if user.team else "",
            **_render_hours(*hours[user.pk]),
            "open_courses": len(open_courses.get(user.pk, [])),
            "late_courses": sum(open_courses.get(user.pk, [])),
            "certificates": valid.get(user.pk, 0),
            "ending": ending.get(user.pk, 0),
        }
        for user in sorted(people, key=lambda one: (one.team.name if one.team else "", one.name))
    ]


@query(
    "learning.training_page",
    needs=Permission.LEARNING_READ,
    zh="培训页面",
    en="Page of a training",
    parameters=(TRAINING_RECORD,),
)
def training_page(*, training_record: int) -> dict[str, Any]:
    """Return a training with its approval: {shown, is_own, approval: id or None, can_decide, note}. Raises NotFound."""
    row = get_record(training_record)
    approval = approvals.find_approval(SUBJECT, row.pk)
    return {
        "shown": {**render_row(row, shown=True), "id": row.pk, "state_code": str(row.state)},
        "is_own": row.user_id == current_actor().user_id,
        "approval": None if approval is None else approval.pk,
        "can_decide": approval is not None and can_decide(approval),
        "note": "" if approval is None else approval.note,
    }


@query(
    "learning.training_evidence",
    needs=Permission.LEARNING_READ,
    zh="培训证明文件",
    en="Evidence of a training",
    parameters=(TRAINING_RECORD,),
)
def training_evidence(*, training_record: int) -> tuple[str, Content]:
    """Return (name, content) of the evidence of a training that the reader sees. Raises NotFound."""
    row = get_record(training_record)
    if not row.file_key:
        raise NotFound(bilingual("证明文件", "evidence"))
    return row.file_name, files.content_of(row.file_key)
