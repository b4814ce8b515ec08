"""Block outgoing network access of a process: used by the training desk.

Mail, chat, webhooks, calendars, mailboxes, linked sheets, prices and time stamps all use Python's sockets, whatever
their library, so they are refused there: connecting, sending without a connection, and name resolution. Incoming
connections and local sockets (AF_UNIX) remain allowed. A refusal raises OSError, which every sender reports as an
unreachable server.
"""

import socket
from collections.abc import Callable
from typing import Any

LOCAL = ("127.0.0.1", "localhost", "::1")
ANY = ("", "0.0.0.0", "::")  # noqa: S104  what a server listens on
_ports: set[int] = set()  # local ports that may be connected to: the desk's own, to check whether it answers


class NetworkClosed(ConnectionRefusedError):
    """A connection refused on the training desk."""

    def __init__(self) -> None:
        super().__init__("练习模式不向外连接 · training mode connects to nothing")


def allow_port(port: int) -> None:
    """Allow connections of this process to its own desk at a local port."""
    _ports.add(port)


def close_network(patch: Callable[[Any, str, Any], None] = setattr) -> None:
    """Refuse all outgoing connections from now on. `patch` sets the attributes; tests pass their own to restore
    them."""
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
    """Return whether a connection is local: a local socket family, or the desk's own port."""
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        return True
    host, port = given[0][:2]
    return host in LOCAL and port in _ports


def _is_connected(sock: Any, given: tuple[Any, ...]) -> bool:
    """Return whether data is sent over an existing connection; an address means a new destination."""
    return sock.family not in (socket.AF_INET, socket.AF_INET6) or not any(isinstance(one, tuple) for one in given)


def _guard_name_lookup(original: Any) -> Any:
    def named(host: Any, *given: Any, **more: Any) -> Any:
        if host is not None and (host.decode() if isinstance(host, bytes) else host) not in (*LOCAL, *ANY):
            raise NetworkClosed
        return original(host, *given, **more)

    return named
