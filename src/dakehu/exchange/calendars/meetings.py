"""Meetings as sent to other calendars, and changes made there applied here by the ordinary actions."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from dakehu.domains.service.calendar import actions, series
from dakehu.domains.service.calendar.meetings import local, occurrence_of
from dakehu.exchange.calendars.comparison import Here
from dakehu.exchange.calendars.events import Event, OneOfSeries, stamp
from dakehu.exchange.calendars.models import CalendarLink
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.output import name_of
from dakehu.foundation.schema.fields import model_of

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,}")
PLANNED, CANCELLED = "planned", "cancelled"
FAR = datetime(2100, 1, 1)  # noqa: DTZ001  local by definition


def meetings() -> Any:
    """Return the visible meetings."""
    return model_of("service.Meeting").objects.all()


class OwnMeetings:
    """The meetings that the owner of a calendar organises, as events that may leave the desk."""

    def __init__(self, link: CalendarLink) -> None:
        self.link = link
        own: Any = meetings().filter(organiser_id=link.owner_id, series=None).select_related("client")
        self.rows: dict[int, Any] = {row.pk: row for row in own}
        self.exceptions: dict[int, list[Any]] = {}
        for one in meetings().filter(series__in=list(self.rows)).select_related("client").order_by("recurrence_id"):
            self.exceptions.setdefault(one.series_id, []).append(one)

    def wanted(self) -> list[Any]:
        """Return the planned meetings for the other calendar: from its first day on, and continuing series."""
        first = datetime.combine(self.link.since, datetime.min.time())
        return [row for row in self.rows.values() if row.state == PLANNED and _continues_after(row, first)]

    def state(self, meeting: int | None) -> Here:
        """Return the state on the desk of a linked meeting."""
        if meeting is None:
            return Here.CANCELLED
        row = self.rows.get(meeting)
        if row is not None:
            return Here(str(row.state))
        with elevated("whether a meeting is hidden from its organiser"):
            still_there = meetings().filter(pk=meeting).exists()
        return Here.HIDDEN if still_there else Here.CANCELLED

    def title(self, row: Any) -> str:
        """Return the title that leaves the desk: code and purpose, or name and subject if the owner enabled names."""
        if not self.link.names_clients:
            what = row._meta.get_field("kind").choice_set.text_of(str(row.kind))
            return f"{row.client.code} · {what}" if row.client_id else what
        prefix = self._prefix(row)
        return f"{prefix}{row.subject}"

    def _prefix(self, row: Any) -> str:
        return f"{name_of(row.client, current_actor().clearance)} · " if row.client_id else ""

    def subject_of(self, row: Any, title: str) -> str:
        """Return the subject contained in a title of the other calendar."""
        return title.removeprefix(self._prefix(row)).strip() or row.subject

    def event(self, row: Any, title: str) -> Event:
        """Return a meeting with its series. Places are sent only with names: they may be a client's address."""
        exceptions = self.exceptions.get(row.pk, []) if row.rrule else []
        moved = [one for one in exceptions if one.state != CANCELLED and one.recurrence_id]
        at = {stamp(local(one.recurrence_id)) for one in moved}
        return Event(
            uid=row.uid,
            summary=title,
            starts=local(row.starts_at),
            ends=local(row.ends_at),
            all_day=row.all_day,
            place=self._place(row),
            rrule=row.rrule,
            excluded=tuple(sorted(set(row.excluded) - at)),
            exceptions=tuple(
                OneOfSeries(
                    stamp(local(one.recurrence_id)), title, local(one.starts_at), local(one.ends_at), self._place(one)
                )
                for one in moved
            ),
        )

    def _place(self, row: Any) -> str:
        return str(row.place) if self.link.names_clients else ""


def _continues_after(row: Any, first: datetime) -> bool:
    """Return whether a meeting ends after a moment, or a series has one from then on."""
    if not row.rrule:
        return local(row.ends_at) >= first
    return bool(series.occurrences(row.rrule, local(row.starts_at), first, FAR, row.excluded)[:1])


def change_here(own: OwnMeetings, row: Any, ours: Event, wanted: Event) -> None:
    """Change a meeting to match the merged event. Raises Refused if the rules of meetings do not allow it."""
    values: dict[str, Any] = {}
    if wanted.summary != ours.summary and own.link.names_clients:
        values["subject"] = own.subject_of(row, wanted.summary)[:200]
    if wanted.place != ours.place and own.link.names_clients:
        values["place"] = wanted.place[:200]
    shift = wanted.starts - ours.starts
    if (wanted.starts, wanted.ends, wanted.all_day) != (ours.starts, ours.ends, ours.all_day):
        values.update(all_day=wanted.all_day)
    moved_rule = series.move_rule(ours.rrule, ours.starts, wanted.starts) if ours.rrule else ""
    if wanted.rrule not in (ours.rrule, moved_rule):
        values["rrule"] = wanted.rrule
    at = _first_of(row)
    if "all_day" in values or shift:
        values.update(
            starts_at=clock.at_local(at + shift), ends_at=clock.at_local(at + shift + (wanted.ends - wanted.starts))
        )
    if values:
        actions.change_meeting(meeting=row.pk, at=clock.at_local(at), which="all", **values)
        row.refresh_from_db()
    if wanted.rrule:
        _change_series(own, row, wanted)


