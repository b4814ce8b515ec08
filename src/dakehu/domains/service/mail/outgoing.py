"""Write to a client: preview, send through the outbox, and store what was sent in the client's thread."""

import re
import uuid
from typing import Any

from dakehu.domains.clients import mail_addresses
from dakehu.domains.clients.masks import mask_mail
from dakehu.domains.service import actions as service
from dakehu.domains.service.deliveries import client_text, outbox
from dakehu.domains.service.deliveries.client_rules import Refusal, refusal_by
from dakehu.domains.service.deliveries.permission_to_send import may_send
from dakehu.domains.service.mail.message import UnreadableMail, read_message
from dakehu.domains.service.mail.queries import ONE, get_mail
from dakehu.domains.service.mail.template_text import fill, placeholders_of
from dakehu.domains.service.mail.templates import TEMPLATE, values_for
from dakehu.domains.service.models import Delivery, Mail, MailDirection, MailTemplate
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.files import store as files
from dakehu.foundation.gates.registry import query
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CLIENT = parameters_of("service.Mail", "client")
KIND = "client_mail"
LATER = ("quiet_hours", "wording_review")  # rules that only delay: the outbox holds the mail until they end
LONGEST_CHAIN = 12  # ids of the thread that a reply references
ANSWER = re.compile(r"^(?:\s*(?:re|回复|答复|回覆)\s*[:：])+", re.IGNORECASE)
SUBJECT = Parameter("subject", required=False, spec=FieldSpec("主题", "Subject"))
TEXT = Parameter("text", required=False, spec=FieldSpec("正文", "Text"))
CONTACT = Parameter("contact", required=False, kind="integer", spec=FieldSpec("收件地址", "To"))
TEMPLATE_USED = Parameter("mail_template", "service.MailTemplate", required=False, spec=TEMPLATE.spec)
ANSWERS = Parameter("client_mail", required=False, kind="integer", spec=ONE.spec)


def contact_for(client: Any, contact: int | None, answers: Mail | None) -> Any:
    """Return the mail contact to write to: the given one, else the sender of the answered mail, else the preferred.

    None if the client has no address.
    """
    if contact is None and answers is not None:
        found = _contact_of_sender(client, answers)
        if found is not None:
            return found
    return mail_addresses.find_mail_contact(client, contact)


def _contact_of_sender(client: Any, answers: Mail) -> Any:
    """Return the client's contact from whose address a mail came, None if it is none."""
    if not answers.source_key or answers.direction != MailDirection.RECEIVED:
        return None
    try:
        message = read_message(files.content_of(answers.source_key).whole(), headers_only=True)
    except (UnreadableMail, NotFound):
        return None
    return mail_addresses.find_contact_by_address(client, message.sender.address if message.sender else "")


def refusals_of(client: Any, contact: Any, subject: str, text: str) -> list[Refusal]:
    """Return every rule that refuses a mail to a client now."""
    found = [] if contact is not None else [refusal_by("no_address")]
    found += may_send(client, "mail", KIND)
    return found + client_text.refusals(client_text.words_of(subject, text) if text.strip() else "", KIND)


@query(
    "service.mail_preview",
    needs=Permission.INTERACTION_LOG,
    zh="邮件预览",
    en="Preview of a mail",
    parameters=(CLIENT, TEMPLATE_USED, SUBJECT, TEXT, CONTACT, ANSWERS),
)
def mail_preview(
    *,
    client: Any,
    mail_template: MailTemplate | None = None,
    subject: str | None = None,
    text: str | None = None,
    contact: int | None = None,
    client_mail: int | None = None,
) -> dict[str, Any]:
    """Return a mail as the client would get it: {contact: id, to: masked, subject, text, open: names of placeholders that the
    client's data do not fill, refusals: [{rule, text, delays}]}.

    Without subject and text those of the template, or of an answer.
    """
    answers = _get_answered_mail(client, client_mail)
    subject, text = _start(mail_template, answers, subject, text)
    values = values_for(client)
    subject, text = fill(subject, values), fill(text, values)
    found = contact_for(client, contact, answers)
    return {
        "contact": found.pk if found is not None else None,
        "to": found.value.masked() if found is not None else "",
        "subject": subject,
        "text": text,
        "open": placeholders_of(subject, text),
        "refusals": [
            {"rule": one.rule, "text": one.text, "delays": one.rule in LATER}
            for one in refusals_of(client, found, subject, text)
        ],
    }


