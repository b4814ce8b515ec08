"""A real SMTP server on loopback for tests (aiosmtpd): it stores the mail it accepted and can be set to fail."""

import contextlib
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Inbox:
    """Mail a server accepted. `answers`: replies to the next messages, "" to accept, "drop" to accept, then disconnect."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: list[str] = []
        self.connections = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.answers.pop(0) if self.answers else ""
        if answer[:1] in ("4", "5"):
            return answer
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        if answer == "drop":
            server.transport.abort()
        return "250 taken"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if address.startswith("nobody@"):
            return f"550 <{address}> no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def ids(self) -> list[str]:
        """Return the Message-IDs in order of arrival."""
        return [str(mail["Message-ID"]) for mail in self.mails]


def certificate(folder: Path) -> tuple[Path, Path, str]:
    """Write a certificate for this machine and its key; return both paths and the certificate as text."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    text = made.public_bytes(serialization.Encoding.PEM)
    cert, private = folder / "server.pem", folder / "server.key"
    cert.write_bytes(text)
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert, private, text.decode()


@contextlib.contextmanager
def running(inbox: Inbox, port: int = 0, context: ssl.SSLContext | None = None, password: str = "") -> Iterator[int]:
    """Run a server that puts mail into `inbox`; yield its port. With a context it requires STARTTLS, with a password a sign-in."""

    def check(server: SMTP, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        given = data.password.decode() if isinstance(data, LoginPassword) else ""
        return AuthResult(success=given == password, handled=False)

    options: dict[str, Any] = {"tls_context": context, "require_starttls": True} if context is not None else {}
    if password:
        options |= {"authenticator": check, "auth_required": True, "auth_require_tls": context is not None}
    controller = Controller(inbox, hostname="localhost", port=port or free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def free_port() -> int:
    """Return a port that is not in use now."""
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
