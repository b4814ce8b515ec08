"""The ASGI application: pages run in threads, event streams to open pages on the event loop."""

import os
from pathlib import Path
from typing import Any

from dakehu.project.wsgi import application as pages  # first: it sets up Django

from django.db import connections  # isort: skip

from dakehu.interfaces.live.streams import Streams  # isort: skip
from dakehu.interfaces.live.wsgi_bridge import WsgiBridge  # isort: skip
from dakehu.interfaces.operations import readiness  # isort: skip

READY_FILE = "DAKEHU_READY_FILE"  # named by interfaces.cli.supervision

THREADS = 6  # requests that a web process handles concurrently
streams, bridge = Streams(), WsgiBridge(pages, THREADS)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer one request."""
    await (streams if streams.matches(scope) else bridge)(scope, receive, send)


if waited := os.environ.get(READY_FILE):  # the process that this one replaces may exit now
    if readiness.is_ready():
        Path(waited).touch()
    connections.close_all()