def _get_answered_mail(client: Any, pk: int | None) -> Mail | None:
    """Return the mail that is answered. Raises NotFound for one of another client."""
    if pk is None:
        return None
    row = get_mail(pk)
    if row.client_id != client.pk:
        raise NotFound(bilingual("邮件", "mail"))
    return row


def _start(
    template: MailTemplate | None, answers: Mail | None, subject: str | None, text: str | None
) -> tuple[str, str]:
    """Return subject and text as given, else those of the template, else the subject of an answer."""
    first = f"Re: {_strip_reply_signs(answers.subject)}" if answers is not None else ""
    if template is not None:
        return subject or template.subject, text or template.text
    return subject or first, text or ""


def _strip_reply_signs(subject: str) -> str:
    """Return a subject without its reply prefixes."""
    return ANSWER.sub("", subject).strip()


@action(
    "service.send_mail",
    needs=Permission.INTERACTION_LOG,
    zh="给客户发邮件",
    en="Send a mail to a client",
    parameters=(
        CLIENT,
        Parameter("subject", spec=SUBJECT.spec),
        Parameter("text", spec=TEXT.spec),
        CONTACT,
        TEMPLATE_USED,
        ANSWERS,
    ),
    irreversible=bilingual("发出的邮件不能撤回。", "A mail that was sent cannot be taken back."),
)
def send_mail(
    *,
    client: Any,
    subject: str,
    text: str,
    contact: int | None = None,
    mail_template: MailTemplate | None = None,
    client_mail: int | None = None,
) -> Mail:
    """Queue a mail to a client and file it on the timeline; the client's answer is added to the same thread.

    Placeholders are filled in. Raises Refused with every rule that forbids it: no address, refusal or restriction of
    the client, an open placeholder. The rules are checked again when it is sent; during quiet hours it waits.
    """
    answers = _get_answered_mail(client, client_mail)
    values = values_for(client)
    subject, text = fill(subject, values).strip(), fill(text, values).strip()
    found = contact_for(client, contact, answers)
    against = [one for one in refusals_of(client, found, subject, text) if one.rule not in LATER]
    if against:
        raise Refused({"": [one.text for one in against]})
    return _send(client, found, subject, text, mail_template, answers)


def _send(
    client: Any, contact: Any, subject: str, text: str, template: MailTemplate | None, answers: Mail | None
) -> Mail:
    """Write the row of a mail and queue it."""
    user = team.current_user()
    with elevated("write to the client by the address on record"):
        address = contact.value.open()
    key = f"mail:{uuid.uuid4().hex}"
    chain = _chain(answers)
    headers = {"In-Reply-To": f"<{chain[-1]}>", "References": " ".join(f"<{one}>" for one in chain)} if chain else {}
    if user is not None and user.mail:
        headers["Reply-To"] = user.mail
    number = outbox.queue(
        channel="mail",
        address=address,
        subject=subject,
        text=text,
        key=key,
        kind=KIND,
        client=client.pk,
        headers=headers,
    )
    message_id = Delivery.objects.get(pk=number).message_id.strip("<>")
    row = Mail(
        client=client,
        direction=MailDirection.SENT.value,
        sent_at=clock.now(),
        subject=subject,
        text=text,
        sender=user.name if user is not None else "",
        recipients=mask_mail(address),
        staff=user,
        thread=answers.thread if answers is not None else message_id,
        message_id=message_id,
        in_reply_to=chain[-1] if chain else "",
        message_key=key,
        digest=key,
        delivery_ref=number,
        template_ref=template.pk if template is not None else None,
    )
    row.save()
    add_audit_note(client=client.pk, delivery=number, template=template.pk if template is not None else None)
    service.update_contact_dates(client, clock.today())
    return row


def _chain(answers: Mail | None) -> list[str]:
    """Return the Message-IDs that an answer references, oldest first."""
    if answers is None:
        return []
    rows = Mail.objects.filter(client=answers.client, thread=answers.thread, sent_at__lte=answers.sent_at)
    ids = [one for one in rows.order_by("sent_at", "pk").values_list("message_id", flat=True) if one]
    others = [one for one in dict.fromkeys(ids) if one != answers.message_id][-LONGEST_CHAIN + 1 :]
    return [*others, answers.message_id] if answers.message_id else others
