"""The open streams of one web process: one thread polls changes and presence for all of them."""

import asyncio
import logging
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import close_old_connections, connections

from dakehu.domains.team import queries as team
from dakehu.domains.team.sign_in.session_actor import find_session_actor
from dakehu.foundation.access.actor import Actor, acting_as
from dakehu.foundation.live import changes, presence
from dakehu.foundation.live.reach import changed_parts, may_open
from dakehu.foundation.live.rules import Changed, changes_of_page
from dakehu.foundation.schema import live_pages
from dakehu.foundation.schema.live_pages import LivePage

logger = logging.getLogger("dakehu.live")
TURN = 0.5  # seconds between two polls
CHECK = 5.0  # seconds until the rights of every stream are checked again
MOST_EACH = 30  # streams of one person in one process


class NotOpened(Exception):
    """A stream that is not opened; `status` is the HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(eq=False)
class Stream:
    """One open page. `entry` is the audit entry up to which it was notified; `wake` is set where there is something to send."""

    session: str
    actor: Actor
    page: LivePage
    subject: int
    entry: int
    parts: set[str] = field(default_factory=set)
    people: list[str] | None = None
    sent_people: list[str] | None = None
    is_ended: bool = False
    is_closing: bool = False  # the process stops; the page reconnects by itself
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def user(self) -> int:
        return self.actor.user_id or 0

    @property
    def place(self) -> presence.Place:
        return self.page.name, self.subject


@dataclass
class News:
    """The result of one poll for a stream."""

    stream: Stream
    entry: int
    parts: list[str] = field(default_factory=list)
    people: list[str] | None = None
    actor: Actor | None = None
    is_ended: bool = False


class Hub:
    """All streams of this process."""

    def __init__(self) -> None:
        self.process = uuid.uuid4().hex[:12]
        self.streams: set[Stream] = set()
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="live")
        self.entry: int | None = None
        self.task: asyncio.Task[None] | None = None
        self.stored: set[presence.Seen] = set()
        self.next_check = self.next_renewal = 0.0
        self.is_failing = self.is_warned = False

    async def open(self, session: str, page: str, subject: int, since: datetime | None, entry: int | None) -> Stream:
        """Open a stream that begins with the changes since the page was rendered. Raises NotOpened."""
        found = await self._in_thread(lambda: self._opened(session, page, subject, since, entry))
        stream, parts = found
        if Counter(other.user for other in self.streams)[stream.user] >= MOST_EACH:
            raise NotOpened(429)
        stream.parts.update(parts)
        self.streams.add(stream)
        self.entry = stream.entry if self.entry is None else self.entry
        if not self.is_warned:
            self._close_with_process()
        if self.task is None:
            self.task = asyncio.create_task(self._run())
        return stream

    def close(self, stream: Stream) -> None:
        """Remove a stream whose page was closed."""
        self.streams.discard(stream)

    def _close_with_process(self) -> None:
        """Close all streams when the process is stopped: the server would wait for them until it is killed."""
        self.is_warned = True
        loop, before = asyncio.get_running_loop(), signal.getsignal(signal.SIGTERM)

        def close_all() -> None:
            for stream in self.streams:
                stream.is_closing = True
                stream.wake.set()

        def stop(number: int, frame: Any) -> None:
            loop.call_soon_threadsafe(close_all)
            if callable(before):
                before(number, frame)

        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, stop)

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        def with_connection() -> Any:
            close_old_connections()
            return work()

        return await asyncio.get_running_loop().run_in_executor(self.thread, with_connection)

    def _opened(
        self, session: str, name: str, subject: int, since: datetime | None, entry: int | None
    ) -> tuple[Stream, list[str]]:
        page, actor = live_pages.find(name), find_session_actor(session)
        if actor is None:
            raise NotOpened(401)
        with acting_as(actor):
            if page is None or not may_open(page, subject):
                raise NotOpened(404)
            if entry is None:
                entry = changes.entry_before(since) if since else changes.last_entry()
            newest, found = changes.changes_after(entry)
            return Stream(session, actor, page, subject, newest), changed_parts(page, subject, found)

    async def _run(self) -> None:
        """Poll as long as there are streams; then clear the presence."""
        while True:
            streams = list(self.streams)
            for news in await self._in_thread(lambda: self._look(streams)):  # noqa: B023  awaited within the turn
                tell(news)
            if not streams and not self.streams:
                self.entry = self.task = None
                return
            await asyncio.sleep(TURN)

    def _look(self, streams: list[Stream]) -> list[News]:
        """Read once for all streams. An error (such as a lost database) ends no stream: the next poll catches up."""
        try:
            newest, found = changes.changes_after(self.entry or 0)
            news = {stream: News(stream, newest) for stream in streams}
            self._check(news, found)
            self._find_parts(news, found)
            self._find_people(news)
        except Exception:
            if not self.is_failing:
                logger.exception("live pages cannot look for changes; they try again")
            self.is_failing = True
            connections.close_all()
            return []
        self.entry, self.is_failing = newest, False
        return list(news.values())

    def _check(self, news: dict[Stream, News], found: list[Changed] | None) -> None:
        """End the streams of those who signed out or lost their rights: every few seconds, and when staff data changes."""
        staff_changed = found is None or any(change.model.startswith("team.") for change in found)
        if time.monotonic() < self.next_check and not staff_changed:
            return
        self.next_check = time.monotonic() + CHECK
        actors: dict[str, Actor | None] = {}
        for stream, one in news.items():
            if stream.session not in actors:
                actors[stream.session] = find_session_actor(stream.session)
            one.actor = actors[stream.session]
            if one.actor is None:
                one.is_ended = True
                continue
            with acting_as(one.actor):
                one.is_ended = not may_open(stream.page, stream.subject)

    def _find_parts(self, news: dict[Stream, News], found: list[Changed] | None) -> None:
        for stream, one in news.items():
            if one.is_ended or (found is not None and not changes_of_page(stream.page, stream.subject, found)):
                continue
            with acting_as(one.actor or stream.actor):
                if may_open(stream.page, stream.subject):
                    one.parts = changed_parts(stream.page, stream.subject, found)
                else:
                    one.is_ended = True

    def _find_people(self, news: dict[Stream, News]) -> None:
        here = {(stream.user, *stream.place) for stream, one in news.items() if not one.is_ended}
        if here != self.stored or time.monotonic() >= self.next_renewal:
            self._store(here)
        present = presence.present(stream.place for stream in news)
        names = team.names_of({user for users in present.values() for user in users})
        for stream, one in news.items():
            one.people = sorted(names.get(user, "") for user in present[stream.place] - {stream.user})

    def _store(self, here: set[presence.Seen]) -> None:
        if presence.store(self.process, here):
            self.stored, self.next_renewal = here, time.monotonic() + presence.RENEWED


def tell(news: News) -> None:
    """Pass the result to its stream, and wake it where there is something to send."""
    stream = news.stream
    stream.actor = news.actor or stream.actor
    stream.entry = max(stream.entry, news.entry)
    stream.parts.update(news.parts)
    stream.people = news.people
    stream.is_ended = stream.is_ended or news.is_ended
    if stream.parts or stream.is_ended or stream.people != stream.sent_people:
        stream.wake.set()
