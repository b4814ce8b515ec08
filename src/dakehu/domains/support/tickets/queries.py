"""Queries of tickets: lists, one ticket with its messages, its files, wishes with their votes."""

from typing import Any

from django.db.models import Count, Q

from dakehu.domains.support.choices import TicketKind, TicketState
from dakehu.domains.support.models import Ticket, TicketFile, TicketMessage, Voice
from dakehu.domains.support.parameters import FILTERS, ORDER, SEARCH, TICKET, TICKET_FILE
from dakehu.domains.support.tickets import rules, store
from dakehu.domains.support.visibility import sees_every_ticket
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.files import store as files
from dakehu.foundation.files.store import Content
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_row, render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter
from dakehu.foundation.search import text as search
from dakehu.foundation.search.lookup import SearchText

TABS = ("mine", "waiting", "answers", "wishes")
TAB = Parameter("tab", required=False, spec=FieldSpec("列表", "List"))
COLLEAGUE = bilingual("一位同事", "A colleague")
SHOWN = 200  # tickets per list page


@query("support.tickets", needs=Permission.SUPPORT_ASK, zh="求助", en="Tickets", parameters=(SEARCH, FILTERS, ORDER))
def tickets(*, text: str | None = None, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the tickets that the reader sees, newest first: their own, public ones, and for support all. `text` searches."""
    rows = filter_rows(Ticket.objects.all(), filters or {}, order or "")
    wanted = search.fragment(text) if text and text.strip() else None
    if wanted is not None:
        rows = rows.filter(words__finds=SearchText(wanted, each=True))
    return rows if order else rows.order_by("-asked_at", "-pk")


@query("support.ticket", needs=Permission.SUPPORT_ASK, zh="一条求助", en="A ticket", parameters=(TICKET,))
def ticket_row(*, ticket: int) -> Ticket:
    """Return a ticket that the reader sees. Raises NotFound."""
    return store.get_ticket(ticket)


def _tab_condition(tab: str) -> Any:
    if tab == "waiting":
        return Q(state=TicketState.OPEN.value) if sees_every_ticket(current_actor()) else Q(pk__in=[])
    if tab == "answers":
        return Q(is_public=True, first_answered_at__isnull=False) & ~Q(kind=TicketKind.WISH.value)
    return Q(kind=TicketKind.WISH.value) if tab == "wishes" else Q(asked_by_id=current_actor().user_id)


@query(
    "support.ticket_list",
    needs=Permission.SUPPORT_ASK,
    zh="求助列表",
    en="List of tickets",
    parameters=(TAB, SEARCH),
)
def ticket_list(*, tab: str | None = None, text: str | None = None) -> dict[str, Any]:
    """Return {tab, counts: {tab: number}, rows} of one's own tickets, those that wait, answered public ones, or wishes.

    Wishes are ordered by votes, waiting tickets by age. Each row: shown values, {id, kind_code, state_code, asker, voices,
    has_voice}; `asker` is an unnamed colleague if the reader may not see the name.
    """
    tab = tab if tab in TABS else "mine"
    rows = (
        tickets(text=text).filter(_tab_condition(tab)).select_related("asked_by").annotate(voice_count=Count("voices"))
    )
    order = {"wishes": ("-voice_count", "-pk"), "waiting": ("asked_at", "pk")}.get(tab, ("-asked_at", "-pk"))
    found = list(rows.order_by(*order)[:SHOWN])
    counts = Ticket.objects.aggregate(**{one: Count("pk", filter=_tab_condition(one)) for one in TABS})
    return {"tab": tab, "counts": counts, "rows": [dict(one) for one in _lines(found)]}


def _lines(rows: list[Ticket]) -> list[dict[str, Any]]:
    mine = set(
        Voice.objects.filter(user_id=current_actor().user_id, ticket__in=[row.pk for row in rows]).values_list(
            "ticket_id", flat=True
        )
    )
    return [
        {
            **shown,
            "id": row.pk,
            "kind_code": str(row.kind),
            "state_code": str(row.state),
            "asker": asker_of(row),
            "voices": getattr(row, "voice_count", 0),
            "has_voice": row.pk in mine,
            "asked_on": row.asked_at,
        }
        for row, shown in zip(rows, render_rows(rows, shown=True), strict=True)
    ]


def asker_of(row: Ticket) -> str:
    """Return the asker if the reader may see it: support, the asker, and colleagues if the asker agreed."""
    knows = row.shows_name or row.asked_by_id == current_actor().user_id or sees_every_ticket(current_actor())
    return row.asked_by.name if knows else str(COLLEAGUE)


@query("support.ticket_page", needs=Permission.SUPPORT_ASK, zh="求助页面", en="Page of a ticket", parameters=(TICKET,))
def ticket_page(*, ticket: int) -> dict[str, Any]:
    """Return the data of a ticket page.

    {row, messages: [{text, author, is_from_support, written_at}], files: [{id, name, size}], problem or None, steps, is_mine,
    is_support}; files only for the person who asked and for support.
    """
    row, actor = store.get_ticket(ticket), current_actor()
    row.voice_count = Voice.objects.filter(ticket=row).count()
    is_mine, is_support = row.asked_by_id == actor.user_id, sees_every_ticket(actor)
    written = TicketMessage.objects.filter(ticket=row).select_related("author").order_by("pk")
    asker = asker_of(row)
    return {
        "row": _lines([row])[0],
        "messages": [
            {
                **render_row(one, ("text", "written_at"), shown=True),
                "is_from_support": one.is_from_support,
                "author": one.author.name if one.is_from_support else asker,
            }
            for one in written
        ],
        "files": list(TicketFile.objects.filter(ticket=row).order_by("pk").values("id", "name", "size")),
        "handler": row.handler.name if row.handler is not None else "",
        "problem": None if row.problem is None else {"id": row.problem_id, "title": row.problem.title},
        "steps": sorted(rules.steps_for(str(row.state), is_mine, is_support)),
        "is_mine": is_mine,
        "is_support": is_support,
    }


@query(
    "support.ticket_file", needs=Permission.SUPPORT_ASK, zh="求助附件", en="File of a ticket", parameters=(TICKET_FILE,)
)
def ticket_file(*, ticket_file: int) -> tuple[str, Content]:
    """Return (name, content) of a file of a ticket that the reader asked or supports. Raises NotFound."""
    row = TicketFile.objects.filter(pk=ticket_file).first()
    if row is None:
        raise NotFound(bilingual("附件", "file"), ticket_file)
    return row.name, files.content_of(row.file_key)


@query("support.feature_wishes", needs=Permission.SUPPORT_ASK, zh="功能建议与附议数", en="Wishes and their voices")
def feature_wishes() -> list[dict[str, Any]]:
    """Return every open wish, by votes: [{id, subject, area, area_text, state, voices, asked_on}]. Contains no names."""
    rows = Ticket.objects.filter(kind=TicketKind.WISH.value).exclude(state=TicketState.CLOSED.value)
    return [
        {
            "id": row.pk,
            "subject": row.subject,
            "area": str(row.area),
            "area_text": render_row(row, ("area",), shown=True)["area"],
            "state": str(row.state),
            "voices": row.voice_count,
            "asked_on": row.asked_at.date().isoformat(),
        }
        for row in rows.annotate(voice_count=Count("voices")).order_by("-voice_count", "pk")
    ]
