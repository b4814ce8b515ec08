"""Close the network to a process: the one gate of the training desk, through which nothing leaves.

Mail, chat, webhooks, calendars, mailboxes, linked sheets, prices and time stamps all end at Python's sockets, whatever
library they use, so that is where they are refused: connecting, sending without a connection, and asking for the address of
a name. Being connected to, and the sockets of this machine's own processes (AF_UNIX), stay. What is refused is an OSError,
which every sender reports as a server that cannot be reached.
"""

import socket
from collections.abc import Callable
from typing import Any

LOCAL = ("127.0.0.1", "localhost", "::1")
ANY = ("", "0.0.0.0", "::")  # noqa: S104  what a server listens on
_ports: set[int] = set()  # of this machine that may be connected to: the desk's own, to see whether it answers


class NetworkClosed(ConnectionRefusedError):
    """A connection that the training desk does not make."""

    def __init__(self) -> None:
        super().__init__("练习模式不向外连接 · training mode connects to nothing")


def allow_port(port: int) -> None:
    """Let this process ask the desk that it serves at a port of this machine."""
    _ports.add(port)


def close_network(patch: Callable[[Any, str, Any], None] = setattr) -> None:
    """Refuse from now on whatever leaves this process. `patch` sets the attributes; tests take them back with their own."""
    for name in ("connect", "connect_ex"):
        patch(socket.socket, name, _guard_socket_call(getattr(socket.socket, name), _is_local_connection))
    for name in ("sendto", "sendmsg"):
        patch(socket.socket, name, _guard_socket_call(getattr(socket.socket, name), _is_connected))
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr"):
        patch(socket, name, _guard_name_lookup(getattr(socket, name)))


def _guard_socket_call(original: Any, is_allowed: Callable[[Any, tuple[Any, ...]], bool]) -> Any:
    def guarded(self: Any, *given: Any) -> Any:
        if not is_allowed(self, given):
            raise NetworkClosed
        return original(self, *given)

    return guarded


def _is_local_connection(sock: Any, given: tuple[Any, ...]) -> bool:
    """Return whether a connection stays on this machine: its own kind of sockets, or the desk's own port."""
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        return True
    host, port = given[0][:2]
    return host in LOCAL and port in _ports


def _is_connected(sock: Any, given: tuple[Any, ...]) -> bool:
    """Return whether something is sent over a connection that was made; an address names a new destination."""
    return sock.family not in (socket.AF_INET, socket.AF_INET6) or not any(isinstance(one, tuple) for one in given)


def _guard_name_lookup(original: Any) -> Any:
    def named(host: Any, *given: Any, **more: Any) -> Any:
        if host is not None and (host.decode() if isinstance(host, bytes) else host) not in (*LOCAL, *ANY):
            raise NetworkClosed
        return original(host, *given, **more)

    return named
