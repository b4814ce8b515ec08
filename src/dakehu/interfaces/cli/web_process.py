"""A web process of the desk: it serves a socket opened by `dakehu serve` or the service manager.

The socket outlives the process. Connections made while one process ends are served by the next, so a restart
loses only a request whose connection granian has accepted and not yet read when it ends. Without such a socket
(Windows) the process opens the port itself.
"""

from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.net import SocketHolder
from granian.server import Server

from dakehu.interfaces.cli.listen_socket import BACKLOG

APPLICATION = "dakehu.project.asgi:application"
PATIENCE = 30  # seconds for open requests to finish


class _AtSocket(Server):  # type: ignore[misc, valid-type]
    """A granian server that listens at a given socket."""

    def __init__(self, *, descriptor: int, **options: Any) -> None:
        super().__init__(**options)
        self.descriptor = descriptor

    def _init_shared_socket(self) -> None:
        self._ssp, self._sfd, self._sso = None, self.descriptor, None
        self._shd = SocketHolder(self.descriptor, False, BACKLOG)


def run(host: str, port: int, workers: int, descriptor: int) -> int:
    """Answer requests until stopped; `descriptor` is that of the socket, -1 to open the port."""
    options: dict[str, Any] = {
        "target": APPLICATION,
        "address": host,
        "port": port,
        "interface": Interfaces.ASGINL,
        "workers": workers,
        "workers_kill_timeout": PATIENCE,
        "log_level": LogLevels.error,
        "log_access": False,
    }
    server = Server(**options) if descriptor < 0 else _AtSocket(descriptor=descriptor, **options)
    server.serve()
    return 0
