"""Manage calendar connections: add, change, replace the password, switch on and off, run, resolve conflicts, undo."""

from typing import Any

from dakehu.domains.team import queries as team
from dakehu.exchange.calendars import runs
from dakehu.exchange.calendars.models import CalendarLink, CalendarRun, LinkedEvent
from dakehu.exchange.connectors.http import check_address
from dakehu.exchange.imports import undo
from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.access.encrypted_fields import EncryptedValue
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import SECRET
from dakehu.foundation.actions.models import Batch, BatchState
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs import queue as jobs
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import Choices, FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CALENDAR = Parameter("calendar", "calendars.CalendarLink", spec=FieldSpec("日历连接", "Calendar connection"))
RUN = Parameter("calendar_run", kind="integer", spec=FieldSpec("同步记录", "Run"))
EVENT = Parameter("event", kind="integer", spec=FieldSpec("外部日程", "Event"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
ASKED = ("name", "url", "username")
OPTIONAL = ("names_clients", "takes_new", "since")
SYNC = "calendars.sync"  # the job
PASSWORD = Parameter(
    "password",
    spec=FieldSpec(
        "密码",
        "Password",
        sensitivity=SECRET,
        help_zh="多数服务需要专门的应用密码；加密保存，以后不再显示",
        help_en="Most services give out a password for programs; kept encrypted and never shown again",
    ),
)


class Side(Choices):
    """Which version of an event is used."""

    HERE = "here", "以本系统为准", "The desk's"
    THERE = "there", "以外部日历为准", "The other calendar's"


def get_own(link: CalendarLink) -> CalendarLink:
    """Return a connection that the actor may manage: their own, for an administrator any. Raises NotFound."""
    actor = current_actor()
    if not (actor.may(Permission.CALENDARS_WRITE) or link.owner_id == actor.user_id):
        raise NotFound(bilingual("日历连接", "calendar connection"))
    return link


def acting_person() -> Any:
    """Return the acting member of staff. Raises Refused for the system: a calendar needs an owner."""
    user = team.current_user()
    if user is None:
        raise refusal("", "请以本人身份操作（--as 登录名）。", "Act as the person whose it is (--as USER).")
    return user


def _encrypt_password(row: CalendarLink, password: str) -> None:
    """Set the password, encrypted immediately: later displays of the row show dots."""
    row.password = EncryptedValue.encrypt(CalendarLink._meta.get_field("password").place, password, None)
    row.password_at = clock.now()


@action(
    "calendars.add",
    needs=Permission.CALENDARS_OWN,
    zh="新增日历连接",
    en="Add a calendar connection",
    parameters=(parameters_of("calendars.CalendarLink", *ASKED, optional=OPTIONAL), PASSWORD),
    irreversible=bilingual("新增的连接不能撤销，但可以删除。", "It cannot be undone, but removed."),
)
def add_calendar(*, password: str, name: str, url: str, **values: Any) -> CalendarLink:
    """Add the actor's own calendar with its password; it stays off until an administrator has reviewed it."""
    if CalendarLink.objects.filter(name=name).exists():
        raise refusal("name", "“{name}”已存在。", "“{name}” exists.", name=name)
    given = {key: value for key, value in values.items() if value not in (None, "")}
    row = CalendarLink(name=name, url=check_address(url), owner=acting_person(), **given)
    row.since = row.since or clock.today()
    _encrypt_password(row, password)
    row.save()
    return row


@action(
    "calendars.change",
    needs=Permission.CALENDARS_OWN,
    zh="修改日历连接",
    en="Change a calendar connection",
    parameters=(CALENDAR, parameters_of("calendars.CalendarLink", optional=(*ASKED, *OPTIONAL)), VERSION),
)
def change_calendar(*, calendar: CalendarLink, version: int | None = None, **changes: Any) -> CalendarLink:
    """Change a connection. A new address or user name switches it off, so that an administrator reviews it again."""
    row = get_own(calendar)
    check_version(row, version)
    before = row.url, row.username
    for name, value in changes.items():
        if value not in (None, ""):
            setattr(row, name, value)
    row.url, row.ctag = check_address(row.url), ""
    if (row.url, row.username) != before:
        row.is_on = False
    row.save()
    return row


@action(
    "calendars.replace_password",
    needs=Permission.CALENDARS_OWN,
    zh="更换日历密码",
    en="Replace the password of a calendar",
    parameters=(CALENDAR, PASSWORD),
    irreversible=bilingual("旧密码不再保存，不能撤销。", "The old password is not kept, so this cannot be undone."),
)
def replace_password(*, calendar: CalendarLink, password: str) -> CalendarLink:
    """Replace the password of a calendar. It is never shown."""
    row = get_own(calendar)
    _encrypt_password(row, password)
    row.save()
    return row


@action(
    "calendars.switch_on",
    needs=Permission.CALENDARS_WRITE,
    zh="启用日历连接",
    en="Switch a calendar connection on",
    parameters=(CALENDAR,),
)
def switch_on(*, calendar: CalendarLink) -> CalendarLink:
    """Switch on the synchronisation of a calendar."""
    calendar.is_on = True
    calendar.save()
    return calendar


@action(
    "calendars.switch_off",
    needs=Permission.CALENDARS_READ,
    zh="停用日历连接",
    en="Switch a calendar connection off",
    parameters=(CALENDAR,),
)
def switch_off(*, calendar: CalendarLink) -> CalendarLink:
    """Switch off the synchronisation of a calendar; its events remain."""
    row = get_own(calendar)
    row.is_on = False
    row.save()
    return row


@action(
    "calendars.remove",
    needs=Permission.CALENDARS_READ,
    zh="删除日历连接",
    en="Remove a calendar connection",
    parameters=(CALENDAR,),
    irreversible=bilingual(
        "密码和同步记录一并删除，不能撤销；两边的日程都保留。",
        "Its password and runs go with it and cannot be brought back; the events stay on both sides.",
    ),
)
def remove_calendar(*, calendar: CalendarLink) -> dict[str, Any]:
    """Remove a connection with its password and runs; meetings and the other calendar remain unchanged."""
    row = get_own(calendar)
    removed = {"calendar": row.name}
    add_audit_note(**removed)
    row.delete()
    return removed


@action(
    "calendars.start",
    needs=Permission.CALENDARS_OWN,
    zh="立即同步日历",
    en="Run a calendar now",
    parameters=(CALENDAR,),
    offers_undo=False,
)
def start_run(*, calendar: CalendarLink) -> dict[str, Any]:
    """Run a calendar in the background; returns {job}."""
    row = get_own(calendar)
    runs.syncing_actor(row)
    return {"job": jobs.start(SYNC, calendar=row.pk)}


@action(
    "calendars.decide",
    needs=Permission.CALENDARS_OWN,
    zh="处理日历冲突",
    en="Decide about an event of two calendars",
    parameters=(EVENT, Parameter("side", choice_set=Side, spec=FieldSpec("以哪边为准", "Whose counts"))),
    offers_undo=False,
)
def decide_event(*, event: int, side: str) -> LinkedEvent:
    """Choose the version of an event that awaits a decision; the next run applies it."""
    row: LinkedEvent | None = LinkedEvent.objects.filter(pk=event).select_related("link").first()
    if row is None or row.link.owner_id != current_actor().user_id or row.state == "linked":
        raise NotFound(bilingual("待处理的外部日程", "event that waits"), event)
    row.choice = str(side)
    row.save()
    row.link.ctag = ""
    row.link.save()
    return row


@action(
    "calendars.undo_run",
    needs=Permission.CALENDARS_OWN,
    zh="撤销一次日历同步",
    en="Take a run of a calendar back",
    parameters=(RUN,),
    offers_undo=False,
)
def undo_run(*, calendar_run: int) -> dict[str, Any]:
    """Undo what a run changed on the desk, last change first; the next run updates the other calendar, as for any
    change here.

    Raises Refused if later changes depend on it.
    """
    run = CalendarRun.objects.filter(pk=calendar_run).select_related("link").first()
    if run is None or not run.batches:
        raise NotFound(bilingual("可撤销的同步", "run to take back"), calendar_run)
    get_own(run.link)
    standing = set(
        Batch.objects.filter(pk__in=run.batches, state=BatchState.APPLIED.value).values_list("pk", flat=True)
    )
    with acting_as(system_actor(f"take back run {run.pk} of the calendar {run.link.name}", current_actor().door)):
        undone = [undo.undo_batch(batch=number) for number in reversed(run.batches) if number in standing]
    return {"undone": len(undone)}
