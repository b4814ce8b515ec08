"""File mails on the timelines of clients, or set them aside with the reason. Called by the fetcher, inside an action.

The actor determines the scope: the owner of a mailbox files to visible clients, the system (the firm's mailbox) to all.
A known mail is never filed twice to the same client, from any mailbox, nor set aside twice for one owner.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dakehu.domains.clients import mail_addresses
from dakehu.domains.clients import queries as clients
from dakehu.domains.service.deliveries.actions import record_report
from dakehu.domains.service.mail import rules
from dakehu.domains.service.mail.bounces import read_delivery_status
from dakehu.domains.service.mail.filing import file_to_client
from dakehu.domains.service.mail.forwarded import find_original
from dakehu.domains.service.mail.message import MailMessage, UnreadableMail, read_message
from dakehu.domains.service.models import AsideReason, AsideState, Mail, MailCandidate, SetAsideMail
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import Reach, acting_as, current_actor, elevated, system_actor
from dakehu.foundation.base import clock
from dakehu.foundation.files import store as files
from dakehu.foundation.records.recorded import current_act

ASIDE_DAYS = 31  # for which a mail that was set aside is kept without a decision


@dataclass(frozen=True)
class ReceivedMail:
    """A mail as fetched: its bytes, or only its headers if it exceeds the size limit."""

    content: bytes = field(repr=False)
    size: int
    is_whole: bool = True


@dataclass(frozen=True)
class MailSource:
    """Source of mails: the mailbox, its owner (None: the firm), and the addresses of all mailboxes.

    `addresses` gives the owner of each, None for one of the firm's.
    """

    ref: int | None
    owner: Any
    addresses: Mapping[str, Any]


@dataclass
class IntakeResult:
    """Result of filing mails. `filed` counts mails, `copies` rows on timelines, `returned` delivery reports."""

    seen: int = 0
    filed: int = 0
    copies: int = 0
    duplicate: int = 0
    internal: int = 0
    aside: int = 0
    returned: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def counts(self) -> dict[str, Any]:
        """Return the counts as plain values; seen = filed + duplicate + internal + aside + returned."""
        names = ("seen", "filed", "copies", "duplicate", "internal", "aside", "returned")
        return {**{name: getattr(self, name) for name in names}, "reasons": dict(self.reasons)}


@dataclass
class _Known:
    """State while mails are filed: the directory of addresses and the keys of known mails."""

    directory: rules.Directory
    staff: dict[str, Any]
    filed: set[tuple[int, str]]
    aside: dict[str, SetAsideMail]


def file_mails(received: Iterable[ReceivedMail], source: MailSource) -> IntakeResult:
    """File mails in their order, set aside the others; return the result. Call inside an action."""
    current_act()
    every = list(received)
    kept = [one for one in every if not _is_report(one)]
    read = [(one, _read(one)) for one in kept]
    messages = [message for _, message in read if isinstance(message, MailMessage)]
    known = _load_known(messages, source)
    result = IntakeResult(seen=len(every) - len(kept), returned=len(every) - len(kept))
    for one, message in read:
        result.seen += 1
        if isinstance(message, UnreadableMail):
            _set_aside_unreadable(one, message, source, known, result)
        else:
            _place(one, message, source, known, result)
    return result


def _is_report(one: ReceivedMail) -> bool:
    """Return whether a mail is a delivery report on a message of the desk; it is then recorded in the delivery log."""
    status = read_delivery_status(one.content) if one.is_whole else None
    if status is None:
        return False
    with acting_as(system_actor("a mail server reports on a message", current_actor().door)):
        return record_report(message_id=status.message_id, arrived=status.has_arrived, answer=status.answer)


def _read(one: ReceivedMail) -> MailMessage | UnreadableMail:
    """Read a mail, or return why it cannot be read."""
    try:
        return read_message(one.content, headers_only=not one.is_whole)
    except UnreadableMail as error:
        return error


def reason_text(reason: str) -> str:
    """Return why mails were set aside, in the reader's language."""
    return AsideReason.text_of(reason)


def shown_reason(reason: str) -> str:
    """Return a reason as far as the reader may know it."""
    return rules.shown_reason(reason, current_actor().reach in (Reach.ACROSS_WALLS, Reach.SYSTEM))


def original_of(message: MailMessage) -> MailMessage | None:
    """Return the mail that a colleague forwarded, None without one."""
    return find_original(message)


def _load_known(messages: list[MailMessage], source: MailSource) -> _Known:
    """Return the known people and ids in some mails."""
    every = [*messages, *(one for one in map(original_of, messages) if one is not None)]
    addresses = {person.address for message in every for person in message.people}
    keys = list({value for one in every for value in (one.key, one.digest)})
    with elevated("whose mails these are"):
        staff = colleagues(source.addresses)
        ours = frozenset(staff) | set(source.addresses)
        owners = mail_addresses.owners_of_addresses(addresses - ours)
        found = {client for some in owners.values() for client in some}
        circles = mail_addresses.sight_of_clients(found)
        rows = [*Mail.objects.filter(message_key__among=keys), *Mail.objects.filter(digest__among=keys)]
        filed = {(row.client_id, value) for row in rows for value in (row.message_key, row.digest)}
        ids = [message.message_id for message in every if message.message_id]
        sent = Mail.objects.filter(message_id__among=ids).exclude(delivery_ref=None)  # a copy of what the desk sent
        filed |= set(sent.values_list("client_id", "message_id"))
    waiting = [
        *SetAsideMail.objects.filter(message_key__among=keys, owner=source.owner),
        *SetAsideMail.objects.filter(digest__among=keys, owner=source.owner),
    ]
    aside = {value: row for row in waiting for value in (row.message_key, row.digest)}
    directory = rules.Directory(owners, set(clients.get_client_by_id(found)), circles, ours)
    return _Known(directory, staff, filed, aside)


