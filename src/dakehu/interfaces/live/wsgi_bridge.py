"""Run a WSGI application under an ASGI server: each request in one thread of a small pool, as a WSGI server would."""

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AT_ONCE = 256 * 1024  # bytes of an answer that are sent in one piece


class RequestBody(io.RawIOBase):
    """The body of a request, read as the application requests it: nothing large is buffered here."""

    def __init__(self, first: Message, receive: Receive, loop: asyncio.AbstractEventLoop) -> None:
        self.rest, self.more = memoryview(first.get("body", b"")), bool(first.get("more_body"))
        self.receive, self.loop = receive, loop

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self.rest and self.more:
            message = asyncio.run_coroutine_threadsafe(_await_message(self.receive), self.loop).result()
            if message["type"] == "http.disconnect":
                raise ConnectionResetError("the browser went away before it had sent everything")
            self.rest, self.more = memoryview(message.get("body", b"")), bool(message.get("more_body"))
        size = min(len(buffer), len(self.rest))
        buffer[:size] = self.rest[:size]
        self.rest = self.rest[size:]
        return size


async def _await_message(receive: Receive) -> Message:
    """Await the server's awaitable, which is not a coroutine."""
    return await receive()


class WsgiBridge:
    """A WSGI application as an ASGI application with `threads` threads.

    A request whose sender disconnects while it waits for a thread is dropped: after a pause of the desk, clients that gave up and
    retried would otherwise wait behind their own earlier requests.
    """

    def __init__(self, application: Any, threads: int) -> None:
        self.application = application
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="pages")
        self.free = asyncio.Semaphore(threads)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        first = await receive()
        if first["type"] == "http.disconnect":
            return
        following = None if first.get("more_body") else asyncio.ensure_future(_await_message(receive))
        try:
            async with self.free:
                if following is not None and _is_disconnected(following):
                    return
                environ = environ_of(scope, io.BufferedReader(RequestBody(first, receive, loop), 65536))
                answer = Answer(send, loop)
                await loop.run_in_executor(self.pool, answer.run, self.application, environ)
            await answer.finish()
        finally:
            if following is not None:
                following.cancel()


def _is_disconnected(following: "asyncio.Future[Message]") -> bool:
    """Return whether the sender of a complete request has already disconnected."""
    if not following.done() or following.cancelled() or following.exception() is not None:
        return False
    return bool(following.result()["type"] == "http.disconnect")


class Answer:
    """The response of the application, sent in one piece by the loop where it is small."""

    def __init__(self, send: Send, loop: asyncio.AbstractEventLoop) -> None:
        self.send, self.loop = send, loop
        self.start: Message | None = None
        self.has_started = False
        self.waiting: list[bytes] = []

    def start_response(
        self, status: str, headers: Iterable[tuple[str, str]], fault: Any = None
    ) -> Callable[[bytes], Any]:
        """Store status and headers; the returned callable is the legacy WSGI `write`."""
        encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        self.start = {"type": "http.response.start", "status": int(status[:3]), "headers": encoded}
        return self.waiting.append

    def run(self, application: Any, environ: dict[str, Any]) -> None:
        """Run the application in this thread; send large bodies piece by piece."""
        pieces = application(environ, self.start_response)
        try:
            size = 0
            for piece in pieces:
                self.waiting.append(piece)
                size += len(piece)
                if size > AT_ONCE:
                    size = 0
                    asyncio.run_coroutine_threadsafe(self._flush(more=True), self.loop).result()
        finally:
            if hasattr(pieces, "close"):
                pieces.close()

    async def finish(self) -> None:
        """Send the rest."""
        await self._flush(more=False)

    async def _flush(self, more: bool) -> None:
        if not self.has_started:
            self.has_started = True
            await self.send(self.start or {"type": "http.response.start", "status": 500, "headers": []})
        body, self.waiting = b"".join(self.waiting), []
        await self.send({"type": "http.response.body", "body": body, "more_body": more})


def environ_of(scope: Message, body: Any) -> dict[str, Any]:
    """Return the environment of a request as WSGI (PEP 3333) describes it."""
    server, client = scope.get("server") or ("localhost", 80), scope.get("client") or ("127.0.0.1", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": scope.get("root_path", ""),
        "PATH_INFO": scope["path"].encode("utf-8").decode("latin-1"),
        "QUERY_STRING": scope.get("query_string", b"").decode("latin-1"),
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1] or 80),
        "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "REMOTE_ADDR": str(client[0]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").upper().replace("-", "_"), raw_value.decode("latin-1")
        key = name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"
        joined = "; " if name == "COOKIE" else ","
        environ[key] = f"{environ[key]}{joined}{value}" if key in environ else value
    return environ
