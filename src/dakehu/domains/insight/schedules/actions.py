"""Actions: schedule a report, change or end the schedule, and record the generated files."""

from datetime import date

from dakehu.domains.insight.choices import FileKind, Rhythm
from dakehu.domains.insight.models import ReportRun, ReportSchedule
from dakehu.domains.insight.reports.actions import REPORT
from dakehu.domains.insight.reports.visibility import get_report
from dakehu.domains.insight.schedules import mailing
from dakehu.domains.team.queries import get_user
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import NotAllowed, NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.files import store as files
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

SCHEDULE = Parameter("schedule", kind="integer", spec=FieldSpec("定期报表编号", "Number of the scheduled report"))
RECIPIENTS = Parameter("recipients", kind="ids", spec=FieldSpec("收件人编号", "Ids of recipients"))
MOST = 200


@action(
    "insight.add_schedule",
    needs=Permission.INSIGHT_READ,
    zh="新建定期报表",
    en="Schedule a report",
    parameters=(
        REPORT,
        RECIPIENTS,
        parameters_of("insight.ReportSchedule", optional=("rhythm", "file_kind", "by_mail")),
    ),
)
def add_schedule(
    *,
    report: int,
    recipients: list[int],
    rhythm: str | None = None,
    file_kind: str | None = None,
    by_mail: bool | None = None,
) -> ReportSchedule:
    """Schedule a report for recipients on certain days: for each a file of their own clients, with a mail if requested.

    Raises NotFound, NotAllowed for recipients other than oneself without the right to share with the firm, Refused for a
    recipient who is not a member of staff."""
    chosen = list(dict.fromkeys(recipients))
    if not chosen or len(chosen) > MOST:
        raise refusal("recipients", "收件人须为 1 至 {n} 人。", "A report has 1 to {n} recipients.", n=MOST)
    if set(chosen) != {current_actor().user_id} and not current_actor().may(Permission.INSIGHT_SHARE):
        raise NotAllowed(bilingual("向他人发送定期报表", "schedule a report for others"), Permission.INSIGHT_SHARE)
    for number in chosen:
        if get_user(number) is None:
            raise refusal(
                "recipients", "没有编号为 {n} 的在职人员。", "No active member of staff has the id {n}.", n=number
            )
    row = ReportSchedule(
        owner_id=current_actor().user_id,
        report=get_report(report),
        rhythm=rhythm or Rhythm.WEEKLY.value,
        file_kind=file_kind or FileKind.WORKBOOK.value,
        recipients=chosen,
        by_mail=bool(by_mail),
    )
    row.save()
    return row


@action(
    "insight.end_schedule",
    needs=Permission.INSIGHT_READ,
    zh="停止定期报表",
    en="End a scheduled report",
    parameters=(SCHEDULE,),
)
def end_schedule(*, schedule: int) -> ReportSchedule:
    """End a schedule of one's own; earlier files remain available to their recipients until they expire. Raises NotFound."""
    row = get_own_schedule(schedule)
    row.is_on = False
    row.save()
    return row


@action(
    "insight.drop_recipient",
    needs=Permission.INSIGHT_READ,
    zh="移除已离职的收件人",
    en="Drop a recipient who left",
    is_public=False,
    offers_undo=False,
)
def drop_recipient(*, schedule: ReportSchedule, recipient: int, day: date) -> ReportRun:
    """Remove a person who left from the recipients, and record it for the owner."""
    schedule.recipients = [number for number in schedule.recipients if number != recipient]
    schedule.save()
    run = ReportRun(schedule=schedule, recipient_id=recipient, day=day, state="dropped")
    run.save()
    return run


@action(
    "insight.record_run",
    needs="",
    zh="生成定期报表",
    en="Make a scheduled report",
    is_public=False,
    offers_undo=False,
)
def record_run(
    *,
    schedule: ReportSchedule,
    day: date,
    clients: int = 0,
    contents: str = "",
    rights: str = "",
    scope: str = "",
    rows: int = 0,
    name: str = "",
    content: bytes | None = None,
    fault: str = "",
    is_test: bool = False,
) -> ReportRun:
    """Store the file generated for the actor, or why there is none, and queue its mail if the schedule requires one.

    `rows`: number of clients with a separate row in the file.
    """
    run = ReportRun(
        schedule=schedule,
        recipient_id=current_actor().user_id,
        day=day,
        state="failed" if fault else "done",
        clients=clients,
        contents=contents,
        rights=rights,
        scope=scope,
        file_name=name,
        fault=fault[:500],
        is_test=is_test,
    )
    if content is not None:
        run.file = files.save(name, content).key
    run.save()
    if run.file and schedule.by_mail and not is_test:
        mailing.mail(run, rows)
    return run


def get_own_schedule(number: int) -> ReportSchedule:
    """Return a schedule of the actor's own. Raises NotFound for any other."""
    row: ReportSchedule | None = ReportSchedule.objects.filter(pk=number, owner_id=current_actor().user_id).first()
    if row is None:
        raise NotFound(bilingual("定期报表", "scheduled report"), number)
    return row
