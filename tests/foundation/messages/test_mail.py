"""Sending mail: encrypted and signed in, or refused with a message that states what to do."""

import ssl
from datetime import UTC, datetime

import pytest

from dakehu.foundation.messages.mail import MailServer, MailSession, Outgoing, compose
from dakehu.foundation.messages.outcome import Result, Unreachable
from tests.smtp_server import Inbox, certificate, free_port, running

MAIL = Outgoing(
    sender="desk@example.com",
    sender_name="大客户服务台",
    to="lin@example.com",
    subject="三项\n到期",
    text="正文",
    message_id="<one@example.com>",
    at=datetime(2026, 11, 30, tzinfo=UTC),
    html="<p>正文</p>",
    attachments=[("说明.pdf", "application/pdf", b"%PDF-")],
)


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    cert, key, authority = certificate(tmp_path_factory.mktemp("tls"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    inbox = Inbox()
    with running(inbox, context=context, password="right") as port:
        yield inbox, port, authority


def why(server):
    with pytest.raises(Unreachable) as refused, MailSession(server) as session:
        session.open()
    return refused.value.reason.in_("en")


def test_mail_goes_over_starttls_with_a_sign_in(tls):
    inbox, port, authority = tls
    with MailSession(MailServer("localhost", port, "starttls", "desk", "right", authority)) as session:
        assert session.send(MAIL).result is Result.ACCEPTED
        assert session.send(MAIL).result is Result.ACCEPTED
    mail = inbox.mails[-1]
    assert mail["Message-ID"] == "<one@example.com>" and mail["Subject"] == "三项 到期"
    assert [part.get_filename() for part in mail.iter_attachments()] == ["说明.pdf"]


def test_a_wrong_password_a_foreign_certificate_and_no_encryption_are_named(tls):
    _, port, authority = tls
    assert "user name or password" in why(MailServer("localhost", port, "starttls", "desk", "wrong", authority))
    assert "not trusted" in why(MailServer("localhost", port, "starttls", "desk", "right"))
    assert "not encrypted" in why(MailServer("smtp.example.com", 25, "none"))
    assert "cannot be reached" in why(MailServer("localhost", free_port(), "none"))


def test_a_password_shows_in_no_message_of_the_program():
    assert "geheim" not in repr(MailServer("localhost", 25, "none", "desk", "geheim"))


def test_the_next_line_of_a_header_cannot_be_smuggled_in():
    lines = bytes(compose(MAIL)).decode(errors="replace").split("\r\n")
    assert not [line for line in lines if line.startswith("到期")]
