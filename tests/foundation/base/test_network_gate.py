"""Nothing is sent from the training desk: whatever a program sends with, not even local servers receive it."""

import asyncio
import imaplib
import smtplib
import socket
import threading
from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.request import urlopen

import httpx
import pytest
import requests

from dakehu.exchange.connectors.http import PoliteClient
from dakehu.exchange.mailbox.imap import ImapAccount, open_mailbox
from dakehu.exchange.webhooks import sending
from dakehu.foundation.base import network_gate
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.messages import chat
from dakehu.foundation.messages.mail import MailServer, MailSession, Outgoing
from dakehu.foundation.messages.outcome import Result, Unreachable


@pytest.fixture
def heard():
    """Run a local server; yield its port, and what it received over TCP or UDP."""
    calls: list[str] = []
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        udp.bind(("127.0.0.1", tcp.getsockname()[1]))
        udp.settimeout(0)

        def accept():
            with suppress(OSError):
                while True:
                    connection, _ = tcp.accept()
                    calls.append("tcp")
                    connection.close()

        threading.Thread(target=accept, daemon=True).start()
        yield SimpleNamespace(port=tcp.getsockname()[1], calls=calls, udp=udp)
        tcp.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def closed(monkeypatch):
    monkeypatch.setattr(network_gate, "_ports", set())
    network_gate.close_network(monkeypatch.setattr)


def raw(port):
    with socket.socket() as sock:
        sock.connect(("127.0.0.1", port))


def datagram(port):
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.sendto(b"x", ("127.0.0.1", port))


WAYS = {
    "socket": raw,
    "datagram": datagram,
    "names": lambda port: socket.getaddrinfo("example.com", port),
    "smtplib": lambda port: smtplib.SMTP("127.0.0.1", port, timeout=2),
    "imaplib": lambda port: imaplib.IMAP4("127.0.0.1", port, timeout=2),
    "urllib": lambda port: urlopen(f"http://127.0.0.1:{port}/", timeout=2),
    "requests": lambda port: requests.get(f"http://127.0.0.1:{port}/", timeout=2),
    "httpx": lambda port: httpx.get(f"http://127.0.0.1:{port}/", timeout=2),
    "asyncio": lambda port: asyncio.run(asyncio.open_connection("127.0.0.1", port)),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_library_reaches_even_this_machine(heard, closed, way):
    with pytest.raises((OSError, httpx.ConnectError)):
        WAYS[way](heard.port)
    assert heard.calls == []
    with pytest.raises(BlockingIOError):
        heard.udp.recv(1)


def test_what_the_desk_sends_by_says_in_words_that_nothing_was_reached(heard, closed, monkeypatch):
    mail = Outgoing(
        "a@example.com", "A", "b@example.com", "主题", "正文", "<1@example.com>", datetime(2026, 11, 29, tzinfo=UTC)
    )
    with pytest.raises(Unreachable), MailSession(MailServer("127.0.0.1", heard.port, "none")) as session:
        session.send(mail)
    assert not sending.send(f"http://127.0.0.1:{heard.port}/", "{}", {}).status
    found = chat.send(chat.ChatAddress("wecom", f"http://127.0.0.1:{heard.port}/cgi-bin/webhook/send"), "标题", "正文")
    assert found.result is not Result.ACCEPTED
    monkeypatch.setattr(PoliteClient, "attempts", 1)
    monkeypatch.setattr(PoliteClient, "pause", lambda self, seconds: None)
    with pytest.raises(Refused):
        PoliteClient("calendar").request("GET", f"http://127.0.0.1:{heard.port}/")
    account = ImapAccount("127.0.0.1", heard.port, "none", "u", "p")
    with pytest.raises((Refused, OSError)), open_mailbox(account, "测试"):
        pass
    assert heard.calls == []


def test_the_desk_asks_itself_at_its_own_port_only(heard, closed):
    network_gate.allow_port(heard.port)
    raw(heard.port)
    with pytest.raises(network_gate.NetworkClosed):
        raw(heard.port + 1)
    one, other = socket.socketpair()  # between processes of one machine
    with one, other:
        one.send(b"x")
        assert other.recv(1) == b"x"


def test_the_gate_is_open_where_nobody_closed_it(heard):
    raw(heard.port)
    datagram(heard.port)
