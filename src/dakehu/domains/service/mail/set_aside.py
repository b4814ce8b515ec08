"""Mails that wait for a person: list them, read one, file it to a client, or dismiss it."""

from typing import Any

from dakehu.domains.clients import actions as clients
from dakehu.domains.clients import queries as client_queries
from dakehu.domains.service.mail import rules
from dakehu.domains.service.mail.filing import file_to_client
from dakehu.domains.service.mail.intake import MailSource, colleagues, original_of, reason_text, shown_reason
from dakehu.domains.service.mail.message import MailFile, MailMessage, UnreadableMail, read_message
from dakehu.domains.service.models import AsideState, Mail, MailCandidate, SetAsideMail
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor, elevated
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.files import store as files
from dakehu.foundation.gates.registry import query
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

MAIL = Parameter("set_aside", kind="integer", spec=FieldSpec("待归档邮件", "Mail set aside"))
CLIENT = parameters_of("service.Mail", "client")
REMEMBER = Parameter(
    "remember",
    kind="bool",
    required=False,
    spec=FieldSpec(
        "记住这个地址",
        "Remember the address",
        help_zh="把发件地址加入客户的联系方式，以后自动归档",
        help_en="Adds the sender's address to the client's contacts, so that the next one is filed by itself",
    ),
)
SHOWN = 200
HEADERS_ONLY = (
    "邮件过大，只归档了标题；内容和附件留在邮箱里。",
    "Too large: filed by its headers; text and files stay in the mailbox.",
)


def _visible() -> Any:
    """Return the waiting mails of the actor's own mailbox, and of the firm's for users who sort them."""
    actor = current_actor()
    rows = SetAsideMail.objects.filter(state=AsideState.WAITING)
    if actor.is_system:
        return rows
    own = rows.filter(owner_id=actor.user_id)
    return own | rows.filter(owner=None) if actor.may(Permission.MAIL_SORT) else own


def _hidden_mail_ids(rows: list[SetAsideMail]) -> set[int]:
    """Return the ids of mails that might belong to a client whom the actor may not see; none of the own mailbox."""
    others = [row for row in rows if row.candidates and row.owner_id is None]
    seen: dict[int, int] = {}
    for mail in MailCandidate.objects.filter(mail__in=others).values_list("mail_id", flat=True):
        seen[mail] = seen.get(mail, 0) + 1
    return {row.pk for row in others if seen.get(row.pk, 0) < row.candidates}


def waiting_mails() -> list[SetAsideMail]:
    """Return the mails that wait for the actor's decision, newest first, at most 200."""
    rows = list(_visible().order_by("-pk")[:SHOWN])
    hidden = _hidden_mail_ids(rows)
    return [row for row in rows if row.pk not in hidden]


def get_set_aside(pk: int) -> SetAsideMail:
    """Return a waiting mail that the actor may decide. Raises NotFound."""
    row = _visible().filter(pk=pk).first()
    if row is None or _hidden_mail_ids([row]):
        raise NotFound(bilingual("待归档邮件", "mail set aside"))
    return row


@query("service.set_aside_mails", needs=Permission.SERVICE_READ, zh="待归档邮件", en="Mails set aside")
def set_aside_mails() -> list[dict[str, Any]]:
    """Return the mails that wait for the reader's decision, newest first, at most 200.

    [{id, sent_at, sender: masked, subject, reason, reason_text, size, is_firm, is_kept: whether its content is still
    stored, clients: [{id, code, name}] it might belong to}].
    """
    rows = waiting_mails()
    candidates: dict[int, list[int]] = {}
    for mail, client in MailCandidate.objects.filter(mail__in=rows).values_list("mail_id", "client_id"):
        candidates.setdefault(mail, []).append(client)
    found = client_queries.get_client_by_id(client for some in candidates.values() for client in some)
    return [_line(row, [found[pk] for pk in candidates.get(row.pk, ()) if pk in found]) for row in rows]


def _line(row: SetAsideMail, clients_of_mail: list[Any]) -> dict[str, Any]:
    reason = _reason(row)
    return {
        "id": row.pk,
        "sent_at": row.sent_at,
        "sender": row.sender.masked() if row.sender else "",
        "subject": row.subject,
        "reason": reason,
        "reason_text": _reason_text(row, reason),
        "size": row.size,
        "is_firm": row.owner_id is None,
        "is_kept": bool(row.source_key),
        "clients": [{"id": one.pk, "code": one.code, "name": one.name} for one in clients_of_mail],
    }


def _reason(row: SetAsideMail) -> str:
    return shown_reason(str(row.reason))


def _reason_text(row: SetAsideMail, reason: str) -> str:
    if row.detail:
        return str(Bilingual(*row.detail))
    return reason_text(reason)


