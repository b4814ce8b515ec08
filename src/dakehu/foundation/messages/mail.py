"""Hand mail to an SMTP server (RFC 5321), over TLS unless the server is this machine.

A session is reused for many messages. Uncertainty is reported: a missing answer after the last byte of a message makes
it UNKNOWN, never "failed" (RFC 5321, 4.5.3.2.6 and 6.1).
"""

import re
import smtplib
import ssl
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from types import TracebackType
from typing import Any

from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.messages.outcome import Outcome, Result, Unreachable

TIMEOUT = 30  # seconds for each answer of the server
ANSWER_TIMEOUT = 120  # seconds for the answer after the complete message
LOCAL = ("127.0.0.1", "localhost", "::1")
LINE_START_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True)
class MailServer:
    """The mail server. `security`: starttls, tls or none; `authority`: PEM of the firm's own root, "" for public
    roots."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = field(default="", repr=False)
    authority: str = ""


@dataclass(frozen=True)
class Outgoing:
    """One mail. `attachments`: (name, media type, content)."""

    sender: str
    sender_name: str
    to: str
    subject: str
    text: str
    message_id: str
    at: datetime
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    attachments: Iterable[tuple[str, str, bytes]] = ()


def compose(mail: Outgoing) -> EmailMessage:
    """Return a mail in RFC 5322 format, with its assigned Message-ID."""
    made = EmailMessage(policy=SMTP)
    made["From"] = Address(_line(mail.sender_name), addr_spec=mail.sender)
    made["To"] = mail.to
    made["Subject"] = _line(mail.subject)
    made["Date"] = format_datetime(mail.at)
    made["Message-ID"] = mail.message_id
    for name, value in mail.headers.items():
        made[name] = _line(value)
    made.set_content(mail.text)
    if mail.html:
        made.add_alternative(mail.html, subtype="html")
    for name, media, content in mail.attachments:
        main, _, sub = (media or "application/octet-stream").partition("/")
        made.add_attachment(content, maintype=main, subtype=sub or "octet-stream", filename=name)
    return made


def _line(text: str) -> str:
    """Return a text without line breaks: a header is one line."""
    return " ".join(text.split())


class MailSession:
    """A session with a mail server, opened when first needed and reopened after a failure. Use as a context manager."""

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> "MailSession":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the session in any state."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
            smtp.close()

    def open(self) -> None:
        """Make sure that a session is open. Raises Unreachable."""
        if self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                if self._smtp.noop()[0] == 250:
                    return
            self.close()
        self._smtp = _connect(self.server)

    def send(self, mail: Outgoing) -> Outcome:
        """Send a mail. Raises Unreachable where no session could be opened; nothing was sent then."""
        body = LINE_START_DOT.sub(b"..", compose(mail).as_bytes())
        if not body.endswith(b"\r\n"):
            body += b"\r\n"
        smtp = self._smtp = self._smtp or _connect(self.server)
        try:
            refused = _envelope(smtp, mail, len(body))
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Outcome(Result.TEMPORARY, _server_answer_text(error))
        if refused is not None:
            return refused
        return self._body(smtp, body)

    def _body(self, smtp: smtplib.SMTP, body: bytes) -> Outcome:
        """Send the content; from its first byte on, a missing answer means unknown."""
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(ANSWER_TIMEOUT)
            smtp.send(body + b".\r\n")
            code, answer = smtp.getreply()
            if smtp.sock is not None:
                smtp.sock.settimeout(TIMEOUT)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Outcome(Result.UNKNOWN, _server_answer_text(error))
        return _outcome(code, answer)


def _connect(server: MailServer) -> smtplib.SMTP:
    """Open a session: connect, encrypt, sign in. Raises Unreachable with a message."""
    if server.security == "none" and server.host not in LOCAL:
        raise Unreachable(
            bilingual(
                "到“{host}”的连接没有加密：只有本机可以不加密，请选择 STARTTLS 或 TLS。",
                "The way to “{host}” is not encrypted: only this machine may do without. Choose STARTTLS or TLS.",
                host=server.host,
            )
        )
    smtp: smtplib.SMTP | None = None
    try:
        context = ssl.create_default_context(cadata=server.authority or None)
        if server.security == "tls":
            smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
        if server.security == "starttls":
            smtp.starttls(context=context)
        if server.user:
            smtp.login(server.user, server.password)
        smtp.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        if smtp is not None:
            smtp.close()
        raise Unreachable(_connection_failure_text(server, error)) from error
    return smtp


def _connection_failure_text(server: MailServer, error: Exception) -> Any:
    """Return why no session could be opened, and the remedy, as text."""
    where = {"host": server.host, "port": server.port, "cause": _server_answer_text(error)}
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return bilingual(
            "邮件服务器 {host} 拒绝了登录名或密码：{cause}。很多邮箱要用“授权码”代替密码。",
            "The mail server {host} refused the user name or password: {cause}. Many want a code for programs instead.",
            **where,
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return bilingual(
            "邮件服务器 {host} 的证书不可信：{cause}。请核对主机名，或填写本机构的根证书。",
            "The certificate of {host} is not trusted: {cause}. Check the name, or enter the firm's own root.",
            **where,
        )
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return bilingual(
            "邮件服务器 {host}:{port} 不支持所选的加密或登录方式：{cause}。",
            "The mail server {host}:{port} does not know this encryption or sign-in: {cause}.",
            **where,
        )
    return bilingual(
        "连不上邮件服务器 {host}:{port}：{cause}。请核对主机、端口和加密方式。",
        "The mail server {host}:{port} cannot be reached: {cause}. Check host, port and encryption.",
        **where,
    )


def _envelope(smtp: smtplib.SMTP, mail: Outgoing, size: int) -> Outcome | None:
    """Send MAIL, RCPT and DATA; None once the server waits for the content."""
    options = [f"size={size}"] if smtp.has_extn("size") else []
    if smtp.has_extn("smtputf8") and not mail.to.isascii():
        options.append("SMTPUTF8")
    for code, answer in _lazily(smtp, mail, options):
        if code not in (250, 251, 354):
            smtp.rset()
            return _outcome(code, answer)
    return None


def _lazily(smtp: smtplib.SMTP, mail: Outgoing, options: list[str]) -> Iterable[tuple[int, bytes]]:
    """Yield the server's answer to each command in turn; the next one is sent when the generator advances."""
    yield smtp.mail(mail.sender, options)
    yield smtp.rcpt(mail.to)
    yield smtp.docmd("DATA")


def _outcome(code: int, answer: bytes | str) -> Outcome:
    """Return the outcome of a reply code: 2xx accepted, 4xx later, 5xx never, none unknown (RFC 5321, 4.2.1)."""
    said = f"{code} {answer.decode(errors='replace') if isinstance(answer, bytes) else answer}".replace("\n", " ")
    if 200 <= code < 300:
        return Outcome(Result.ACCEPTED, said)
    if 400 <= code < 500:
        return Outcome(Result.TEMPORARY, said)
    return Outcome(Result.FINAL if code >= 500 else Result.UNKNOWN, said)


def _server_answer_text(error: Exception) -> str:
    """Return the server's answer, or the system's error message."""
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
        return f"{error.smtp_code} {answer.decode(errors='replace') if isinstance(answer, bytes) else answer}"
    return str(error) or type(error).__name__
