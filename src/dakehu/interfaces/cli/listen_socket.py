"""The listening socket of the desk: opened once, inherited by every web process."""

import os
import socket

BACKLOG = 1024  # connections waiting for a process
FIRST_HANDED = 3  # the first descriptor passed by systemd


def open_socket(host: str, port: int) -> socket.socket:
    """Return a listening socket that processes started by this one may use. Raises OSError where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.listen(BACKLOG)
        opened.setblocking(False)
        opened.set_inheritable(True)
    except OSError:
        opened.close()
        raise
    return opened


def handed_socket() -> socket.socket | None:
    """Return the socket that the service manager opened for this process (systemd), None without one."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()) or os.environ.get("LISTEN_FDS", "0") == "0":
        return None
    handed = socket.socket(fileno=FIRST_HANDED)
    handed.setblocking(False)
    handed.set_inheritable(True)
    return handed
