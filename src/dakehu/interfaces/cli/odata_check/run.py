"""`dakehu odata check`: start the server on this machine, replay the requests as a user, run the real clients."""

import gzip
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import environ
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from dakehu.foundation.access.actor import acting_as, current_actor, system_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import perform
from dakehu.foundation.schema.fields import model_of
from dakehu.interfaces.cli.odata_check import programs
from dakehu.interfaces.cli.odata_check.desk import Answer, Desk
from dakehu.interfaces.cli.odata_check.requests import requests

WAIT = 90  # seconds for the server to answer


def check(username: str, node_folder: Path | None) -> dict[str, Any]:
    """Replay every request as `username`, who acts now: {requests, failed, faults: {number: what}, clients: {name: "ok",
    "not installed" or the error}}. The token is revoked afterwards."""
    if current_actor().user_id is None:
        raise Refused(bilingual("请用 --as 指明人员。", "Say with --as as whom to ask."))
    made = perform(
        "team.create_token",
        {"name": "odata check", "scopes": ["odata"], "read_only": True, "expires_on": clock.today().isoformat()},
    )
    try:
        with _served() as port:
            desk = Desk(sender(port), f"http://127.0.0.1:{port}/odata/v4/", username, made["token"], _foreign())
            faults = {one.number: wrong for one in requests() if (wrong := one.run(desk))}
            clients = programs.try_all(desk, node_folder)
    finally:
        perform("team.revoke_token", {"token": made["id"]})
    return {"requests": len(requests()), "failed": len(faults), "faults": faults, "clients": clients}


def sender(port: int) -> Any:
    """Return a function that sends requests to a server on this machine only."""

    def send(method: str, address: str, headers: Mapping[str, str]) -> Answer:
        url = urlsplit(address)
        path = url.path.replace("/odata/v4/..", "/odata/v4") + (f"?{url.query}" if url.query else "")
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            asked.request(method, path, headers=dict(headers))
            answer = asked.getresponse()
            body, kept = answer.read(), {}
            for name, value in answer.getheaders():
                kept.setdefault(name.lower(), []).append(value)
        finally:
            asked.close()
        if body and kept.get("content-encoding") == ["gzip"]:
            body, kept["x-was-encoded"] = gzip.decompress(body), kept.pop("content-encoding")
        return Answer(answer.status, kept, body)

    return send


def _foreign() -> int:
    """Return the id of a client not visible to the user; 0 where there is none."""
    clients = model_of("clients.Client")
    seen = set(clients.objects.values_list("pk", flat=True))
    with acting_as(system_actor("find a client whom the person of a trial must not see", "cli")):
        numbers = clients.objects.order_by("pk").values_list("pk", flat=True)
        return next((number for number in numbers.iterator() if number not in seen), 0)


@contextmanager
def _served() -> Iterator[int]:
    """Serve the desk on a free port of this machine, as `dakehu serve` does; yields the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    words = [sys.executable, "-m", "dakehu.interfaces.cli.main", "serve", "--port", str(port), "--no-browser"]
    server = subprocess.Popen(
        words, env={**environ, "DAKEHU_REQUESTS_PER_MINUTE": "0"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(server, port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(server: Any, port: int) -> None:
    until = time.monotonic() + WAIT
    while time.monotonic() < until and server.poll() is None:
        try:
            urlopen(f"http://127.0.0.1:{port}/health", timeout=2).close()
        except OSError:
            time.sleep(0.3)
        else:
            return
    raise Refused(bilingual("工作台没有启动。", "The desk did not start."))
