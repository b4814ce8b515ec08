"""Read calendar connections, their runs and events awaiting a decision; passwords are never returned."""

from typing import Any

from dakehu.domains.service.calendar.meetings import local
from dakehu.exchange.calendars import runs
from dakehu.exchange.calendars.actions import CALENDAR, SYNC
from dakehu.exchange.calendars.events import from_json
from dakehu.exchange.calendars.ics_reading import read_calendar
from dakehu.exchange.calendars.meetings import meetings
from dakehu.exchange.calendars.models import CalendarLink, CalendarRun, EventState, LinkedEvent, SyncState
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.jobs import queue as jobs

SHOWN_RUNS, SHOWN_EVENTS = 20, 100
UNDONE = bilingual("已撤销", "Undone")
REASONS: dict[str, Bilingual] = {
    "new": bilingual("外部新建，未接收", "Made there, not taken"),
    "private": bilingual("私人日程，不接收", "Private, never taken"),
    "rule": bilingual("重复规则无法保存", "Its rule cannot be kept here"),
    "unreadable": bilingual("无法读取", "Cannot be read"),
    "held": bilingual("会议已登记，外部改动不再生效", "Recorded already; the change there has no effect"),
    "kept": bilingual("按您的选择保留在外部", "Left there as you chose"),
    "restored": bilingual("外部恢复了已取消的一次", "A cancelled one was restored there"),
    "both": bilingual("两边都改了同一处", "Both sides changed the same"),
    "changed_deleted": bilingual("本系统已改，外部已删", "Changed here, deleted there"),
    "cancelled_changed": bilingual("本系统已取消，外部已改", "Cancelled here, changed there"),
}


def reason_text(reason: str) -> str:
    """Return the text of why an event is pending."""
    return str(REASONS.get(reason, reason))


def visible_calendars() -> Any:
    """Return the connections visible to the actor: their own; users who may switch them on see all."""
    actor = current_actor()
    rows = CalendarLink.objects.select_related("owner").order_by("name")
    if actor.is_system or actor.may(Permission.CALENDARS_WRITE):
        return rows
    return rows.filter(owner_id=actor.user_id)


@query("calendars.list", needs=Permission.CALENDARS_READ, zh="日历连接", en="Calendar connections")
def list_calendars() -> list[dict[str, Any]]:
    """Return the connections visible to the reader: [{id, name, owner, url, is_on, waiting, last: its last run}]."""
    rows = list(visible_calendars())
    last = {run.link_id: run for run in CalendarRun.objects.filter(link__in=rows).order_by("pk")}
    waiting: dict[int, int] = {}
    for link in LinkedEvent.objects.filter(link__in=rows, state=EventState.CONFLICT).values_list("link_id", flat=True):
        waiting[link] = waiting.get(link, 0) + 1
    return [
        {**_calendar(row), "waiting": waiting.get(row.pk, 0), "last": _run(last[row.pk]) if row.pk in last else None}
        for row in rows
    ]


@query(
    "calendars.detail",
    needs=Permission.CALENDARS_READ,
    zh="日历连接的同步情况",
    en="A calendar connection and its runs",
    parameters=(CALENDAR,),
)
def calendar_detail(*, calendar: CalendarLink) -> dict[str, Any]:
    """Return a connection with its last runs and, for its owner, the pending events: {…, username, since,
    names_clients, takes_new, password_at, linked, runs, events, running, mine, may_keep}. Raises NotFound for another
    person's."""
    if not visible_calendars().filter(pk=calendar.pk).exists():
        raise NotFound(bilingual("日历连接", "calendar connection"))
    actor = current_actor()
    is_mine = calendar.owner_id == actor.user_id
    rows = LinkedEvent.objects.filter(link=calendar)
    waiting = rows.exclude(state=EventState.LINKED).order_by("state", "-pk")[:SHOWN_EVENTS] if is_mine else []
    return {
        **_calendar(calendar),
        "username": calendar.username,
        "since": calendar.since,
        "names_clients": calendar.names_clients,
        "takes_new": calendar.takes_new,
        "password_at": calendar.password_at,
        "linked": rows.filter(state=EventState.LINKED).count(),
        "runs": [_run(run) for run in CalendarRun.objects.filter(link=calendar).order_by("-pk")[:SHOWN_RUNS]],
        "events": _events(list(waiting)),
        "running": _is_running(calendar),
        "mine": is_mine,
        "may_keep": is_mine or actor.may(Permission.CALENDARS_WRITE),
    }


def find_calendars(name: str = "") -> list[CalendarLink]:
    """Return the connections that are switched on, with that name if given. Raises NotFound."""
    rows = visible_calendars()
    if not name:
        return list(rows.filter(is_on=True))
    found = list(rows.filter(name=name))
    if not found:
        raise NotFound(bilingual("日历连接", "calendar connection"), name)
    return found


def _calendar(row: CalendarLink) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name, "owner": row.owner.name, "url": row.url, "is_on": row.is_on}


def _run(run: CalendarRun) -> dict[str, Any]:
    """Return a run as pages show it; an undone one is marked."""
    undone = runs.is_undone(run)
    return {
        "id": run.pk,
        "state": "undone" if undone else str(run.state),
        "state_text": str(UNDONE) if undone else SyncState.text_of(str(run.state)),
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "batches": run.batches,
        "may_undo": bool(run.batches) and not undone,
        **{name: run.counts.get(name, 0) for name in runs.COUNTS},
        "reasons": [
            {"text": reason_text(reason), "count": count} for reason, count in run.counts.get("reasons", {}).items()
        ],
        "failure": Bilingual(run.failure["zh"], run.failure["en"]) if run.failure else None,
    }


def _events(rows: list[LinkedEvent]) -> list[dict[str, Any]]:
    """Return pending events, with both versions side by side."""
    held = {row.pk: row for row in meetings().filter(pk__in=[row.meeting_ref for row in rows if row.meeting_ref])}
    return [_event(row, held.get(row.meeting_ref or 0)) for row in rows]


def _event(row: LinkedEvent, meeting: Any) -> dict[str, Any]:
    """Return a pending event; `here` is its current meeting, None if none is visible."""
    there = read_calendar(row.theirs.encode(), clock.zone()).events if row.theirs else []
    before = from_json(row.base) if row.base else None
    return {
        "id": row.pk,
        "state": str(row.state),
        "state_text": EventState.text_of(str(row.state)),
        "reason": reason_text(row.reason),
        "meeting": row.meeting_ref if meeting is not None else None,
        "here": {
            "starts": local(meeting.starts_at),
            "state": meeting._meta.get_field("state").choice_set.text_of(str(meeting.state)),
        }
        if meeting is not None
        else None,
        "there": _version(there[0]) if there else None,
        "before": _version(before) if before is not None else None,
        "choice": row.choice,
        "may_choose": row.state == EventState.CONFLICT or row.reason == "new",
        "may_keep_here": row.state == EventState.CONFLICT,
    }


def _version(event: Any) -> dict[str, Any]:
    return {
        "title": event.summary,
        "starts": event.starts,
        "ends": event.ends,
        "place": event.place,
        "rrule": event.rrule,
    }


def _is_running(row: CalendarLink) -> bool:
    """Return whether a calendar is running, or queued by the reader."""
    waiting = any(not job["ended"] for job in jobs.recent(SYNC, current_actor().user_id, most=3))
    return waiting or runs.lock_of(row).holder() is not None