def colleagues(addresses: Mapping[str, Any]) -> dict[str, Any]:
    """Return {address: colleague} by the mail of each account and by the mailboxes they own. Call inside elevated()."""
    staff = {address: owner for address, owner in addresses.items() if owner is not None}
    return staff | {str(row.mail).casefold(): row for row in team.users() if row.mail}


def _match(message: MailMessage, known: _Known) -> rules.Match:
    return rules.match_clients(
        message.sender.address if message.sender else "", [one.address for one in message.recipients], known.directory
    )


def _place(one: ReceivedMail, message: MailMessage, source: MailSource, known: _Known, result: IntakeResult) -> None:
    """File one mail, or set it aside, or recognise it as known."""
    match, is_forwarded = _match(message, known), False
    if match.reason in (rules.UNKNOWN, rules.INTERNAL) and match.direction == rules.SENT:
        original = original_of(message)
        if original is not None:
            message, match, is_forwarded = original, _match(original, known), True
            match = rules.Match(reason=rules.UNKNOWN) if match.reason == rules.INTERNAL else match
    if match.reason == rules.INTERNAL:
        result.internal += 1
        return
    if match.clients and not one.is_whole:
        match = rules.Match(direction=match.direction, reason=rules.TOO_LARGE, candidates=match.clients)
    if not match.clients:
        _set_aside(one, message, match, source, known, result)
        return
    fresh = [client for client in match.clients if not _is_filed(client, message, known)]
    _record_filed(message, known)
    if not fresh:
        result.duplicate += 1
        return
    source_key = files.save(f"mail-{message.key[:12]}.eml", one.content, days=None).key
    for client in clients.get_client_by_id(fresh).values():
        file_to_client(client, message, match.direction, source_key, source, known.staff, is_forwarded=is_forwarded)
        known.filed |= {(client.pk, message.key), (client.pk, message.digest)}
        result.copies += 1
    result.filed += 1


def _is_filed(client: int, message: MailMessage, known: _Known) -> bool:
    return any((client, value) in known.filed for value in (message.key, message.digest, message.message_id))


def _record_filed(message: MailMessage, known: _Known) -> None:
    """Record that a mail that was set aside has since been matched to clients."""
    row = known.aside.get(message.key) or known.aside.get(message.digest)
    if row is not None and str(row.state) == AsideState.WAITING:
        row.state, row.decided_at = AsideState.FILED.value, clock.now()
        row.save()


def _set_aside(
    one: ReceivedMail,
    message: MailMessage,
    match: rules.Match,
    source: MailSource,
    known: _Known,
    result: IntakeResult,
) -> None:
    """Store a mail for a person to decide, unless it waits or was decided already."""
    everybody = {client for client, value in known.filed if value in (message.key, message.digest)}
    if message.key in known.aside or message.digest in known.aside or everybody & set(match.candidates):
        result.duplicate += 1
        return
    row = SetAsideMail(
        owner=source.owner,
        mailbox_ref=source.ref,
        reason=match.reason,
        sender=message.sender.address if message.sender else None,
        subject=message.subject,
        sent_at=message.sent_at,
        size=one.size,
        is_whole=one.is_whole,
        message_key=message.key,
        digest=message.digest,
        candidates=len(match.candidates),
        ours=_own_addresses(message, known),
        source_key=_store_mail(one, message.key),
    )
    row.save()
    known.aside |= {message.key: row, message.digest: row}
    with elevated("keep a mail from who may not see its clients"):
        for client in match.candidates:
            MailCandidate(client_id=client, mail=row).save()
    result.aside += 1
    result.reasons[match.reason] += 1


def _set_aside_unreadable(
    one: ReceivedMail, error: UnreadableMail, source: MailSource, known: _Known, result: IntakeResult
) -> None:
    """Store an unreadable mail, with the reason."""
    key = MailMessage(text=one.content.decode("latin-1")).digest
    is_known = key in known.aside or SetAsideMail.objects.filter(message_key=key, owner=source.owner).exists()
    if is_known:
        result.duplicate += 1
        return
    row = SetAsideMail(
        owner=source.owner,
        mailbox_ref=source.ref,
        reason=rules.UNREADABLE,
        detail=[error.zh, error.en],
        size=one.size,
        is_whole=one.is_whole,
        message_key=key,
        digest=key,
        source_key=_store_mail(one, key),
    )
    row.save()
    known.aside[key] = row
    result.aside += 1
    result.reasons[rules.UNREADABLE] += 1


def _own_addresses(message: MailMessage, known: _Known) -> list[str]:
    """Return the addresses in a mail, and in the one it forwards, that are the firm's."""
    original = original_of(message)
    people = [*message.people, *(original.people if original else ())]
    return sorted({person.address for person in people} & set(known.directory.ours))


def _store_mail(one: ReceivedMail, key: str) -> str:
    """Store a mail for the period of the decision; returns its key."""
    return str(files.save(f"mail-{key[:12]}.eml", one.content, days=ASIDE_DAYS).key)
