"""Write one mail to the timeline of one client: its row, its thread, its files."""

from collections.abc import Collection
from typing import Any

from dakehu.domains.clients.masks import mask_mail
from dakehu.domains.service import actions as service
from dakehu.domains.service import attachments
from dakehu.domains.service.mail import rules
from dakehu.domains.service.mail.message import Address, MailFile, MailMessage
from dakehu.domains.service.models import Mail
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import Bilingual
from dakehu.foundation.files.store import Upload

SHOWN = 12  # most recipients listed in a row


def file_to_client(
    client: Any,
    message: MailMessage,
    direction: str,
    source_key: str,
    source: Any,
    staff: dict[str, Any],
    *,
    is_forwarded: bool = False,
) -> Mail:
    """File a mail to a client and return its row. A sent mail counts as a contact on its day."""
    row = Mail(
        client=client,
        direction=direction,
        sent_at=message.sent_at or clock.now(),
        subject=message.subject,
        text=message.text,
        sender=_person_name(message.sender, source.addresses, staff)[:300] if message.sender else "",
        recipients=_shown_list(message.recipients, source.addresses, staff),
        staff=_staff_of(message, direction, source, staff),
        thread=_thread(client, message),
        message_id=message.message_id,
        in_reply_to=message.in_reply_to,
        message_key=message.key,
        digest=message.digest,
        forwarded=is_forwarded,
        notes=[list(note) for note in (*message.notes, *_date_note(message))],
        source_key=source_key,
        mailbox_ref=source.ref,
    )
    row.save()
    if message.files:
        row.files = [_keep_file(client, file, row) for file in message.files]
        row.save()
    _join_thread(row)
    if direction == rules.SENT:
        service.update_contact_dates(client, clock.local(row.sent_at).date())
    return row


def _person_name(person: Address, ours: Collection[str], staff: dict[str, Any]) -> str:
    """Return a person as text in a row: colleagues by name, others with a masked address."""
    if person.address in staff:
        return str(staff[person.address].name)
    if person.address in ours:
        return person.address
    masked = mask_mail(person.address)
    name = "" if "@" in person.name else person.name
    return f"{name} <{masked}>" if name else masked


def _shown_list(people: tuple[Address, ...], ours: Collection[str], staff: dict[str, Any]) -> str:
    """Return the recipients as text in a row; of many the first ones."""
    shown = [_person_name(one, ours, staff) for one in people]
    rest = f" +{len(shown) - SHOWN}" if len(shown) > SHOWN else ""
    return ", ".join(shown[:SHOWN])[:990] + rest


def _staff_of(message: MailMessage, direction: str, source: Any, staff: dict[str, Any]) -> Any:
    """Return the colleague of a mail: its sender, else its first recipient, else the owner of the mailbox."""
    people = [message.sender] if direction == rules.SENT else message.recipients
    named = (staff[one.address] for one in people if one is not None and one.address in staff)
    return next(named, source.owner)


def _date_note(message: MailMessage) -> tuple[tuple[str, str], ...]:
    if message.sent_at is not None:
        return ()
    return (("邮件没有可读的日期，按归档时间排列。", "It has no readable date and stands at the time of filing."),)


def _thread(client: Any, message: MailMessage) -> str:
    """Return the thread of a mail among the client's mails."""
    named = [*message.references, message.in_reply_to]
    rows = Mail.objects.filter(client=client, message_id__in=[one for one in named if one])
    known = dict(rows.values_list("message_id", "thread"))
    return rules.thread_of(message.message_id, message.in_reply_to, message.references, known) or message.key


def _join_thread(row: Mail) -> None:
    """Move replies that were filed before this mail into its thread."""
    if row.message_id and row.message_id != row.thread:
        for later in Mail.objects.filter(client=row.client, thread=row.message_id):
            later.thread = row.thread
            later.save()


def _keep_file(client: Any, file: MailFile, mail: Mail) -> dict[str, Any]:
    """Store a file of a mail; returns {name, attachment} or, if it is refused, {name, attachment: None, zh, en}.

    A file that the client has already, such as a picture in every mail, is listed and not stored twice.
    """
    upload = Upload(file.name, file.content)
    try:
        attachments.check_media_type(upload)
        same = attachments.find_same_file(client, upload)
        kept = same or attachments.keep_file(client, upload, description="", mail=mail)
    except Refused as refusal:
        text = next(text for texts in refusal.messages.values() for text in texts)
        zh, en = (text.in_("zh"), text.in_("en")) if isinstance(text, Bilingual) else (text, text)
        return {"name": upload.name, "attachment": None, "zh": zh, "en": en}
    return {"name": upload.name, "attachment": kept.pk}
