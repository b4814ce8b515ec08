"""A real IMAP server on this machine (pymap), to which tests deliver mails as a mail server would."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

USER, PASSWORD = "lin@dakehu.example", "Post-box-7"
STARTED = 20  # seconds within which the server must answer


@contextmanager
def imap_server(certificate: tuple[Path, Path] | None = None) -> Iterator[int]:
    """Run a server with one empty mailbox; yield its port. With `certificate` (and its key) it offers TLS."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = str(Path(sys.executable).with_name("pymap"))
    options = ["--host", "127.0.0.1", "--port", str(port), "--no-service", "admin", "--no-service", "managesieve"]
    options += ["--cert", str(certificate[0]), "--key", str(certificate[1])] if certificate else ["--no-tls"]
    user = ["dict", "--demo-user", USER, "--demo-password", PASSWORD]
    server = subprocess.Popen([program, *options, *user], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(port: int) -> None:
    until = time.monotonic() + STARTED
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


@contextmanager
def signed_in(port: int) -> Iterator[Any]:
    """Yield a signed-in client of the server, like a mail program."""
    from imapclient import IMAPClient

    client = IMAPClient("127.0.0.1", port=port, ssl=False, timeout=20)
    client.login(USER, PASSWORD)
    try:
        yield client
    finally:
        client.logout()


def deliver(port: int, *mails: bytes, folder: str = "INBOX") -> None:
    """Put mails into a folder."""
    with signed_in(port) as client:
        if not client.folder_exists(folder):
            client.create_folder(folder)
        for mail in mails:
            client.append(folder, mail)


def start_anew(port: int, *mails: bytes, folder: str = "INBOX") -> None:
    """Empty a folder and put mails into it."""
    with signed_in(port) as client:
        if folder != "INBOX":
            if client.folder_exists(folder):
                client.delete_folder(folder)
        else:
            client.select_folder(folder)
            every = client.search("ALL")
            if every:
                client.delete_messages(every)
                client.expunge()
    deliver(port, *mails, folder=folder)
