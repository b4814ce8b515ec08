"""Find a forwarded mail in the text of another: its sender, recipients, date, subject and text. Pure.

The header lines that mail programs write above a forwarded text, in Chinese and English. Used only for a mail that
declares itself as forwarded: a reply has the same lines above its quoted text.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import getaddresses

from dakehu.domains.service.mail.message import Address, MailMessage, date_of, fold_address

SHANGHAI = timezone(timedelta(hours=8))
_PREFIX = re.compile(r"^\s*(?:fwd?|fw|wg|转发|轉寄|轉發|转寄)\s*[:：]", re.IGNORECASE)
_MARK = re.compile(
    r"^[\s>]*[-_=*]{2,}\s*(?:forwarded message|original message|原始邮件|原邮件|转发的邮件|转发邮件信息|轉寄郵件|原始郵件)\s*[-_=*]*\s*$"
    r"|^[\s>]*begin forwarded message\s*[:：]\s*$|^[\s>]*(?:开始转发的邮件|下面是被转发的邮件)\s*[:：]\s*$",
    re.IGNORECASE,
)
_LABELS = {
    "from": ("from", "发件人", "寄件人", "寄件者", "發件人", "发自"),
    "to": ("to", "收件人", "收件者"),
    "cc": ("cc", "抄送", "副本"),
    "date": ("date", "sent", "日期", "发送时间", "发送日期", "寄件日期", "傳送時間", "时间", "發送日期"),
    "subject": ("subject", "主题", "主題", "主旨"),
}
_KIND_OF = {label: kind for kind, labels in _LABELS.items() for label in labels}
_LINE = re.compile(r"^[\s>*]*([A-Za-z\u4e00-\u9fff]{2,8})\s*\*?\s*[:：]\s*\*?\s*(.*)$")
_NUMBERS = re.compile(
    r"(\d{4})\s*[-/年.]\s*(\d{1,2})\s*[-/月.]\s*(\d{1,2})\D*?(?:(上午|下午|晚上|AM|PM)\s*)?(\d{1,2}):(\d{2})",
    re.IGNORECASE,
)
_MAILTO = re.compile(r"[\[(<]\s*mailto:([^\])>]+)[\])>]", re.IGNORECASE)


def says_it_forwards(message: MailMessage) -> bool:
    """Return whether subject or text indicate that a mail forwards another."""
    return bool(_PREFIX.match(message.subject)) or any(_MARK.match(line) for line in message.text.split("\n"))


def find_original(message: MailMessage) -> MailMessage | None:
    """Return the forwarded mail: the one attached, else the one in its text; None without one."""
    if message.original is not None:
        return message.original
    return _find_in_text(message) if says_it_forwards(message) else None


def _find_in_text(message: MailMessage) -> MailMessage | None:
    """Return the mail whose header lines are in a text."""
    lines = message.text.split("\n")
    for start, line in enumerate(lines):
        if _kind_of(line) != "from":
            continue
        found, end = _header_lines(lines, start)
        if len(found) < 2:
            continue
        senders = _addresses(found["from"])
        if not senders:
            continue
        return MailMessage(
            message_id="",
            references=message.references,
            sender=senders[0],
            recipients=tuple(_addresses(found.get("to", "")) + _addresses(found.get("cc", ""))),
            sent_at=_date_of(found.get("date", "")) or message.sent_at,
            subject=found.get("subject", "") or _PREFIX.sub("", message.subject).strip(),
            text="\n".join(lines[end:]).strip(),
            files=message.files,
            notes=message.notes,
        )
    return None


def _kind_of(line: str) -> str:
    """Return the header of a line, "" for none."""
    match = _LINE.match(line)
    return _KIND_OF.get(match.group(1).lower(), "") if match else ""


def _header_lines(lines: list[str], start: int) -> tuple[dict[str, str], int]:
    """Return the headers from a line on and the number of the line after them.

    A long list of recipients continues on the next line; empty lines between headers are skipped.
    """
    found: dict[str, str] = {}
    last, at = "", start
    while at < len(lines):
        match, kind = _LINE.match(lines[at]), _kind_of(lines[at])
        if kind and match and kind not in found:
            found[kind], last = match.group(2).strip().strip("*").strip(), kind
        elif last in ("to", "cc", "from") and "@" in lines[at] and not kind:
            found[last] += " " + lines[at].strip()
        elif (lines[at].strip() and not kind) or (
            not lines[at].strip() and not any(_kind_of(line) for line in lines[at + 1 : at + 2])
        ):
            break
        at += 1
    return found, at


def _addresses(text: str) -> list[Address]:
    """Return the addresses in a displayed header line, with `;` and full-width signs between them."""
    plain = _MAILTO.sub(r"<\1>", text.replace("；", ",").replace(";", ",").replace("，", ",").replace("、", ","))
    plain = plain.replace("＜", "<").replace("＞", ">").replace("“", '"').replace("”", '"')
    plain = re.sub(r"\[([^\]\s]+@[^\]\s]+)\]", r"<\1>", plain)
    found = [
        Address(fold_address(address), name[:120]) for name, address in getaddresses([plain]) if fold_address(address)
    ]
    return found or [Address(fold_address(one)) for one in re.findall(r"[\w.+%-]+@[\w.-]+\.\w{2,}", plain)]


def _date_of(text: str) -> datetime | None:
    """Return the date of a header line; without a zone it is Shanghai time."""
    match = _NUMBERS.search(text)
    if match is None:
        return date_of(text)
    year, month, day, half, hour, minute = match.groups()
    hours = int(hour) + (12 if (half or "").lower() in ("下午", "晚上", "pm") and int(hour) < 12 else 0)
    try:
        return datetime(int(year), int(month), int(day), hours, int(minute), tzinfo=SHANGHAI).astimezone(UTC)
    except ValueError:
        return None
