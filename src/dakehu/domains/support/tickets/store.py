"""Find tickets and write on them."""

from dakehu.domains.support.models import KnownProblem, Ticket, TicketMessage
from dakehu.domains.support.tickets import rules
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.search.text import name_tokens, tokens

TITLE = bilingual("求助", "ticket")


def get_ticket(pk: int) -> Ticket:
    """Return a ticket that the actor sees. Raises NotFound."""
    row: Ticket | None = Ticket.objects.select_related("asked_by", "handler", "problem").filter(pk=pk).first()
    if row is None:
        raise NotFound(TITLE, pk)
    return row


def get_own_ticket(pk: int) -> Ticket:
    """Return a ticket that the actor asked. Raises NotFound, and NotAllowed for another person's public ticket."""
    row = get_ticket(pk)
    if row.asked_by_id != current_actor().user_id:
        raise NotAllowed(bilingual("处理别人的求助", "work on a ticket of somebody else"), "")
    return row


def check_step(row: Ticket, step: str) -> None:
    """Raise Refused if a ticket's state does not allow a step."""
    fault = rules.step_fault(step, str(row.state))
    if fault is not None:
        raise Refused({"ticket": [fault]})


def words_of(row: Ticket | KnownProblem) -> str:
    """Return the search words of a ticket or a known problem: of its title, its texts and its messages."""
    if isinstance(row, KnownProblem):
        return f"{name_tokens(row.title)} {tokens(f'{row.description} {row.workaround}')}"
    written = [] if row.pk is None else list(row.messages.order_by("pk").values_list("text", flat=True))
    return f"{name_tokens(row.subject)} {tokens(' '.join([row.text, *written]))}"


def write_message(row: Ticket, text: str, is_from_support: bool) -> TicketMessage:
    """Add a message to a ticket. Call inside an action. Raises Refused for an empty text."""
    author = team.current_user()
    if author is None or not text.strip():
        raise refusal("text", "请填写内容。", "Write a text.")
    message = TicketMessage(
        ticket=row, text=text.strip(), is_from_support=is_from_support, author=author, written_at=clock.now()
    )
    message.save()
    return message
