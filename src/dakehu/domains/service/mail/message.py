"""Parse a mail: people, time, subject, text, files, thread, and a forwarded mail. Pure."""

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email._policybase import Compat32
from email.message import Message as RawMessage
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from dakehu.domains.service.mail import html_text
from dakehu.domains.service.mail.charsets import decode, decode_words

PARTS, DEPTH = 300, 20  # of one mail, beyond which it is not parsed
TEXT = 400_000  # characters of text that are kept; the mail itself is stored in full
_MESSAGE_ID = re.compile(r"<([^<>\s]+)>")


class _AsWritten(Compat32):
    """Returns headers as they were written, including non-ASCII bytes, which the default policy replaces."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        return value


class UnreadableMail(ValueError):
    """A message that cannot be parsed; the text states why, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en
        super().__init__(en)


@dataclass(frozen=True)
class Address:
    """A mail address, case-folded, and its display name."""

    address: str
    name: str = ""


@dataclass(frozen=True)
class MailFile:
    """A file attached to a mail."""

    name: str
    media: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class MailMessage:
    """A parsed mail. `sent_at` None: it has no date. `original` is the mail that it forwards, if any.

    `notes` are (zh, en) sentences about ambiguities, such as a text without a declared encoding.
    """

    message_id: str = ""
    references: tuple[str, ...] = ()
    in_reply_to: str = ""
    sender: Address | None = None
    recipients: tuple[Address, ...] = ()
    sent_at: datetime | None = None
    subject: str = ""
    text: str = ""
    files: tuple[MailFile, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    original: "MailMessage | None" = None

    @property
    def people(self) -> tuple[Address, ...]:
        """Sender and recipients, each once."""
        found = {one.address: one for one in (*([self.sender] if self.sender else []), *self.recipients)}
        return tuple(found.values())

    @property
    def key(self) -> str:
        """Return the identity of the mail: its Message-ID with sender, date and files, without one its content.

        The text is left out: a gateway or a list appends lines to it.
        """
        if not self.message_id:
            return self.digest
        sender = self.sender.address if self.sender else ""
        return _sha256(self.message_id, sender, self.sent_at.isoformat() if self.sent_at else "", *self._file_digests())

    @property
    def digest(self) -> str:
        """Return the digest of its content: equal for two copies of a mail with different Message-IDs."""
        sender = self.sender.address if self.sender else ""
        day, words = self.sent_at.isoformat() if self.sent_at else "", " ".join(self.text.split())
        return _sha256(sender, day, self.subject, words, *self._file_digests())

    def _file_digests(self) -> list[str]:
        return sorted(hashlib.sha256(one.content).hexdigest() for one in self.files)


def _sha256(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def read_message(content: bytes, *, headers_only: bool = False) -> MailMessage:
    """Read a mail from its bytes, or its headers only. Raises UnreadableMail."""
    if not content.strip():
        raise UnreadableMail("邮件是空的。", "The message is empty.")
    try:
        raw = message_from_bytes(content, policy=_AsWritten())
        message = _read(raw, 0, headers_only)
    except UnreadableMail:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise UnreadableMail(
            f"邮件的结构无法解析（{type(error).__name__}）。", f"Its structure cannot be read ({type(error).__name__})."
        ) from error
    if message.sender is None and not message.recipients:
        raise UnreadableMail("邮件没有发件人，也没有收件人。", "It names neither a sender nor a recipient.")
    return message


def _read(raw: RawMessage, depth: int, headers_only: bool = False) -> MailMessage:
    """Read a message, and the one forwarded in it as an attachment."""
    charset = _charset_of(raw)
    notes: list[tuple[str, str]] = []
    subject, how = decode_words(raw.get("Subject"), charset)
    if how:
        notes.append(_encoding_note("主题", "subject", how))
    texts, files, forwarded = ([], [], []) if headers_only else _content_of(raw, depth, notes)
    senders = addresses_of(raw, "From", charset) or addresses_of(raw, "Sender", charset)
    text = html_text.normalise_lines("\n\n".join(texts))
    if len(text) > TEXT:
        text = text[:TEXT]
        notes.append(
            ("正文过长，只显示开头；原件完整保存。", "Its text is long and shown in part; the original is kept whole.")
        )
    ids = _ids(raw, "References")
    answered = _ids(raw, "In-Reply-To")
    return MailMessage(
        message_id=next(iter(_ids(raw, "Message-ID")), ""),
        references=tuple(dict.fromkeys(ids)),
        in_reply_to=answered[0] if answered else "",
        sender=senders[0] if senders else None,
        recipients=tuple(one for name in ("To", "Cc", "Resent-To", "Bcc") for one in addresses_of(raw, name, charset)),
        sent_at=date_of(str(raw.get("Date") or "")),
        subject=subject[:500],
        text=text,
        files=tuple(files),
        notes=tuple(dict.fromkeys(notes)),
        original=forwarded[0] if forwarded else None,
    )


def addresses_of(raw: RawMessage, header: str, charset: str = "") -> list[Address]:
    """Return the addresses in a header, case-folded, in order; invalid ones are left out."""
    values = [
        decode_words(value, charset)[0] if _has_bare_bytes(value) else str(value) for value in raw.get_all(header, [])
    ]
    found = []
    for name, address in getaddresses([value.replace("\n", " ").replace("\r", " ") for value in values]):
        plain = fold_address(address)
        if plain:
            found.append(Address(plain, decode_words(name, charset)[0][:120]))
    return found


def fold_address(address: str) -> str:
    """Return an address normalised for comparison: without space, case-folded; "" if it is none."""
    plain = "".join(address.split()).strip("<>'\"").casefold()
    head, at, domain = plain.rpartition("@")
    return f"{head}@{domain.rstrip('.')}" if at and head and domain.strip(".") else ""


def date_of(text: str) -> datetime | None:
    """Return the time of a Date header in UTC, None without a valid one."""
    try:
        moment = parsedate_to_datetime(" ".join(text.split()))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _ids(raw: RawMessage, header: str) -> list[str]:
    """Return the message ids in a header, without their brackets."""
    text = " ".join(str(value) for value in raw.get_all(header, []))
    found = _MESSAGE_ID.findall(text)
    bare = text.strip().strip("<>")
    return [one[:250] for one in found or ([bare] if bare and " " not in bare and "@" in bare else [])]


def _charset_of(raw: RawMessage) -> str:
    """Return the encoding declared for the first text of a message, "" without one."""
    for part in raw.walk():
        if part.get_content_maintype() == "text":
            named = part.get_param("charset")
            return str(named[2] if isinstance(named, tuple) else named or "")
    return ""


def _has_bare_bytes(value: object) -> bool:
    """Return whether a header contains unencoded non-ASCII bytes."""
    return any(0xDC80 <= ord(sign) <= 0xDCFF for sign in str(value))


def _content_of(
    raw: RawMessage, depth: int, notes: list[tuple[str, str]]
) -> tuple[list[str], list[MailFile], list[MailMessage]]:
    """Return the texts, files and forwarded messages of a message."""
    texts: list[str] = []
    files: list[MailFile] = []
    forwarded: list[MailMessage] = []
    if depth > DEPTH:
        raise UnreadableMail("邮件嵌套层数过多。", "It holds mails within mails, too deep to read.")
    for number, part in enumerate(_parts(raw)):
        if number > PARTS:
            raise UnreadableMail("邮件的组成部分过多。", "It has more parts than can be read.")
        kind = part.get_content_type()
        name = _file_name(part)
        if kind == "message/rfc822":
            inner = _inner_message(part)
            if inner is not None:
                forwarded.append(_read(inner, depth + 1))
                files.append(MailFile(name or f"mail-{len(files) + 1}.eml", kind, inner.as_bytes()))
            continue
        content = _payload(part)
        is_shown = kind in ("text/plain", "text/html") and not _is_attached(part, name)
        if not is_shown:
            if content and not kind.startswith("multipart/"):
                files.append(MailFile(name or f"file-{len(files) + 1}{_ending_of(kind)}", kind, content))
            continue
        text, how = decode(content, _param(part, "charset"))
        if how:
            notes.append(_encoding_note("正文", "text", how))
        texts.append(html_text.text_of(text) if kind == "text/html" else text)
    return texts, files, forwarded


def _parts(raw: RawMessage) -> list[RawMessage]:
    """Return the parts of a message, of alternatives the one that is shown; an embedded message stays one part."""
    if raw.get_content_type() == "message/rfc822" or not raw.is_multipart():
        return [raw]
    inner = [part for part in raw.get_payload() if isinstance(part, RawMessage)]
    if raw.get_content_type() == "multipart/alternative":
        inner = _alternative(inner)
    found: list[RawMessage] = []
    for part in inner:
        found += _parts(part)
        if len(found) > PARTS:
            return found
    return found


def _alternative(parts: list[RawMessage]) -> list[RawMessage]:
    """Return the plain text among alternatives, else the last of them; an empty plain text is ignored."""
    for part in parts:
        if part.get_content_type() == "text/plain" and _payload(part).strip():
            others = [one for one in parts if one.get_content_maintype() not in ("text", "multipart")]
            return [part, *others, *(one for mixed in parts if mixed.is_multipart() for one in _files_in(mixed))]
    return parts[-1:]


def _files_in(part: RawMessage) -> list[RawMessage]:
    """Return the parts below one that are no text."""
    return [one for one in _parts(part) if one.get_content_maintype() != "text"]


def _payload(part: RawMessage) -> bytes:
    """Return the content of a part, decoded; b"" for a container."""
    content: Any = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _inner_message(part: RawMessage) -> RawMessage | None:
    """Return the message embedded in a part."""
    held: Any = part.get_payload()
    first = held[0] if isinstance(held, list) and held else None
    return first if isinstance(first, RawMessage) else None


def _param(part: RawMessage, name: str) -> str:
    value = part.get_param(name)
    return str(value[2] if isinstance(value, tuple) else value or "")


def _file_name(part: RawMessage) -> str:
    """Return the name of a file, decoded from any encoding in use; "" without one."""
    try:
        named = part.get_filename()
    except (ValueError, LookupError, TypeError):
        named = None
    name = decode_words(named or "", _charset_of(part))[0]
    return re.sub(r"[\x00-\x1f/\\]", "_", name)[-150:].strip()


def _is_attached(part: RawMessage, name: str) -> bool:
    return part.get_content_disposition() == "attachment" or bool(name)


def _ending_of(media: str) -> str:
    """Return the extension of a file without a name."""
    from dakehu.domains.service.file_types import TYPES

    return next((f".{ending}" for ending, kind in TYPES.items() if kind == media), "")


def _encoding_note(zh: str, en: str, how: str) -> tuple[str, str]:
    """Return the note on a text whose encoding was not declared or not decodable."""
    if how == "replaced":
        return (f"{zh}中有无法识别的字符。", f"Some characters of its {en} cannot be read.")
    return (f"{zh}没有注明编码，按 {how.upper()} 读取。", f"Its {en} names no encoding and was read as {how.upper()}.")


def without_content(message: MailMessage) -> MailMessage:
    """Return a mail without its text and files."""
    return replace(message, text="", files=(), original=None)
