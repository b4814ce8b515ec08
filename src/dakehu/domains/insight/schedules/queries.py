"""Queries: one's own schedules, and the files generated for oneself."""

from datetime import date
from typing import Any

from dakehu.domains.insight.choices import ReportMail
from dakehu.domains.insight.models import ReportRun, ReportSchedule
from dakehu.domains.insight.schedules import rules
from dakehu.domains.team.queries import names_of
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates.registry import query

SHOWN = 100


@query("insight.schedules", needs=Permission.INSIGHT_READ, zh="我的定期报表", en="My scheduled reports")
def schedules() -> list[dict[str, Any]]:
    """Return one's own active schedules: [{id, report, name, rhythm, file_kind, by_mail, recipients: their names, last: day
    of the last files, dropped: names of recipients who left}]."""
    rows = list(ReportSchedule.objects.filter(owner_id=current_actor().user_id, is_on=True).select_related("report"))
    runs = list(ReportRun.objects.filter(schedule__in=[row.pk for row in rows]).order_by("day"))
    names = names_of({*(one for row in rows for one in row.recipients), *(run.recipient_id for run in runs)})
    last = {run.schedule_id: run.day.isoformat() for run in runs if not run.is_test}
    return [
        {
            "id": row.pk,
            "report": row.report_id,
            "name": row.report.name,
            "rhythm": str(row._meta.get_field("rhythm").choice_set.text_of(row.rhythm)),
            "file_kind": str(row._meta.get_field("file_kind").choice_set.text_of(row.file_kind)),
            "by_mail": row.by_mail,
            "recipients": [names.get(one, str(one)) for one in row.recipients],
            "last": last.get(row.pk),
            "dropped": [
                names[run.recipient_id] for run in runs if run.schedule_id == row.pk and run.state == "dropped"
            ],
        }
        for row in rows
    ]


@query("insight.report_files", needs=Permission.INSIGHT_READ, zh="我收到的报表", en="Reports made for me")
def report_files() -> list[dict[str, Any]]:
    """Return the files generated for oneself, newest first: [{id, name, day, state, clients, file_name, fault, is_test,
    mailed: what was sent by mail as text, mail_note: why no more}]."""
    rows = ReportRun.objects.filter(recipient_id=current_actor().user_id).exclude(state="dropped")
    return [
        {
            "id": row.pk,
            "name": row.schedule.report.name,
            "day": row.day.isoformat(),
            "state": str(row.state),
            "clients": row.clients,
            "file_name": row.file_name if row.file else "",
            "fault": row.fault,
            "is_test": row.is_test,
            "mailed": str(ReportMail.text_of(str(row.mailed))) if row.mailed else "",
            "mail_note": row.mail_note,
        }
        for row in rows.select_related("schedule__report").order_by("-pk")[:SHOWN]
    ]


def get_run(number: int) -> ReportRun:
    """Return a file generated for the actor. Raises NotFound for any other, and for a deleted one."""
    row: ReportRun | None = ReportRun.objects.filter(pk=number, recipient_id=current_actor().user_id).first()
    if row is None or not row.file:
        raise NotFound(bilingual("报表文件", "report file"), number)
    return row


def find_file(contents: str) -> tuple[str, str] | None:
    """Return (name, key) of a file of today with the same contents, None without one."""
    row = ReportRun.objects.filter(contents=contents, state="done").exclude(file="").order_by("-pk").first()
    return (row.file_name, row.file) if row is not None and row.day == clock.today() else None


def due_schedules(day: date) -> list[ReportSchedule]:
    """Return the schedules whose reports are due on a day and not yet generated."""
    made = set(ReportRun.objects.filter(day=day, is_test=False).values_list("schedule_id", flat=True))
    rows = ReportSchedule.objects.filter(is_on=True).select_related("report").order_by("pk")
    traded = trading_days.trading_days_between(rules.first_of_period(day, "monthly"), day)
    week = trading_days.trading_days_between(rules.first_of_period(day, "weekly"), day)
    known = sorted({*traded, *week})
    return [row for row in rows if row.pk not in made and rules.is_due(day, str(row.rhythm), known)]