def _content(row: SetAsideMail) -> bytes:
    """Return the original of a mail. Raises Refused after its retention period."""
    try:
        return files.content_of(row.source_key).whole()
    except NotFound:
        raise refusal(
            "set_aside",
            "待归档邮件保存一个月，这封的内容已经清理；请在邮箱里转发一次，再归档。",
            "Mails set aside are kept for a month and this one is gone; forward it again from the mailbox.",
        ) from None


@action(
    "service.open_set_aside",
    needs=Permission.SERVICE_READ,
    zh="查看待归档邮件",
    en="Look into a mail set aside",
    parameters=(MAIL,),
    offers_undo=False,
)
def open_set_aside(*, set_aside: int) -> dict[str, Any]:
    """Return a mail that was set aside: {id, sender, recipients, subject, sent_at, text, files: [name], reason,
    reason_text, notes}. The audit records the opening."""
    row = get_set_aside(set_aside)
    add_audit_note(set_aside=row.pk)
    reason = _reason(row)
    shown = {"id": row.pk, "reason": reason, "reason_text": _reason_text(row, reason), "is_whole": row.is_whole}
    try:
        message = read_message(_content(row), headers_only=not row.is_whole)
    except UnreadableMail as error:
        note = bilingual(error.zh, error.en)
        return {
            **shown,
            "sender": "",
            "recipients": [],
            "subject": "",
            "sent_at": None,
            "text": "",
            "files": [],
            "notes": [note],
        }
    return {
        **shown,
        "sender": message.sender.address if message.sender else "",
        "recipients": [one.address for one in message.recipients],
        "subject": message.subject,
        "sent_at": message.sent_at,
        "text": message.text,
        "files": [one.name for one in message.files],
        "notes": [bilingual(zh, en) for zh, en in message.notes],
    }


@action(
    "service.file_set_aside",
    needs=Permission.INTERACTION_LOG,
    zh="归档到客户",
    en="File a mail to a client",
    parameters=(MAIL, CLIENT, REMEMBER),
)
def file_set_aside(*, set_aside: int, client: Any, remember: bool | None = None) -> Mail:
    """File a mail that was set aside to a client; with `remember` the sender's address becomes a contact of the client.

    One that was too large is filed by its headers, an unreadable one as a file. Raises Refused if the client has
    it already.
    """
    row = get_set_aside(set_aside)
    content = _content(row)
    message = _message_of(row, content)
    with elevated("who are colleagues"):
        staff = colleagues({})
    ours = {**dict.fromkeys(row.ours), **staff}
    sender = message.sender.address if message.sender else ""
    original = original_of(message) if sender in ours else None
    message, is_forwarded = (original, True) if original is not None else (message, False)
    sender = message.sender.address if message.sender else ""
    if Mail.objects.filter(client=client, message_key=message.key).exists():
        raise refusal("client", "这位客户已有这封邮件。", "This client has the mail already.")
    stored = files.save(f"mail-{message.key[:12]}.eml", content, days=None)
    source = MailSource(row.mailbox_ref, row.owner or team.current_user(), ours)
    direction = rules.SENT if sender in ours else rules.RECEIVED
    filed = file_to_client(client, message, direction, stored.key, source, staff, is_forwarded=is_forwarded)
    if remember and sender and sender not in ours:
        clients.add_contact(client=client, kind="mail", value=sender)
    _decide(row, AsideState.FILED)
    return filed


def _message_of(row: SetAsideMail, content: bytes) -> MailMessage:
    """Return the mail that was set aside; an unreadable one as a mail without text, with itself as attachment."""
    try:
        message = read_message(content, headers_only=not row.is_whole)
    except UnreadableMail as error:
        return MailMessage(
            sent_at=row.created_at,
            notes=((error.zh, error.en),),
            files=(MailFile("mail.eml", "message/rfc822", content),),
        )
    if row.is_whole:
        return message
    return MailMessage(**{**vars(message), "notes": (*message.notes, HEADERS_ONLY)})


def _decide(row: SetAsideMail, state: AsideState) -> None:
    row.state, row.decided_by, row.decided_at = state.value, team.current_user(), clock.now()
    row.save()


@action(
    "service.dismiss_set_aside",
    needs=Permission.SERVICE_READ,
    zh="不归档这封邮件",
    en="Leave a mail out",
    parameters=(MAIL,),
)
def dismiss_set_aside(*, set_aside: int) -> SetAsideMail:
    """Dismiss a mail: it is no client's. It is not imported again; its content is deleted at the end of its month."""
    row = get_set_aside(set_aside)
    _decide(row, AsideState.DISMISSED)
    return row
