"""Query: a natural-language question as filters of the list of clients."""

from typing import Any

from dakehu.domains.clients import queries as clients
from dakehu.domains.insight.choices import BookView
from dakehu.domains.insight.questions import rules
from dakehu.domains.insight.questions.views import find_view
from dakehu.domains.insight.questions.vocabulary import vocabulary
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotAllowed, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.pagination import count_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

TEXT = Parameter("text", spec=FieldSpec("问题", "Question", aliases=("q",), example="上海营业部 C4 以上 三个月未联系"))


@query("insight.question", needs=Permission.INSIGHT_READ, zh="文字提问", en="Question in words", parameters=(TEXT,))
def question(*, text: str) -> dict[str, Any]:
    """Return the filters of the list of clients expressed by a natural-language question; nothing is guessed.

    Returns {filters: in the format of `clients.list`; words: [{words: as typed, means, filters}] of each condition;
    not_understood: [{word, place: from 0, remedy}]; notes: rows that a reader might expect and these filters do not match;
    view: {name, label} of the book over time that it also names (insight.book); count: visible clients, at_least if more are
    not counted; only if everything was understood}. Raises Refused for an empty or an overlong question.
    """
    if not current_actor().may(Permission.CLIENT_READ):
        raise NotAllowed(bilingual("客户列表", "Clients"), Permission.CLIENT_READ)
    if not text.strip() or len(text) > rules.LONGEST:
        raise refusal("text", "问题应为 1 至 {n} 个字。", "A question has 1 to {n} characters.", n=rules.LONGEST)
    reading, view = _read(text)
    answer: dict[str, Any] = {
        "filters": reading.filters,
        "not_understood": [
            {"word": miss.text, "place": miss.place, "remedy": str(miss.remedy)} for miss in reading.misses
        ],
        "words": [{"words": one.words, "means": str(one.means), "filters": one.filters} for one in reading.conditions],
        "notes": [
            {"text": str(_LEFT_OUT), "words": one.words, "filters": one.leaves_out}
            for one in reading.conditions
            if one.leaves_out
        ],
    }
    if view is not None:
        answer["view"] = {"name": view.value, "label": str(view.text)}
    if reading.filters and not reading.misses:
        number, more = count_rows(clients.clients(filters=reading.filters, order="code"))
        answer["count"] = number
        if more:
            answer["at_least"] = True
    return answer


def _read(text: str) -> tuple[rules.Reading, BookView | None]:
    """Return the reading of a question, and the view of the book that it names if its words have no other meaning."""
    words = vocabulary()
    reading = rules.read_question(text, words, clock.today())
    found = find_view(text) if current_actor().may(Permission.LEDGER_READ) else None
    if found is None or not (reading.misses or found[2]):
        return reading, None
    view, rest, _ = found
    without = rules.read_question(rest, words, clock.today()) if rest.strip() else rules.Reading({}, [], [])
    return (reading, None) if without.misses else (without, view)


_LEFT_OUT = bilingual(
    "从未登记过该日期的客户不在其中，请用另列的条件查看。",
    "Clients without any such day are not among them; the filter beside lists them.",
)
