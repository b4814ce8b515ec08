"""Decide to which clients a mail belongs, and why it is set aside. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

INTERNAL = "internal"  # between colleagues: counted, never stored
UNKNOWN = "unknown"
SEVERAL = "several"
OUT_OF_REACH = "out_of_reach"
TOO_LARGE = "too_large"
UNREADABLE = "unreadable"
SENT, RECEIVED = "out", "in"


@dataclass(frozen=True)
class Match:
    """The clients of a mail and its direction; without clients the reason. `candidates` are the possible clients."""

    clients: tuple[int, ...] = ()
    direction: str = RECEIVED
    reason: str = ""
    candidates: tuple[int, ...] = ()


@dataclass(frozen=True)
class Directory:
    """Data used to file mails.

    `owners` gives the clients who have an address, `visible` the clients in scope of the mailbox, `circles` for a
    client who may see it (any value that is equal for equal visibility), `ours` the addresses of colleagues and
    mailboxes.
    """

    owners: Mapping[str, Collection[int]]
    visible: Collection[int]
    circles: Mapping[int, Any]
    ours: Collection[str]


def match_clients(sender: str, recipients: Collection[str], known: Directory) -> Match:
    """Return the clients to whom a mail belongs.

    It is filed to several clients only if exactly the same people may see all of them: a reader of one copy then
    learns nothing of a client whom they may not see. Otherwise a person decides.
    """
    direction = SENT if sender in known.ours else RECEIVED
    outside = [address for address in (sender, *recipients) if address and address not in known.ours]
    if not outside:
        return Match(direction=direction, reason=INTERNAL)
    found = sorted({client for address in outside for client in known.owners.get(address, ())})
    if not found:
        return Match(direction=direction, reason=UNKNOWN)
    visible = tuple(client for client in found if client in known.visible)
    if not visible:
        return Match(direction=direction, reason=OUT_OF_REACH, candidates=tuple(found))
    if len(visible) < len(found) or len({known.circles.get(client) for client in found}) > 1:
        return Match(direction=direction, reason=SEVERAL, candidates=tuple(found))
    return Match(visible, direction)


def thread_of(message_id: str, in_reply_to: str, references: Collection[str], known: Mapping[str, str]) -> str:
    """Return the thread of a mail: that of a known mail it answers, else the first id that it references, else its own.

    `known` gives the thread of mails by Message-ID. "" without any id.
    """
    named = [*references, *([in_reply_to] if in_reply_to and in_reply_to not in references else [])]
    for one in reversed(named):
        if one in known:
            return known[one]
    return named[0] if named else message_id


def shown_reason(reason: str, sees_all: bool) -> str:
    """Return the reason as it may be shown: only readers of all clients learn that an address is another's client."""
    return reason if sees_all or reason != OUT_OF_REACH else UNKNOWN
