"""Actions on tickets: ask, write, answer, solve, reopen, close, share; vote for a wish."""

from typing import Any

from dakehu import __version__
from dakehu.domains.service.attachments import check_media_type
from dakehu.domains.support.choices import TicketKind, TicketState
from dakehu.domains.support.client_data.check import check_no_client_data
from dakehu.domains.support.client_data.rules import bare_page
from dakehu.domains.support.models import KnownProblem, ProblemSubscription, Ticket, TicketFile, TicketMessage, Voice
from dakehu.domains.support.parameters import ANYWAY, FILE, TICKET, VERSION
from dakehu.domains.support.tickets import store
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.files import store as files
from dakehu.foundation.files.store import Upload
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter, parameters_of

TEXT = parameters_of("support.TicketMessage", "text")
PAGE = Parameter("page", required=False, spec=FieldSpec("所在页面", "Page"))
GUIDE_PAGE = Parameter("guide_page", required=False, spec=FieldSpec("指南页面", "Page of the guide"))


@action(
    "support.open_ticket",
    needs=Permission.SUPPORT_ASK,
    zh="求助",
    en="Ask for help",
    parameters=(Fields("support.Ticket", required=("subject", "text"), new=True), PAGE, GUIDE_PAGE, FILE, ANYWAY),
    offers_undo=False,
)
def open_ticket(
    *,
    subject: str,
    text: str,
    page: str | None = None,
    guide_page: str | None = None,
    file: Upload | None = None,
    anyway: bool | None = None,
    **values: Any,
) -> Ticket:
    """Ask a question, report a fault, or wish for a feature, optionally from a page of the desk; a wish is always public.

    Raises Refused for client data in the texts (see client_data.check).
    """
    check_no_client_data({"subject": subject, "text": text}, anyway)
    row = Ticket(
        subject=subject.strip(), text=text.strip(), **{key: one for key, one in values.items() if one is not None}
    )
    row.asked_by, row.asked_at, row.desk_version = _get_current_user(), clock.now(), __version__[:40]
    row.page, row.guide_page = bare_page(page or ""), (guide_page or "")[:40]
    row.is_public = row.is_public or row.kind == TicketKind.WISH
    row.words = store.words_of(row)
    row.save()
    if row.kind == TicketKind.WISH:
        Voice(ticket=row, user=row.asked_by).save()
    if file is not None:
        _add_file(row, file)
    return row


def _get_current_user() -> Any:
    user = team.current_user()
    if user is None:
        raise NotAllowed(bilingual("求助须由人员提出", "a ticket is asked by a person"), Permission.SUPPORT_ASK)
    return user


def _add_file(row: Ticket, file: Upload) -> TicketFile:
    check_media_type(file)
    with file.opened() as content:
        stored = files.save(file.name, content, days=None)
    added = TicketFile(ticket=row, name=file.name[-200:], size=stored.size, file_key=stored.key)
    added.save()
    return added


@action(
    "support.change_ticket",
    needs=Permission.SUPPORT_ASK,
    zh="修改求助",
    en="Change a ticket",
    parameters=(TICKET, VERSION, Fields("support.Ticket"), ANYWAY),
)
def change_ticket(*, ticket: int, version: int | None = None, anyway: bool | None = None, **values: Any) -> Ticket:
    """Change one's own ticket, or its visibility to colleagues; support may set kind and area of any ticket."""
    row = store.get_ticket(ticket)
    if row.asked_by_id != current_actor().user_id and (
        not current_actor().may(Permission.SUPPORT_ANSWER) or set(values) - {"kind", "area"}
    ):
        raise NotAllowed(bilingual("修改别人的求助", "change a ticket of somebody else"), Permission.SUPPORT_ANSWER)
    check_version(row, version)
    check_no_client_data({name: str(values[name] or "") for name in ("subject", "text") if name in values}, anyway)
    for name, value in values.items():
        setattr(row, name, row._meta.get_field(name).get_default() if value is None else value)
    if not row.subject.strip() or not row.text.strip():
        raise refusal("subject", "标题和说明不能为空。", "Subject and details are needed.")
    if row.kind == TicketKind.WISH:
        row.is_public = True
        if not Voice.objects.filter(ticket=row, user=row.asked_by).exists():
            Voice(ticket=row, user=row.asked_by).save()
    row.words = store.words_of(row)
    row.save()
    return row


@action(
    "support.write_on_ticket",
    needs=Permission.SUPPORT_ASK,
    zh="补充说明",
    en="Write on a ticket",
    parameters=(TICKET, TEXT, FILE, ANYWAY),
    offers_undo=False,
)
def write_on_ticket(*, ticket: int, text: str, file: Upload | None = None, anyway: bool | None = None) -> TicketMessage:
    """Add a message to one's own ticket; an answered one waits for an answer again."""
    row = store.get_own_ticket(ticket)
    check_no_client_data({"text": text}, anyway)
    message = store.write_message(row, text, is_from_support=False)
    if file is not None:
        _add_file(row, file)
    if row.state == TicketState.ANSWERED:
        row.state = TicketState.OPEN.value
    row.words = store.words_of(row)
    row.save()
    return message


