"""Queries of the register of distress: the page, the list, and cases as lines of other pages."""

from typing import Any

from dakehu.domains.care.distress.choices import CaseSource, CaseState
from dakehu.domains.care.distress.signs import BY_CODE, LEVELS
from dakehu.domains.care.models import DistressCase
from dakehu.domains.care.permissions import DISTRESS_CLOSE, OUTREACH_READ
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import name_of, render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))
SOURCE = Parameter("source", "care.DistressCase", "source", required=False)
PEOPLE = ("client", "caller", "lead", "second_person", "closed_by")
SHOWN = 200
PAGES = {
    CaseSource.CALL.value: "/outreach/calls/{}/",
    CaseSource.SURVEY.value: "/surveys/{}/",
    CaseSource.FEEDBACK.value: "/feedback/{}/",
    CaseSource.COMPLAINT.value: "/complaints/{}/",
}


@query("care.distress_cases", needs=OUTREACH_READ, zh="情绪个案", en="Cases of distress", parameters=(SOURCE,))
def distress_cases(*, source: str | None = None) -> list[dict[str, Any]]:
    """Return the visible cases of distress, open ones first, ordered by severity, then age; of one source or all."""
    rows = DistressCase.objects.select_related(*PEOPLE)
    if source:
        rows = rows.filter(source=source)
    levels = list(LEVELS)
    newest = rows.order_by("-state", "-pk")[:SHOWN]  # "open" sorts behind "closed"
    return case_lines(
        sorted(newest, key=lambda row: (row.state != CaseState.OPEN, levels.index(str(row.level)), row.opened_at))
    )


@query(
    "care.cases_of_distress",
    needs=OUTREACH_READ,
    zh="情绪个案列表",
    en="List of cases of distress",
    parameters=(FILTERS, ORDER),
)
def cases_of_distress(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the cases of distress visible to the reader, newest first."""
    return filter_rows(DistressCase.objects.all(), filters or {}, order or "-opened_at")


def case_lines(rows: Any) -> list[dict[str, Any]]:
    """Return cases as plain lines.

    [{id, row_version, client: {id, name, code} or None, source, source_text, url, level, tone, signs, what_to_do, words, opened_at,
    caller, lead, …}]; `url` is the page of the source, "" if unknown.
    """
    rows = list(rows)
    shown = render_rows(rows, ("words", "confirmation", "outcome"), shown=True)
    return [_line(row, values) for row, values in zip(rows, shown, strict=True)]


def _line(row: DistressCase, values: dict[str, Any]) -> dict[str, Any]:
    actor, is_open = current_actor(), row.state == CaseState.OPEN
    signs = [BY_CODE[code] for code in row.signs if code in BY_CODE]
    ref = row.call_id if row.source == CaseSource.CALL else row.source_ref
    return {
        "id": row.pk,
        "row_version": row.row_version,
        "call": row.call_id,
        "source": str(row.source),
        "source_text": CaseSource.text_of(row.source),
        "url": PAGES[str(row.source)].format(ref) if ref else "",
        "client": None
        if row.client_id is None
        else {"id": row.client_id, "name": name_of(row.client, actor.clearance), "code": row.client.code},
        "level": str(row.level),
        "level_text": str(bilingual(*LEVELS[str(row.level)])),
        "tone": "warn" if row.level == "watch" else "bad",
        "signs": [str(bilingual(one.zh, one.en)) for one in signs],
        "what_to_do": [str(bilingual(one.do_zh, one.do_en)) for one in signs],
        "words": values["words"],
        "opened_at": f"{clock.local(row.opened_at):%Y-%m-%d %H:%M}",
        "caller": row.caller.name if row.caller else "",
        "contacted_at": f"{clock.local(row.contacted_at):%Y-%m-%d %H:%M}" if row.contacted_at else "",
        "is_contacted": row.is_contacted,
        "lead": row.lead.name if row.lead else "",
        "is_office_only": row.is_office_only,
        "needs_second_person": row.needs_second_person,
        "second_person": row.second_person.name if row.second_person else "",
        "confirmation": values["confirmation"],
        "is_open": is_open,
        "can_contact": is_open and not row.is_contacted,
        "can_join": is_open and row.is_contacted and row.caller_id != actor.user_id,
        "can_close": is_open and actor.may(DISTRESS_CLOSE),
        "outcome": values["outcome"],
        "closed_by": row.closed_by.name if row.closed_by else "",
    }