def _first_of(row: Any) -> datetime:
    """Return the start of a meeting, for a series that of the first instance not cancelled."""
    start = local(row.starts_at)
    if not row.rrule or occurrence_of(row, start):
        return start
    found = series.occurrences(row.rrule, start, start, FAR, row.excluded)
    return found[0] if found else start


def _change_series(own: OwnMeetings, row: Any, wanted: Event) -> None:
    """Move and cancel single meetings of a series according to the event."""
    known = {stamp(local(one.recurrence_id)): one for one in own.exceptions.get(row.pk, []) if one.recurrence_id}
    for one in wanted.exceptions:
        values: dict[str, Any] = {"starts_at": clock.at_local(one.starts), "ends_at": clock.at_local(one.ends)}
        if own.link.names_clients and one.place:
            values["place"] = one.place[:200]
        if own.link.names_clients and one.summary not in ("", wanted.summary):
            values["subject"] = own.subject_of(row, one.summary)[:200]
        held = known.get(one.at)
        at = series.read_stamp(one.at)
        if held is None and at is not None:
            actions.change_meeting(meeting=row.pk, at=clock.at_local(at), which="one", **values)
        elif held is not None and (local(held.starts_at), local(held.ends_at)) != (one.starts, one.ends):
            actions.change_meeting(meeting=held.pk, **values)
    named = {one.at for one in wanted.exceptions}
    for mark, held in known.items():
        at = series.read_stamp(mark)
        if held.state != PLANNED or mark in named or at is None:
            continue
        if mark in wanted.excluded:
            actions.cancel_meeting(meeting=held.pk, reason=_deleted_in(own.link))
        elif local(held.starts_at) != at:
            length = local(held.ends_at) - local(held.starts_at)
            actions.change_meeting(meeting=held.pk, starts_at=clock.at_local(at), ends_at=clock.at_local(at + length))
    row.refresh_from_db()
    for mark in wanted.excluded:
        at = series.read_stamp(mark)
        if at is not None and mark not in row.excluded and occurrence_of(row, at):
            actions.cancel_meeting(meeting=row.pk, at=clock.at_local(at), which="one", reason=_deleted_in(own.link))
            row.refresh_from_db()


def _deleted_in(link: CalendarLink) -> str:
    return str(bilingual("在日历“{name}”中删除", "Deleted in the calendar “{name}”", name=link.name))


def cancel_here(link: CalendarLink, row: Any) -> None:
    """Cancel a meeting that was deleted in the other calendar; its record remains."""
    which = "all" if row.rrule else None
    actions.cancel_meeting(meeting=row.pk, at=clock.at_local(_first_of(row)), which=which, reason=_deleted_in(link))


def create_here(event: Event) -> Any:
    """Create a meeting from an event there: with the client whose code is in the title, otherwise internal."""
    if event.exceptions:
        raise refusal(
            "meeting", "新建的系列带有例外，请先在这里安排。", "A new series with exceptions is arranged here first."
        )
    with elevated("whether a meeting of that identifier exists"):
        if meetings().filter(uid=event.uid).exists():
            raise refusal("meeting", "已有同一标识的会议。", "There is a meeting of that identifier already.")
    client = client_of(event.summary)
    row = actions.plan_meeting(
        subject=(event.summary or str(bilingual("外部日程", "Event of another calendar")))[:200],
        starts_at=clock.at_local(event.starts),
        ends_at=clock.at_local(event.ends),
        client=client,
        kind="visit" if client is not None else "internal",
        all_day=event.all_day,
        place=event.place[:200],
        rrule=event.rrule,
    )
    row.uid, row.excluded = event.uid[:255], list(event.excluded)
    row.save()
    return row


def client_of(text: str) -> Any:
    """Return the one visible client whose code is in a text, None if there is none or several."""
    return find_clients([text]).get(text)


def find_clients(texts: Iterable[str]) -> dict[str, Any]:
    """Return {text: the one visible client whose code it contains}."""
    words = {text: set(CODE.findall(text)) for text in texts}
    every = sorted({word for named in words.values() for word in named})
    found: Any = model_of("clients.Client").objects.filter(code__in=every) if every else ()
    by_code = {row.code: row for row in found}
    named = {text: [by_code[word] for word in sorted(some) if word in by_code] for text, some in words.items()}
    return {text: rows[0] for text, rows in named.items() if len(rows) == 1}
