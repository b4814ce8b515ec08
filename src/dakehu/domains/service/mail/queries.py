"""Read the mails of a client: all of them, one thread, and an original."""

from collections.abc import Iterable
from typing import Any

from dakehu.domains.service.deliveries.client_rules import rule_text
from dakehu.domains.service.deliveries.kinds import DeliveryState
from dakehu.domains.service.models import Delivery, Mail
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import NotAllowed, NotFound
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.files import store as files
from dakehu.foundation.gates.registry import query
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

CLIENT = parameters_of("service.Mail", "client")
ONE = Parameter("client_mail", kind="integer", spec=FieldSpec("邮件", "Mail"))


def get_mail(pk: int) -> Mail:
    """Return a visible mail. Raises NotFound."""
    row = Mail.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("邮件", "mail"))
    return row


@query("service.client_mails", needs=Permission.SERVICE_READ, zh="客户邮件", en="Mails of a client", parameters=CLIENT)
def client_mails(*, client: Any) -> Any:
    """Return the mails of a client, newest first."""
    return Mail.objects.filter(client=client).order_by("-sent_at", "-pk")


@query("service.mail_thread", needs=Permission.SERVICE_READ, zh="邮件会话", en="Thread of a mail", parameters=(ONE,))
def mail_thread(*, client_mail: int) -> Any:
    """Return the mails of the thread of a mail, with the same client, oldest first."""
    row = get_mail(client_mail)
    return Mail.objects.filter(client=row.client, thread=row.thread).order_by("sent_at", "pk")


def file_lines(row: Mail) -> list[dict[str, Any]]:
    """Return the attachments of a mail: [{name, attachment: id or None, why: the reason a file was refused}].

    Readers who are not cleared for personal values get neither names nor files.
    """
    if current_actor().clearance < PERSONAL:
        return []
    return [
        {
            "name": one["name"],
            "attachment": one["attachment"],
            "why": Bilingual(one["zh"], one["en"]) if "zh" in one else None,
        }
        for one in row.files
    ]


def delivery_lines(rows: Iterable[Mail]) -> dict[int, dict[str, str]]:
    """Return {mail id: {state, text, rule: why it was held back, as text}} of the mails sent from the desk."""
    numbers = {row.delivery_ref: row.pk for row in rows if row.delivery_ref}
    if not numbers:
        return {}
    found = Delivery.objects.filter(pk__in=list(numbers)).values_list("pk", "state", "rule")
    return {
        numbers[pk]: {
            "state": state,
            "text": DeliveryState.text_of(state),
            "rule": rule_text(rule) if rule else "",
        }
        for pk, state, rule in found
    }


def mail_lines(rows: list[Mail], items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rendered mails with their files, notes on ambiguities, and the delivery state of sent ones."""
    deliveries = delivery_lines(rows)
    return [
        {
            **item,
            "files": file_lines(row),
            "notes": note_lines(row),
            "delivery": deliveries.get(row.pk),
            "was_forwarded": row.forwarded,
        }
        for item, row in zip(items, rows, strict=True)
    ]


def note_lines(row: Mail) -> list[Bilingual]:
    """Return the notes on ambiguities of a mail."""
    return [Bilingual(zh, en) for zh, en in row.notes]


@action(
    "service.open_mail_source",
    needs=Permission.SERVICE_READ,
    zh="下载邮件原件",
    en="Download a mail as it came",
    parameters=(ONE,),
    offers_undo=False,
)
def open_mail_source(*, client_mail: int) -> dict[str, Any]:
    """Return {name, media, content (base64)} of the original of a mail; the audit records the opening.

    Raises NotAllowed for readers not cleared for personal values, NotFound for a mail without a stored original.
    """
    row = get_mail(client_mail)
    if current_actor().clearance < PERSONAL:
        raise NotAllowed(bilingual("下载邮件原件", "download a mail"), Permission.SERVICE_READ)
    if not row.source_key:
        raise NotFound(bilingual("邮件原件", "original of the mail"))
    content = files.content_of(row.source_key)
    add_audit_note(mail=row.pk, client=row.client_id)
    return {"name": f"mail-{row.pk}.eml", "media": "message/rfc822", "content": content}
