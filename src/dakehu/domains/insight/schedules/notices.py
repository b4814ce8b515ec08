"""Notifications: reports generated for the reader, and recipients who left."""

from datetime import timedelta
from typing import Any

from dakehu.domains.insight.models import ReportRun
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.notices import NoticeSource, declare, notice

MADE = "insight.report_notices"
DAYS = 3


@query(MADE, needs=Permission.INSIGHT_READ, zh="定期报表提醒", en="Notices of scheduled reports")
def report_notices() -> list[dict[str, Any]]:
    """Return one notice for each report generated for the reader within three days, and for each recipient removed from
    a schedule of the reader's."""
    since, actor = clock.today() - timedelta(days=DAYS), current_actor().user_id
    recent = ReportRun.objects.filter(day__gte=since, is_test=False).select_related("schedule__report", "recipient")
    found = []
    for run in recent.filter(recipient_id=actor).exclude(state="dropped"):
        words = bilingual("报表“{name}”已生成", "The report “{name}” is ready", name=run.schedule.report.name)
        if run.fault:
            words = bilingual("报表“{name}”未能生成", "The report “{name}” was not made", name=run.schedule.report.name)
        found.append(notice(f"{MADE}:{run.pk}", words, at=run.day.isoformat(), url="/schedules/", outside=words))
    for run in recent.filter(state="dropped", schedule__owner_id=actor):
        words = bilingual(
            "{who}已停用，不再收到报表“{name}”",
            "{who} left and gets the report “{name}” no more",
            who=run.recipient.name,
            name=run.schedule.report.name,
        )
        found.append(notice(f"{MADE}:{run.pk}", words, at=run.day.isoformat(), url="/schedules/", tone="warn"))
    return found


declare(NoticeSource(MADE, bilingual("定期报表", "Scheduled reports"), "layout-dashboard", order=60))
