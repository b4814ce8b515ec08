"""Existing answers to a question: known problems, answered public questions, articles."""

from collections.abc import Iterator
from typing import Any

from django.db.models import F

from dakehu.domains.learning.knowledge import queries as knowledge
from dakehu.domains.support.choices import ProblemState, TicketKind
from dakehu.domains.support.client_data.check import check_no_client_data
from dakehu.domains.support.models import KnownProblem, Ticket
from dakehu.domains.support.suggestions.ranking import Document, rank
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter
from dakehu.foundation.search.text import tokens

TYPED = Parameter("text", spec=FieldSpec("输入的问题", "Question as typed"))
MOST_TICKETS = 1000  # newest answered questions read
ASKED = 300  # characters of a question used


@query(
    "support.suggestions",
    needs=Permission.SUPPORT_ASK,
    zh="推荐答案",
    en="Suggested answers",
    parameters=(TYPED,),
)
def suggestions(*, text: str) -> list[dict[str, Any]]:
    """Return up to five answers to a question that is being typed, the nearest first: [{kind, kind_text, title, note, url}].

    From known problems, answered questions that colleagues made public, and published articles, each within
    the reader's scope.
    """
    return rank(text[:ASKED], [*_problems(), *_tickets(), *_articles()])


def _problems() -> Iterator[Document]:
    for row in KnownProblem.objects.order_by("-pk"):
        note = row.workaround
        if row.state == ProblemState.FIXED:
            note = str(bilingual("已在 {version} 修复", "Fixed in {version}", version=row.fixed_in))
        yield _document("problem", bilingual("已知问题", "Known problem"), row, f"/support/problems/{row.pk}/", note)


def _tickets() -> Iterator[Document]:
    rows = Ticket.objects.filter(is_public=True, first_answered_at__isnull=False).exclude(kind=TicketKind.WISH.value)
    for row in rows.order_by(F("asked_at").desc())[:MOST_TICKETS]:
        yield _document("ticket", bilingual("已答复的问题", "Answered question"), row, f"/support/{row.pk}/", "")


def _articles() -> Iterator[Document]:
    if not current_actor().may(Permission.LEARNING_READ):
        return
    for row in knowledge.articles(filters={"state": "published"}):
        yield _document("article", bilingual("知识库", "Article"), row, f"/knowledge/{row.pk}/", "")


def _document(kind: str, kind_text: Any, row: Any, url: str, note: str) -> Document:
    shown = {"kind": kind, "kind_text": str(kind_text), "title": str(row), "note": note[:120], "url": url}
    return Document(shown, tokens(str(row)), row.words)


@query(
    "support.text_warnings",
    needs=Permission.SUPPORT_ASK,
    zh="客户信息提示",
    en="Client data in a text",
    parameters=(TYPED,),
)
def text_warnings(*, text: str) -> list[str]:
    """Return the findings of client data in a text, as in the refusal of a ticket; [] for none."""
    try:
        check_no_client_data({"text": text})
    except Refused as refused:
        return [str(line) for lines in refused.messages.values() for line in lines]
    return []
