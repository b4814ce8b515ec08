"""Parse delivery status notifications (RFC 3464) of messages that the desk sent. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message
from email.policy import default

FAILED, DELIVERED = "failed", "delivered"  # final actions; others, such as delayed, are not final
LONGEST = 500  # characters of an answer
HEADERS = ("message/rfc822", "text/rfc822-headers")


@dataclass(frozen=True)
class DeliveryStatus:
    """The outcome of a message: its Message-ID with brackets, whether it arrived, and the server's answer."""

    message_id: str
    has_arrived: bool
    answer: str = ""


def read_delivery_status(content: bytes) -> DeliveryStatus | None:
    """Return the outcome that a report states; None for any other mail, and without a final status.

    For several recipients the first failure applies.
    """
    try:
        raw = message_from_bytes(content, policy=default)
        if raw.get_content_type() != "multipart/report" or raw.get_param("report-type") != "delivery-status":
            return None
        found = [one for one in _recipients(raw) if one[0] in (FAILED, DELIVERED)]
        message_id = _reported_id(raw)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):  # damaged: read like any other mail
        return None
    if not found or not message_id:
        return None
    action, answer = next((one for one in found if one[0] == FAILED), found[0])
    return DeliveryStatus(message_id, action == DELIVERED, answer[:LONGEST])


def _recipients(raw: Message) -> Iterator[tuple[str, str]]:
    """Yield (action, answer) of each recipient in the report."""
    for part in raw.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        for block in blocks if isinstance(blocks, list) else ():
            action = str(block.get("Action", "")).strip().casefold()
            if action:
                said = str(block.get("Diagnostic-Code", "")).partition(";")[2] or str(block.get("Status", ""))
                yield action, " ".join(said.split())


def _reported_id(raw: Message) -> str:
    """Return the Message-ID of the returned message, "" if the report does not contain it."""
    for part in raw.walk():
        if part.get_content_type() not in HEADERS or part is raw:
            continue
        inner = part.get_payload()
        headers = inner[0] if isinstance(inner, list) and inner else message_from_string(str(inner), policy=default)
        message_id = str(headers.get("Message-ID", "")).strip()
        if message_id:
            return message_id
    return ""
