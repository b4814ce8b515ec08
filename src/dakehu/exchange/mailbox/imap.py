"""Read a mailbox over IMAP: the new messages of a folder, without marking any as read or changing the mailbox."""

# imapclient is published without types.
# mypy: disable-error-code="import-untyped"

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dakehu.domains.service.mail.intake import ReceivedMail
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual, bilingual

TIMEOUT = 60  # seconds
TOGETHER = 50  # messages fetched per request
BYTES_TOGETHER = 8 << 20
LOCAL = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class ImapAccount:
    """The credentials of a mailbox. The password is in plain text only here; the repr does not show it."""

    host: str
    port: int
    protection: str
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Place:
    """The read position of a folder: UIDVALIDITY and the last UID."""

    validity: int = 0
    uid: int = 0


@dataclass
class FolderReading:
    """Messages of a folder that are new since a position. `place` advances with every message yielded."""

    folder: str
    place: Place
    is_renumbered: bool = False  # UIDVALIDITY changed, so that all messages are read again
    gone: int = 0  # messages deleted between listing and reading


def check_host(host: str, protection: str) -> None:
    """Raise Refused for an invalid server name, or an unprotected connection to another machine."""
    if not host or (any(sign in host for sign in " /@:") and host != "::1"):
        raise Refused(
            {
                "host": [
                    bilingual(
                        "请填写服务器名称，如 imap.example.com。", "State the server's name, such as imap.example.com."
                    )
                ]
            }
        )
    if protection == "none" and host not in LOCAL:
        raise Refused(
            {
                "protection": [
                    bilingual(
                        "不加密的连接只允许本机，请选 TLS。",
                        "Only this machine may be reached without protection; choose TLS.",
                    )
                ]
            }
        )


@contextmanager
def open_mailbox(account: ImapAccount, name: str) -> Iterator[Any]:
    """Sign in to a mailbox and yield the client. Raises Refused with a text that states the remedy."""
    from imapclient import IMAPClient
    from imapclient.exceptions import LoginError

    check_host(account.host, account.protection)
    client = None
    with faults_as_refusal(name):
        try:
            is_tls = account.protection == "tls"
            context = ssl.create_default_context()
            options: dict[str, Any] = {"ssl_context": context} if is_tls else {}
            client = IMAPClient(account.host, port=account.port, ssl=is_tls, timeout=TIMEOUT, **options)
            if account.protection == "starttls":
                client.starttls(context)
            client.login(account.username, account.password)
            if client.has_capability("ID"):  # some servers refuse mailboxes to clients that do not identify themselves
                client.id_({"name": "dakehu", "version": "1"})
            yield client
        except LoginError as error:
            raise _mailbox_refusal(
                bilingual(
                    "“{name}”登录被拒。请核对登录名和密码；很多邮箱要求先开启 IMAP，并使用专门的授权码。",
                    "“{name}” refused to sign in. Check user name and password; many mailboxes want IMAP switched on and a code of its own.",
                    name=name,
                )
            ) from error
        finally:
            if client is not None:
                _close(client)


def _close(client: Any) -> None:
    """Sign out; a broken connection is dropped."""
    try:
        client.logout()
    except (OSError, imaplib.IMAP4.error):
        with suppress(OSError):
            client.shutdown()


@contextmanager
def faults_as_refusal(name: str) -> Iterator[None]:
    """Convert network and server errors into refusals with a text, without the sent data."""
    try:
        yield
    except ssl.SSLError as error:
        raise _mailbox_refusal(
            bilingual(
                "“{name}”的加密连接没有建立（{why}）。请核对端口与加密方式，证书须有效。",
                "No protected connection to “{name}” ({why}). Check port and protection; its certificate must be valid.",
                name=name,
                why=(error.reason or type(error).__name__)[:80],
            )
        ) from error
    except (OSError, imaplib.IMAP4.abort) as error:
        raise _mailbox_refusal(
            bilingual(
                "“{name}”的服务器没有回答（{why}）。已读到的保留，请检查网络或稍后再试，会从中断处继续。",
                "The server of “{name}” did not answer ({why}). What was read stays: check the network or try later, it goes on from there.",
                name=name,
                why=type(error).__name__,
            )
        ) from error
    except imaplib.IMAP4.error as error:
        raise _mailbox_refusal(
            bilingual(
                "“{name}”的服务器拒绝了请求：{why}",
                "The server of “{name}” refused: {why}",
                name=name,
                why=str(error)[:160],
            )
        ) from error


def _mailbox_refusal(text: Bilingual) -> Refused:
    return Refused({"mailbox": [text]})


def new_messages(
    client: Any, reading: FolderReading, since: date, max_bytes: int
) -> Iterator[tuple[Place, ReceivedMail]]:
    """Yield (position after it, mail) of the messages of a folder after a position, oldest first.

    For a message larger than `max_bytes` only the headers are read. A folder that does not exist is refused by the
    server.
    """
    answer = client.select_folder(reading.folder, readonly=True)
    validity = int(answer.get(b"UIDVALIDITY", 0))
    start = reading.place.uid
    if reading.place.validity and reading.place.validity != validity:
        reading.is_renumbered, start = True, 0
    numbers = sorted(int(uid) for uid in client.search(["SINCE", since, "UID", f"{start + 1}:*"]) if int(uid) > start)
    for some in (numbers[at : at + TOGETHER] for at in range(0, len(numbers), TOGETHER)):
        sizes = {uid: int(found[b"RFC822.SIZE"]) for uid, found in client.fetch(some, ["RFC822.SIZE"]).items()}
        for group in _groups([uid for uid in some if uid in sizes], sizes, max_bytes):
            yield from _fetch(client, group, sizes, max_bytes, validity, reading)
        reading.gone += len(some) - len(sizes)
        reading.place = Place(validity, some[-1])
    if not numbers:
        reading.place = Place(validity, start)


def _groups(numbers: list[int], sizes: dict[int, int], max_bytes: int) -> Iterator[list[int]]:
    """Yield messages that are fetched together: within the byte limit, and oversized ones separately."""
    group: list[int] = []
    weight = 0
    for uid in numbers:
        large = sizes[uid] > max_bytes
        if group and (large or weight + sizes[uid] > BYTES_TOGETHER):
            yield group
            group, weight = [], 0
        group.append(uid)
        weight += sizes[uid]
        if large:
            yield group
            group, weight = [], 0
    if group:
        yield group


def _fetch(
    client: Any, group: list[int], sizes: dict[int, int], max_bytes: int, validity: int, reading: FolderReading
) -> Iterator[tuple[Place, ReceivedMail]]:
    """Yield the messages of a group."""
    is_whole = sizes[group[0]] <= max_bytes
    part = "BODY.PEEK[]" if is_whole else "BODY.PEEK[HEADER]"
    key = b"BODY[]" if is_whole else b"BODY[HEADER]"
    answer = client.fetch(group, [part])
    for uid in group:
        content = answer.get(uid, {}).get(key)
        if content is None:
            reading.gone += 1
            continue
        yield Place(validity, uid), ReceivedMail(bytes(content), sizes[uid], is_whole)
