"""The addresses `/live/PAGE/SUBJECT/stream`: server-sent events that name the parts of a page that have changed."""

import asyncio
import json
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.http import parse_cookie

from dakehu.interfaces.live.hub import Hub, NotOpened, Stream
from dakehu.interfaces.live.wsgi_bridge import Message, Receive, Send

ADDRESS = re.compile(r"/live/([a-z-]+)/(\d{1,18})/stream")
SILENCE = 15  # seconds until an empty line is sent, so that no proxy treats the stream as dead
AGAIN = 2000  # milliseconds after which a browser reconnects
MARGIN = timedelta(seconds=2)  # between the clock of a page and the commit of changes it did not yet show
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class Streams:
    """Serves the addresses of streams; `matches` selects them."""

    def __init__(self) -> None:
        self.hub = Hub()

    @staticmethod
    def matches(scope: Message) -> bool:
        return bool(ADDRESS.fullmatch(scope["path"])) and scope["method"] == "GET"

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            stream = await self._opened(scope, headers)
        except NotOpened as fault:
            await send({"type": "http.response.start", "status": fault.status, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
            return
        gone = asyncio.ensure_future(_wait_for_disconnect(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await _send(send, f"retry: {AGAIN}\n\n")
            await _send_news(stream, send, gone)
        finally:
            self.hub.close(stream)
            gone.cancel()

    async def _opened(self, scope: Message, headers: dict[str, str]) -> Stream:
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise NotOpened(403)
        match = ADDRESS.fullmatch(scope["path"])
        key = parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME, "")
        if match is None or not key:
            raise NotOpened(401)
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        last = headers.get("last-event-id") or asked.get("entry", [""])[0]
        return await self.hub.open(
            key, match[1], int(match[2]), drawn_at(asked.get("since", [""])[0]), int(last) if last.isdecimal() else None
        )


def drawn_at(text: str) -> datetime | None:
    """Return the moment a page was rendered, from seconds since 1970, a little earlier; None where it is missing."""
    if not re.fullmatch(r"\d{9,11}", text):
        return None
    return datetime.fromtimestamp(int(text), UTC) - MARGIN


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


async def _send_news(stream: Stream, send: Send, gone: "asyncio.Future[None]") -> None:
    """Send the hub's results until the page is closed or loses its rights."""
    while not gone.done():
        waking = asyncio.ensure_future(stream.wake.wait())
        await asyncio.wait({waking, gone}, timeout=SILENCE, return_when=asyncio.FIRST_COMPLETED)
        if gone.done():
            waking.cancel()
            return
        if not waking.done():
            waking.cancel()
            await _send(send, ":\n\n")
            continue
        stream.wake.clear()
        if stream.is_closing:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        await _send(send, "".join(_events(stream)) or ":\n\n")
        if stream.is_ended:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return


def _events(stream: Stream) -> list[str]:
    """Return the pending events, and mark them as sent."""
    if stream.is_ended:
        return ["event: end\ndata: {}\n\n"]
    made = []
    if stream.parts:
        parts = [part for part in stream.page.parts if part in stream.parts]
        stream.parts.clear()
        made.append(_event("changed", {"parts": parts}, stream.entry))
    if stream.people != stream.sent_people:
        stream.sent_people = stream.people
        made.append(_event("present", {"people": stream.people or []}, stream.entry))
    return made


def _event(name: str, data: dict[str, Any], entry: int) -> str:
    return f"id: {entry}\nevent: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


async def _send(send: Send, text: str) -> None:
    with suppress(ConnectionError):
        await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
