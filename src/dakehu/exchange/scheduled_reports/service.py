"""Create the reports that are due: one file for each recipient, with that person's current permissions.

A recipient is notified of a file and downloads it after signing in. A schedule may also send mail: its content
depends on the firm's setting (domains/insight/schedules/mailing.py).
"""

from datetime import date
from typing import Any

from dakehu.domains.insight.pivots.dimensions import fields_of_reader
from dakehu.domains.insight.schedules.actions import drop_recipient, get_own_schedule, record_run
from dakehu.domains.insight.schedules.queries import due_schedules, find_file, get_run
from dakehu.domains.insight.schedules.rights import rights_now
from dakehu.domains.insight.schedules.rules import contents_of
from dakehu.domains.insight.snapshots.visibility import scope_digest
from dakehu.domains.team.queries import actor_of, get_user, language_of
from dakehu.exchange.scheduled_reports.rendering import may_hold_rows, parts_of, render_report_file, rows_in
from dakehu.foundation.access.actor import acting_as, current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import bilingual, in_language, language
from dakehu.foundation.files import store as files


def make_due(day: date) -> dict[str, int]:
    """Create the reports due on a day. Return {reports, written (files), failed, dropped}; called as the system."""
    counts = {"reports": 0, "written": 0, "failed": 0, "dropped": 0}
    for schedule in due_schedules(day):
        counts["reports"] += 1
        for number in list(schedule.recipients):
            user = get_user(number)
            if user is None:
                drop_recipient(schedule=schedule, recipient=number, day=day)
                counts["dropped"] += 1
                continue
            with acting_as(actor_of(user)), in_language(language_of(number)):
                run = make(schedule, day)
            counts["failed" if run.fault else "written"] += 1
    return counts


def make(schedule: Any, day: date, is_test: bool = False) -> Any:
    """Create the report of a schedule for the actor and record it; a failure is recorded instead."""
    about: dict[str, Any] = {"schedule": schedule, "day": day, "is_test": is_test, "rights": rights_now()}
    about["scope"] = scope_digest()
    if not current_actor().may(Permission.INSIGHT_READ):
        return _record_refusal(about, NotAllowed(bilingual("分析报表", "reports"), Permission.INSIGHT_READ))
    try:
        parts = parts_of(schedule.report)
        contents = _contents(schedule, parts)
        known = find_file(contents)
        if known is not None:
            name, content = known[0], files.content_of(known[1]).whole()
        else:
            name, content = render_report_file(schedule.report, parts, str(schedule.file_kind))
    except Refused as refused:
        return _record_refusal(about, refused)
    clients = max((part.pivot.data.height for part in parts if part.pivot is not None), default=0)
    rows = rows_in(schedule.report, parts, str(schedule.file_kind))
    return record_run(**about, clients=clients, rows=rows, contents=contents, name=name, content=content)


def _record_refusal(about: dict[str, Any], refused: Refused) -> Any:
    return record_run(**about, fault=next(iter(refused.as_plain().values()))[0])


def _contents(schedule: Any, parts: list[Any]) -> str:
    """Return the digest of everything that determines the actor's file."""
    fields = fields_of_reader()
    columns = [f"{kind}:{one['name']}" for kind, every in fields.items() for one in every]
    columns += ["rows"] if any(part.pivot is not None and may_hold_rows(part.pivot) for part in parts) else []
    moment = ",".join(sorted({part.pivot.data.version for part in parts if part.pivot is not None}))
    report = {"name": schedule.report.name, "kind": schedule.report.kind, **schedule.report.definition}
    return contents_of(report, scope_digest(), columns, moment, language(), str(schedule.file_kind))


def send_test(number: int) -> Any:
    """Create the report of one of the actor's schedules now, for the actor. Raises NotFound."""
    return make(get_own_schedule(number), clock.today(), is_test=True)


def open_report_file(number: int) -> tuple[str, bytes]:
    """Return (name, content) of a file made for the actor. Raises NotFound, and Refused if the actor's permissions
    are no longer those at its creation."""
    run = get_run(number)
    if run.rights != rights_now():
        raise Refused(
            bilingual(
                "您的权限在生成之后有变化，这份文件不再提供；下次会按新的权限生成。",
                "Your rights have changed since it was made: this file is no longer handed out, the next is made by the new ones.",
            )
        )
    return run.file_name, files.read(run.file)[1]
