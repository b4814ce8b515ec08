"""A real CalDAV server (radicale) on loopback, and a person who edits a calendar there."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx

USER, PASSWORD = "lin", "Dav-pass-1"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@contextmanager
def dav_server(folder: Path) -> Iterator[str]:
    """Serve an empty store with one user; yield the root URL."""
    from radicale import Application, config

    users = folder / "users"
    users.write_text(f"{USER}:{PASSWORD}\n")
    settings = config.load()
    settings.update(
        {
            "auth": {"type": "htpasswd", "htpasswd_filename": str(users), "htpasswd_encryption": "plain", "delay": "0"},
            "storage": {"filesystem_folder": str(folder / "store"), "_filesystem_fsync": "False"},
            "rights": {"type": "owner_only"},
            "logging": {"level": "critical"},
        },
        "test",
        privileged=True,
    )
    server = make_server("127.0.0.1", 0, Application(settings), _Server, _Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Phone:
    """A user's phone: reads, changes, creates and deletes events over plain HTTP, without the desk's client."""

    def __init__(self, root: str, calendar: str) -> None:
        self.client = httpx.Client(auth=(USER, PASSWORD))
        self.url = f"{root}{USER}/{calendar}/"
        body = (
            '<mkcalendar xmlns="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:"><d:set><d:prop>'
            "<d:displayname>Work</d:displayname></d:prop></d:set></mkcalendar>"
        )
        assert self.client.request("MKCALENDAR", self.url, content=body).status_code == 201

    def texts(self) -> dict[str, str]:
        """Return {URL path: text} of every event."""
        body = (
            '<c:calendar-query xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:"><d:prop><c:calendar-data/></d:prop>'
            '<c:filter><c:comp-filter name="VCALENDAR"/></c:filter></c:calendar-query>'
        )
        answer = self.client.request("REPORT", self.url, content=body, headers={"Depth": "1"})
        from xml.etree import ElementTree

        root = ElementTree.fromstring(answer.content)
        return {
            one.findtext("{DAV:}href", ""): one.findtext(".//{urn:ietf:params:xml:ns:caldav}calendar-data", "")
            for one in root.iter("{DAV:}response")
        }

    def only(self) -> tuple[str, str]:
        """Return (URL path, text) of the only event."""
        found = list(self.texts().items())
        assert len(found) == 1, found
        return found[0]

    def change(self, *replaced: tuple[str, str]) -> None:
        """Replace texts of the only event."""
        href, text = self.only()
        for old, new in replaced:
            assert old in text, (old, text)
            text = text.replace(old, new)
        self.write(href, text)

    def write(self, href: str, text: str) -> None:
        answer = self.client.put(httpx.URL(self.url).join(href), content=text.encode())
        assert answer.status_code in (201, 204), answer.text

    def delete(self) -> None:
        href, _ = self.only()
        assert self.client.delete(httpx.URL(self.url).join(href)).status_code in (200, 204)
