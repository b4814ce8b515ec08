"""The pages behind the server of streams: what a WSGI application receives, and what it returns."""

import asyncio
import threading

from dakehu.interfaces.live.wsgi_bridge import AT_ONCE, WsgiBridge


def call(application, messages, **scope):
    """What the server is sent for one request."""
    waiting, sent = list(messages), []

    async def receive():
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    given = {"method": "GET", "path": "/", "query_string": b"", "headers": [], "client": ("10.0.0.7", 1), **scope}
    asyncio.run(WsgiBridge(application, 2)(given, receive, send))
    return sent


def body(text=b"", more=False):
    return {"type": "http.request", "body": text, "more_body": more}


def test_an_application_is_given_the_request_as_any_wsgi_server_gives_it():
    seen = {}

    def application(environ, start):
        seen.update(environ)
        start("201 Created", [("Content-Type", "text/plain")])
        return [b"a", b"b"]

    headers = [(b"host", b"desk"), (b"cookie", b"a=1"), (b"cookie", b"b=2"), (b"content-type", b"text/plain")]
    sent = call(application, [body()], path="/客户/", query_string=b"q=%E7%8E%8B", headers=headers)
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/客户/"
    assert (seen["QUERY_STRING"], seen["HTTP_COOKIE"], seen["CONTENT_TYPE"]) == (
        "q=%E7%8E%8B",
        "a=1; b=2",
        "text/plain",
    )
    assert (seen["REMOTE_ADDR"], seen["HTTP_HOST"]) == ("10.0.0.7", "desk")
    assert sent[0] == {"type": "http.response.start", "status": 201, "headers": [(b"content-type", b"text/plain")]}
    assert sent[1:] == [{"type": "http.response.body", "body": b"ab", "more_body": False}]


def test_a_body_in_pieces_is_read_as_one():
    read = []

    def application(environ, start):
        read.append((environ["wsgi.input"].readline(), environ["wsgi.input"].read()))
        start("200 OK", [])
        return []

    call(application, [body(b"fir", True), body(b"st\nsec", True), body(b"ond")], method="POST")
    assert read == [(b"first\n", b"second")]


def test_an_upload_that_breaks_off_reaches_the_application_as_a_broken_connection():
    faults = []

    def application(environ, start):
        try:
            environ["wsgi.input"].read()
        except ConnectionResetError as fault:
            faults.append(fault)
        start("400 Bad Request", [])
        return []

    call(application, [body(b"half", True)], method="POST")
    assert len(faults) == 1


def test_a_large_answer_goes_out_piece_by_piece_and_is_closed():
    closed = []

    class Pieces:
        def __iter__(self):
            return iter([b"x" * AT_ONCE, b"y" * AT_ONCE, b"z"])

        def close(self):
            closed.append(True)

    def application(environ, start):
        start("200 OK", [])
        return Pieces()

    sent = call(application, [body()])
    assert [message["more_body"] for message in sent[1:]][-1] is False and len(sent) > 2
    assert sum(len(message["body"]) for message in sent[1:]) == 2 * AT_ONCE + 1 and closed == [True]


def test_a_request_whose_sender_has_gone_while_it_waited_is_not_run():
    ran, go_on = [], threading.Event()

    def application(environ, start):
        ran.append(environ["PATH_INFO"])
        go_on.wait(10)
        start("200 OK", [])
        return []

    def asked(bridge, path, stays):
        messages = [body()] if stays else [body(), {"type": "http.disconnect"}]

        async def receive():
            if messages:
                return messages.pop(0)
            await asyncio.Event().wait()

        async def send(message):
            pass

        return bridge({"method": "GET", "path": path, "query_string": b"", "headers": []}, receive, send)

    async def story():
        bridge = WsgiBridge(application, 1)
        first = asyncio.ensure_future(asked(bridge, "/first", stays=True))
        while not ran:
            await asyncio.sleep(0.01)
        others = [
            asyncio.ensure_future(asked(bridge, path, stays)) for path, stays in (("/gone", False), ("/stays", True))
        ]
        await asyncio.sleep(0.05)
        go_on.set()
        await asyncio.gather(first, *others)

    asyncio.run(story())
    assert ran == ["/first", "/stays"]
