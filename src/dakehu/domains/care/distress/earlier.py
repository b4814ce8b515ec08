"""Migrate data of earlier versions to the register: survey alerts and signs in feedback. Nothing is deleted."""

from datetime import date, datetime, time
from typing import Any

from django.db.models import Exists, OuterRef

from dakehu.domains.care.distress.choices import CaseSource, CaseState
from dakehu.domains.care.distress.register import find_open_case, needs_second_person, open_case, responsible_lead
from dakehu.domains.care.distress.rules import find_signs
from dakehu.domains.care.feedback.choices import FeedbackState
from dakehu.domains.care.models import DistressCase, Feedback, SurveyAlert
from dakehu.domains.care.permissions import DISTRESS_CLOSE
from dakehu.domains.care.readable import make_readable
from dakehu.domains.service.tasks.owners import main_managers
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs.due_checks import declare_due_check
from dakehu.foundation.jobs.queue import job
from dakehu.foundation.schema.fields import model_of

TAKE_UP, OPEN_QUEUED = "care.take_up_distress", "care.open_queued_distress"
QUEUED = "feedback.distress → care.feedback.reactions.on_distress"  # a job that earlier versions queued


def earlier_alerts() -> Any:
    """Return the alerts of surveys that have no case yet."""
    return SurveyAlert.objects.filter(case=None).select_related("client", "settled_by").order_by("pk")


def earlier_feedback() -> Any:
    """Return feedback with a sign of distress that never had a case."""
    known = DistressCase.objects.filter(source=CaseSource.FEEDBACK.value, source_ref=OuterRef("pk"))
    rows = Feedback.objects.exclude(distress="").filter(~Exists(known))
    return rows.select_related("client", "owner", "contacted_by").order_by("pk")


@action(
    TAKE_UP,
    needs=DISTRESS_CLOSE,
    zh="补登情绪个案",
    en="Take up earlier signs of distress",
    is_public=False,
    offers_undo=False,
)
def take_up_distress() -> dict[str, int]:
    """Write a case for each earlier alert and sign; return {alerts, feedback}. No task is created."""
    alerts, said = list(earlier_alerts()), list(earlier_feedback())
    for alert in alerts:
        _take_up_alert(alert)
    for row in said:
        _take_up_feedback(row)
    return {"alerts": len(alerts), "feedback": len(said)}


@action(
    OPEN_QUEUED,
    needs=DISTRESS_CLOSE,
    zh="补开情绪个案",
    en="Open a case queued earlier",
    is_public=False,
    offers_undo=False,
)
def open_queued(*, source: str, ref: int) -> DistressCase | None:
    """Open the case of a sign whose task an earlier version had queued; None if its source is deleted or has a case."""
    row = (
        model_of({"feedback": "care.Feedback", "complaint": "compliance.Complaint"}[source])
        .objects.filter(pk=ref)
        .first()
    )
    if row is None or find_open_case(CaseSource(source), ref, row.client) is not None:
        return None
    words, at = (row.text, row.received_at) if source == "feedback" else (row.detail, _noon_of_day(row.received_on))
    about = getattr(row, "about_staff", None)
    return open_case(
        client=row.client,
        source=CaseSource(source),
        ref=ref,
        words=words,
        at=at,
        first=row.owner,
        withheld_from=about,
    )


@job(QUEUED)
def open_queued_case(progress: Any, source: str, ref: int, **_: Any) -> dict[str, Any]:
    """Run a job of an earlier version: open the case; its reaction creates the task. Returns {case: id or None}."""
    with acting_as(system_actor(str(bilingual("补开情绪个案", "Open a case queued earlier")), "worker")):
        case = open_queued(source=source, ref=ref)
    return {"case": case.pk if case is not None else None}


def _take_up_alert(alert: SurveyAlert) -> None:
    """Write the case of an alert; a settled one is closed, with what was noted then."""
    case = _case(alert.client, CaseSource.SURVEY, alert.survey_id, str(alert.level), _noon_of_day(alert.raised_on))
    case.is_office_only = alert.is_office_only
    manager = None if alert.is_office_only else main_managers([alert.client_id]).get(alert.client_id)
    case.caller, case.lead = manager, None if alert.is_office_only else responsible_lead(alert.client, manager, None)
    if alert.settled_on is not None:
        case.caller, case.contacted_at = alert.settled_by, _noon_of_day(alert.settled_on)
        _close(case, alert.settled_by, _noon_of_day(alert.settled_on), alert.note)
    case.save()
    alert.case = case
    alert.save()


def _take_up_feedback(row: Feedback) -> None:
    """Write the case of a sign in feedback; it is closed if the feedback was closed or contacted before."""
    case = _case(row.client, CaseSource.FEEDBACK, row.pk, str(row.distress), row.received_at)
    case.words = row.text
    case.signs = list(
        dict.fromkeys(one.sign.code for one in find_signs(make_readable(row.text).text) if not one.is_negated)
    )
    case.caller, case.contacted_at = row.contacted_by or row.owner, row.contacted_at
    case.lead = responsible_lead(row.client, row.owner, None)
    if row.contacted_at is not None or row.state == FeedbackState.CLOSED:
        ended = row.contacted_at or _noon_of_day(row.closed_on or clock.local(row.received_at).date())
        _close(case, row.contacted_by or row.owner, ended, "")
    case.save()


def _case(client: Any, source: CaseSource, ref: int, level: str, at: datetime) -> DistressCase:
    row = DistressCase(client=client, source=source.value, source_ref=ref, level=level, opened_at=at)
    row.needs_second_person = client is not None and needs_second_person(client)
    return row


def _close(case: DistressCase, by: Any, at: datetime, note: str) -> None:
    earlier = bilingual("统一登记前已处理", "Handled before there was a register")
    case.state, case.closed_by, case.closed_at = CaseState.CLOSED.value, by, at
    case.outcome = "：".join(part for part in (str(earlier), note) if part)


def _noon_of_day(day: date) -> datetime:
    """Return a time on a day of which only the date is known."""
    return clock.at_local(datetime.combine(day, time(12)))


def take_up_if_any() -> None:
    """Migrate the remaining rows of earlier versions, as the system."""
    if earlier_alerts().exists() or earlier_feedback().exists():
        take_up_distress()


declare_due_check(TAKE_UP, take_up_if_any)
