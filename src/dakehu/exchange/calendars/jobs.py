"""Run calendars in the background: on request and every night."""

from collections.abc import Callable
from typing import Any

from dakehu.exchange.calendars import runs
from dakehu.exchange.calendars.actions import SYNC
from dakehu.exchange.calendars.models import CalendarLink, CalendarRun
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs.queue import job
from dakehu.foundation.nightly.run import both_languages
from dakehu.foundation.schema.nightly import Night, NightlyStep, declare_step


@job(SYNC)
def sync_in_background(progress: Callable[..., None], *, calendar: int) -> dict[str, Any]:
    """Run a calendar."""
    return runs.sync(CalendarLink.objects.select_related("owner").get(pk=calendar), progress)


def _sync_all(night: Night) -> dict[str, Any]:
    """Run every calendar that is switched on; a failure is reported and the others continue.

    A calendar whose last run was undone waits for a person. Returns {calendars: [report], failed: [{calendar, why}],
    waiting: [name], unchanged}.
    """
    reports, failed, waiting = [], [], []
    rows = list(CalendarLink.objects.filter(is_on=True).select_related("owner").order_by("pk"))
    for number, row in enumerate(rows):
        night.progress(number / len(rows), bilingual("正在同步“{name}”", "Running “{name}”", name=row.name))
        last = CalendarRun.objects.filter(link=row).order_by("-pk").first()
        if last is not None and runs.is_undone(last):
            waiting.append(row.name)
            continue
        try:
            reports.append(runs.sync(row))
        except Refused as refusal:
            failed.append(
                {
                    "calendar": row.name,
                    "why": [both_languages(text) for texts in refusal.messages.values() for text in texts],
                }
            )
    counts = {name: sum(report[name] for report in reports) for name in runs.COUNTS}
    return {
        "calendars": reports,
        "failed": failed,
        "waiting": waiting,
        "unchanged": not counts["stored"] and not counts["sent"],
        "words": bilingual(
            "看到 {seen} 项，改入 {stored} 项，写出 {sent} 项，未同步 {aside} 项，冲突 {conflicts} 项；未完成的日历 {failed} 个。",
            "{seen} events seen, {stored} stored, {sent} sent, {aside} set aside, {conflicts} in conflict; {failed} calendars failed.",
            failed=len(failed),
            **counts,
        ),
    }


declare_step(NightlyStep("calendars.sync", "同步日历", "Calendars", order=16, run=_sync_all))
