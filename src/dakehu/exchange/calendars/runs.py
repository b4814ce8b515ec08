"""Synchronise a calendar with the meetings here, one run at a time, and report the result for every event.

Changes made there are applied here event by event, each in an act that can be undone; changes here are written there
with the version that they replace. An interrupted run leaves both sides consistent: the next one detects what agrees
already and continues with the rest.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from django.conf import settings

from dakehu.domains.team import queries as team
from dakehu.exchange.calendars import comparison, ics_writing
from dakehu.exchange.calendars.comparison import Here, Step, Verdict
from dakehu.exchange.calendars.dav import CalendarServer, DavAccount, Resource, path_of
from dakehu.exchange.calendars.events import Event, comparable, from_json
from dakehu.exchange.calendars.ics_reading import read_calendar
from dakehu.exchange.calendars.linked_events import is_taken_back, save_event, title_there
from dakehu.exchange.calendars.meetings import OwnMeetings, cancel_here, change_here, create_here
from dakehu.exchange.calendars.models import CalendarLink, CalendarRun, EventState, LinkedEvent, SyncState
from dakehu.foundation.access.actor import Actor, acting_as, actor_of, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions import undo_entries
from dakehu.foundation.actions.labels import declare_steps
from dakehu.foundation.actions.models import Batch, BatchState
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual, in_language
from dakehu.foundation.base.process_lock import ProcessLock
from dakehu.foundation.jobs.progress import no_progress

COUNTS = ("seen", "stored", "sent", "aside", "conflicts")
APPLY = "calendars.apply"
Progress = Callable[..., None]
HERE = (Step.CHANGE_HERE, Step.CREATE_HERE, Step.CANCEL_HERE)
THERE = (Step.CREATE_THERE, Step.UPDATE_THERE, Step.DELETE_THERE)

declare_steps(
    {
        APPLY: bilingual("按外部日历更新会议", "Change meetings as another calendar says"),
        "calendars.open_password": bilingual("使用日历的密码", "Use the password of a calendar"),
        "calendars.note": bilingual("记录外部日程的状态", "Note how an event of another calendar stands"),
        "calendars.conclude": bilingual("日历同步结束", "End of a run of a calendar"),
    }
)


@dataclass
class _Run:
    """The data of one run."""

    link: CalendarLink
    own: OwnMeetings
    server: CalendarServer
    known: dict[str, LinkedEvent]
    there: dict[str, tuple[Resource, Event | None]]
    ctag: str  # read first, so that a concurrent change is found next time
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    batches: list[int] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)


def sync(link: CalendarLink, progress: Progress = no_progress) -> dict[str, Any]:
    """Synchronise a calendar once; return {calendar, seen, stored, sent, aside, conflicts, reasons, batches, failure}.

    Raises Refused while it is switched off or running, and if the server fails.
    """
    actor = syncing_actor(link)
    with _exclusive_run(link), acting_as(actor), in_language(team.language_of(link.owner_id)):
        link.refresh_from_db()
        run = CalendarRun(link=link, started_at=clock.now())
        progress(0.1, bilingual("正在读取“{name}”", "Reading “{name}”", name=link.name))
        try:
            with CalendarServer(_account(link)) as server:
                work = _read(link, server)
                for number, uid in enumerate(sorted({*work.known, *work.there, *_own_uids(work)})):
                    progress(min(0.1 + number / 1000, 0.9), None)
                    _handle(work, uid)
                ctag = work.ctag if not work.counts["sent"] else ""
        except Refused as refusal:
            _finish_run(run, dict.fromkeys(COUNTS, 0), [], texts_of(refusal))
            raise
        with act("calendars.note"):
            link.ctag = ctag
            link.save()
        _finish_run(run, {**work.counts, "reasons": work.reasons}, work.batches, {})
    return {"calendar": link.name, **work.counts, "reasons": work.reasons, "batches": work.batches, "failure": None}


def syncing_actor(link: CalendarLink) -> Actor:
    """Return the actor that synchronises a calendar: its owner with current permissions. Raises Refused."""
    if not link.is_on:
        raise calendar_refusal(
            bilingual(
                "“{name}”没有启用。请管理员核对后启用。",
                "“{name}” is switched off. An administrator checks it and switches it on.",
                name=link.name,
            )
        )
    is_here = team.get_user(link.owner_id) is not None
    actor = actor_of(link.owner_id, f"keep the calendar {link.name}") if is_here else None
    if actor is None or not actor.may(Permission.PLAN_WRITE):
        raise calendar_refusal(
            bilingual(
                "“{name}”的所有人已停用或不安排会议，不再同步。",
                "The owner of “{name}” is inactive or arranges no meetings; it is kept no longer.",
                name=link.name,
            )
        )
    return actor


def lock_of(link: CalendarLink) -> ProcessLock:
    """Return the lock that a run of a calendar holds."""
    return ProcessLock(Path(settings.DAKEHU_HOME) / "run" / f"calendar-{link.pk}.lock")


@contextmanager
def _exclusive_run(link: CalendarLink) -> Iterator[None]:
    """Lock a calendar; the lock ends with the process. Raises Refused while another process holds it."""
    lock = lock_of(link)
    if not lock.take():
        raise calendar_refusal(
            bilingual("“{name}”正在同步，请等它结束。", "“{name}” is running; wait until it ends.", name=link.name)
        )
    try:
        yield
    finally:
        lock.release()


def _account(link: CalendarLink) -> DavAccount:
    """Return the credentials of a calendar; decrypting its password is audited. Raises Refused while it is missing."""
    if link.password is None:
        raise calendar_refusal(bilingual("“{name}”还没有密码。", "“{name}” has no password yet.", name=link.name))
    with elevated(f"sign in to the calendar {link.name}"), act("calendars.open_password"):
        password = link.password.open()
    return DavAccount(link.name, link.url, link.username, password)


def _read(link: CalendarLink, server: CalendarServer) -> _Run:
    """Read what both sides have; from the other side only changes since the last run are fetched."""
    server.url = server.find_calendar()
    known = {row.uid: row for row in LinkedEvent.objects.filter(link=link)}
    there: dict[str, tuple[Resource, Event | None]] = {}
    ctag = server.ctag()
    linked = {path_of(row.href): row for row in known.values() if row.href}
    is_same = ctag and ctag == link.ctag
    etags = {row.href: row.etag for row in linked.values()} if is_same else server.etags()
    changed = []
    for href, etag in etags.items():
        row = linked.get(path_of(href))
        if row is not None and row.etag == etag and row.base and row.state == EventState.LINKED:
            there[row.uid] = Resource(href, etag), from_json(row.base, row.uid)
        else:
            changed.append(href)
    for resource in server.read(changed):
        uid, event = _event_of(resource)
        there[uid] = resource, event
    return _Run(link, OwnMeetings(link), server, known, there, ctag)


def _event_of(resource: Resource) -> tuple[str, Event | None]:
    """Return (uid, event) of the resource at an address; event None if it is not a single event."""
    reading = read_calendar(resource.content, clock.zone())
    if len(reading.events) == 1 or (reading.events and all(one.is_expanded for one in reading.events)):
        return _uid(reading.events[0], resource), reading.events[0]
    return (_uid(reading.events[0], resource) if reading.events else resource.href[-255:]), None


def _uid(event: Event, resource: Resource) -> str:
    return event.uid if 0 < len(event.uid) <= 255 else resource.href[-255:]


def _own_uids(work: _Run) -> list[str]:
    return [row.uid for row in work.own.wanted()]


def _handle(work: _Run, uid: str) -> None:
    """Decide about one event and apply the decision; what cannot be applied is set aside with its reason."""
    row = work.known.get(uid)
    resource, theirs = work.there.get(uid, (None, None))
    if resource is not None:
        work.counts["seen"] += 1
    meeting = _meeting_of(work, uid, row)
    here = Here.NONE if meeting is None and row is None else work.own.state(_meeting_id(row, meeting))
    if row is not None and meeting is None and (not row.base or is_taken_back(row, here)):
        here = Here.NONE
    if resource is not None and theirs is None:
        _save_event_state(work, uid, row, meeting, resource, Verdict(Step.ASIDE, "unreadable"), None, "")
        return
    title = work.own.title(meeting) if meeting is not None else ""
    base = from_json(row.base, uid) if row is not None and row.base else None
    ours = _own_event(work, meeting, row, base, theirs, title)
    choice = row.choice if row is not None else ""
    if here == Here.NONE:
        base = None
    takes_new = work.link.takes_new and not (row is not None and row.is_from_there)
    verdict = comparison.decide(here, base, ours, theirs, choice, takes_new)
    if not work.link.names_clients and verdict.step == Step.CHANGE_HERE and verdict.event and ours:
        verdict = _ignore_text_changes(verdict, ours)
    try:
        _do(work, uid, row, meeting, resource, verdict, ours, title)
    except Refused as refusal:
        reason = texts_of(refusal)["zh"][:20]
        _save_event_state(
            work, uid, row, meeting, resource, Verdict(Step.CONFLICT, "refused"), base, title, words=reason
        )


def _ignore_text_changes(verdict: Verdict, ours: Event) -> Verdict:
    """Return a verdict that ignores changes of title and place alone: those texts were never sent by the desk."""
    event = verdict.event
    if event is None:
        return verdict
    plain = replace(event, summary=ours.summary, place=ours.place)
    is_same = comparable(plain) == comparable(ours)
    return replace(verdict, step=Step.UPDATE_THERE if verdict.sends else Step.LINK) if is_same else verdict


def _meeting_of(work: _Run, uid: str, row: LinkedEvent | None) -> Any:
    """Return the visible meeting of an event."""
    if row is not None and row.meeting_ref:
        return work.own.rows.get(row.meeting_ref)
    return next((one for one in work.own.wanted() if one.uid == uid), None)


def _meeting_id(row: LinkedEvent | None, meeting: Any) -> int | None:
    return meeting.pk if meeting is not None else (row.meeting_ref if row is not None else None)


def _own_event(
    work: _Run, meeting: Any, row: LinkedEvent | None, base: Event | None, theirs: Event | None, title: str
) -> Event | None:
    """Return the meeting as an event. While the desk's title is the one it last sent, a title
    changed there is not a change here."""
    if meeting is None:
        return None
    event = work.own.event(meeting, title)
    if base is None or row is None or row.title != title:
        return event
    named = {one.at: one for one in base.exceptions}
    exceptions = tuple(
        replace(one, summary=named[one.at].summary if one.at in named else title_there(theirs, one.at, base.summary))
        for one in event.exceptions
    )
    place = event.place if work.link.names_clients else base.place
    if not work.link.names_clients:
        exceptions = tuple(replace(one, place=named[one.at].place if one.at in named else "") for one in exceptions)
    return replace(event, summary=base.summary, place=place, exceptions=exceptions)


def _do(
    work: _Run,
    uid: str,
    row: LinkedEvent | None,
    meeting: Any,
    resource: Resource | None,
    verdict: Verdict,
    ours: Event | None,
    title: str,
) -> None:
    """Apply the decision, first here and then there, and store the state of the event."""
    if verdict.step in HERE:
        meeting = _do_here(work, row, meeting, verdict, ours, resource, uid, title)
        if verdict.step == Step.CANCEL_HERE:
            return
        title = work.own.title(meeting) if meeting is not None else title
    if verdict.step in THERE or verdict.sends:
        resource = _do_there(work, uid, row, resource, verdict)
        if resource is None:
            return
        work.counts["sent"] += 1
    if verdict.step in (Step.FORGET, Step.DELETE_THERE):
        if row is not None:
            with act("calendars.note"):
                row.delete()
        return
    if verdict.step == Step.NOTHING and (row is None or row.state == EventState.LINKED):
        return
    _save_event_state(work, uid, row, meeting, resource, verdict, verdict.event, title)


def _do_here(
    work: _Run,
    row: LinkedEvent | None,
    meeting: Any,
    verdict: Verdict,
    ours: Event | None,
    resource: Resource | None,
    uid: str,
    title: str,
) -> Any:
    """Change the desk in one act that can be undone, including the stored state of the other side."""
    with act(APPLY) as record:
        record.undo_log = undo_entries.open_log(True)
        number = undo_entries.entry_number(bilingual("日历 {name}", "calendar {name}", name=work.link.name))
        if verdict.step == Step.CREATE_HERE and verdict.event is not None:
            meeting = create_here(verdict.event)
            work.own.rows[meeting.pk] = meeting
        elif meeting is not None and verdict.step == Step.CANCEL_HERE:
            cancel_here(work.link, meeting)
        elif meeting is not None and ours is not None and verdict.event is not None:
            change_here(work.own, meeting, ours, verdict.event)
        with undo_entries.recording_as(record, False):
            if verdict.step != Step.CANCEL_HERE:
                is_new = verdict.step == Step.CREATE_HERE
                save_event(work.link, uid, row, meeting, resource, EventState.LINKED, "", verdict.event, title, is_new)
            elif row is not None:
                row.delete()
        undo_entries.store_entry(record)
    work.counts["stored"] += 1
    if number:
        work.batches.append(number)
    work.known = {one.uid: one for one in LinkedEvent.objects.filter(link=work.link)}
    return meeting


def _do_there(
    work: _Run, uid: str, row: LinkedEvent | None, resource: Resource | None, verdict: Verdict
) -> Resource | None:
    """Write the other side; None if another client wrote in the meantime, which the next run handles."""
    zone, now = clock.zone(), clock.now()
    if verdict.step == Step.DELETE_THERE and resource is not None:
        return resource if work.server.delete(resource.href, resource.etag) else None
    event = verdict.event
    if event is None:
        return None
    if resource is None:
        href = f"{urlsplit(urljoin(work.server.url, '.')).path}{quote(uid, safe='@')}.ics"
        etag = work.server.put(href, ics_writing.event_text(event, zone, now))
    else:
        current = next(iter(work.server.read([resource.href])), None)
        if current is None or current.etag != resource.etag:
            return None
        href = resource.href
        etag = work.server.put(href, ics_writing.changed_text(current.content, event, zone, now), resource.etag)
    if etag is None:
        return None
    return Resource(href, etag or next((one.etag for one in work.server.read([href])), ""))


def _save_event_state(
    work: _Run,
    uid: str,
    row: LinkedEvent | None,
    meeting: Any,
    resource: Resource | None,
    verdict: Verdict,
    event: Event | None,
    title: str,
    words: str = "",
) -> None:
    """Store the state of an event; a conflict keeps the complete text of the other side."""
    waits = verdict.step in (Step.CONFLICT, Step.ASIDE)
    state = {Step.CONFLICT: EventState.CONFLICT, Step.ASIDE: EventState.ASIDE}.get(verdict.step, EventState.LINKED)
    if waits:
        work.counts["conflicts" if verdict.step == Step.CONFLICT else "aside"] += 1
        work.reasons[verdict.reason] = work.reasons.get(verdict.reason, 0) + 1
    row = work.known.get(uid, row)
    kept = event if not waits else (from_json(row.base, uid) if row is not None and row.base else None)
    with act("calendars.note"):
        save_event(
            work.link, uid, row, meeting, resource, state, words or (verdict.reason if waits else ""), kept, title
        )


def _finish_run(run: CalendarRun, counts: dict[str, Any], batches: list[int], failure: dict[str, str]) -> None:
    """Store the result of a run."""
    run.counts, run.batches, run.failure, run.ended_at = counts, batches, failure, clock.now()
    if failure:
        run.state = SyncState.FAILED.value
    with act("calendars.conclude"):
        run.save()


def texts_of(refusal: Refused) -> dict[str, str]:
    """Return the first sentence of a refusal as {zh, en}."""
    text = next(text for texts in refusal.messages.values() for text in texts)
    return {code: text.in_(code) if isinstance(text, Bilingual) else str(text) for code in ("zh", "en")}


def calendar_refusal(text: Bilingual) -> Refused:
    """Return a refusal about a calendar."""
    return Refused({"calendar": [text]})


def is_undone(run: CalendarRun) -> bool:
    """Return whether anything that a run did here was undone."""
    return bool(run.batches) and Batch.objects.filter(pk__in=run.batches, state=BatchState.UNDONE.value).exists()