def _answer(row: Ticket, step: str, text: str, anyway: bool | None, state: TicketState) -> TicketMessage:
    """Add a message of support to a ticket and change its state. Raises Refused for an invalid step, and for client data."""
    store.check_step(row, step)
    check_no_client_data({"text": text}, anyway)
    message = store.write_message(row, text, is_from_support=True)
    row.first_answered_at = row.first_answered_at or message.written_at
    row.state, row.handler = state.value, message.author
    row.words = store.words_of(row)
    row.save()
    return message


@action(
    "support.answer_ticket",
    needs=Permission.SUPPORT_ANSWER,
    zh="答复",
    en="Answer a ticket",
    parameters=(TICKET, TEXT, ANYWAY),
    offers_undo=False,
)
def answer_ticket(*, ticket: int, text: str, anyway: bool | None = None) -> TicketMessage:
    """Answer a ticket. Raises Refused for an ended one, and for client data in the text."""
    return _answer(store.get_ticket(ticket), "answer", text, anyway, TicketState.ANSWERED)


@action(
    "support.solve_ticket",
    needs=Permission.SUPPORT_ASK,
    zh="答复解决了问题",
    en="The answer solved it",
    parameters=(TICKET,),
)
def solve_ticket(*, ticket: int) -> Ticket:
    """Mark one's own question as solved."""
    row = store.get_own_ticket(ticket)
    store.check_step(row, "solve")
    row.state, row.solved_at = TicketState.SOLVED.value, clock.now()
    row.save()
    return row


@action(
    "support.reopen_ticket",
    needs=Permission.SUPPORT_ASK,
    zh="没有解决，重新打开",
    en="Not solved: open it again",
    parameters=(TICKET, TEXT, ANYWAY),
    offers_undo=False,
)
def reopen_ticket(*, ticket: int, text: str, anyway: bool | None = None) -> Ticket:
    """Reopen a ticket, by the person who asked or by support, stating what is still missing."""
    is_support = current_actor().may(Permission.SUPPORT_ANSWER)
    row = store.get_ticket(ticket) if is_support else store.get_own_ticket(ticket)
    store.check_step(row, "reopen")
    check_no_client_data({"text": text}, anyway)
    store.write_message(row, text, is_from_support=row.asked_by_id != current_actor().user_id)
    row.state, row.solved_at, row.reopened = TicketState.OPEN.value, None, row.reopened + 1
    row.words = store.words_of(row)
    row.save()
    return row


@action(
    "support.close_ticket",
    needs=Permission.SUPPORT_ANSWER,
    zh="关闭求助",
    en="Close a ticket",
    parameters=(TICKET, TEXT, ANYWAY),
    offers_undo=False,
)
def close_ticket(*, ticket: int, text: str, anyway: bool | None = None) -> Ticket:
    """Close a ticket with a reason shown to its asker, such as a wish that is built or declined."""
    row = store.get_ticket(ticket)
    _answer(row, "close", text, anyway, TicketState.CLOSED)
    return row


@action(
    "support.link_problem",
    needs=Permission.SUPPORT_ANSWER,
    zh="对应到已知问题",
    en="Link a ticket to a known problem",
    parameters=(TICKET, Parameter("problem", "support.KnownProblem", spec=FieldSpec("已知问题", "Known problem"))),
)
def link_problem(*, ticket: int, problem: KnownProblem) -> Ticket:
    """Link a ticket to its known problem; the person who asked is notified once it is fixed."""
    row = store.get_ticket(ticket)
    row.problem = problem
    row.save()
    if not ProblemSubscription.objects.filter(problem=problem, user=row.asked_by).exists():
        ProblemSubscription(problem=problem, user=row.asked_by).save()
    return row


@action("support.add_voice", needs=Permission.SUPPORT_ASK, zh="我也需要", en="I wish for it too", parameters=(TICKET,))
def add_voice(*, ticket: int) -> Ticket:
    """Vote for a wish; idempotent. Raises Refused for a ticket that is not a wish."""
    row = _get_wish(ticket)
    if not Voice.objects.filter(ticket=row, user=_get_current_user()).exists():
        Voice(ticket=row, user=_get_current_user()).save()
    return row


@action(
    "support.withdraw_voice",
    needs=Permission.SUPPORT_ASK,
    zh="取消附议",
    en="Withdraw one's voice",
    parameters=(TICKET,),
)
def withdraw_voice(*, ticket: int) -> Ticket:
    """Withdraw one's vote for a wish."""
    row = _get_wish(ticket)
    voice = Voice.objects.filter(ticket=row, user=_get_current_user()).first()
    if voice is not None:
        voice.delete()
    return row


def _get_wish(pk: int) -> Ticket:
    row = store.get_ticket(pk)
    if row.kind != TicketKind.WISH:
        raise refusal("ticket", "只有功能建议可以附议。", "Only a wish for a feature takes voices.")
    return row
