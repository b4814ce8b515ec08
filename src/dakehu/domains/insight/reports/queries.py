"""Queries: the reports that the reader may open, and a dashboard with its numbers."""

from collections.abc import Callable
from typing import Any

from dakehu.domains.insight.choices import CardShape, ReportKind
from dakehu.domains.insight.models import Report
from dakehu.domains.insight.pivots import rules
from dakehu.domains.insight.pivots.computation import work_out
from dakehu.domains.insight.pivots.queries import answer
from dakehu.domains.insight.pivots.rules import Period
from dakehu.domains.insight.questions.spans import shift_day
from dakehu.domains.insight.reports.ready import READY, find_ready, ready_for
from dakehu.domains.insight.reports.visibility import get_report, visible_reports
from dakehu.domains.insight.snapshots import store
from dakehu.domains.team.queries import names_of
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

# Comparisons of a current figure: months back to the quarter whose last snapshot is used.
DATED = "opened_on:year"  # the rows of a compared total: a column present in every snapshot
EARLIER = ((bilingual("上季末", "Last quarter"), 3), (bilingual("上年同季末", "A year before"), 12))


@query(
    "insight.reports",
    needs=Permission.INSIGHT_READ,
    zh="分析报表",
    en="Reports",
    parameters=(
        Parameter("kind", required=False, choice_set=ReportKind, spec=FieldSpec("报表类型", "Kind of report")),
    ),
)
def reports(*, kind: str | None = None) -> list[dict[str, Any]]:
    """Return the pivots and dashboards that the reader may open: [{id, kind, name, sharing, is_own, owner, definition}]."""
    rows = list(visible_reports().filter(**({"kind": kind} if kind else {})))
    owners = names_of({row.owner_id for row in rows})
    return [_render_report(row, owners.get(row.owner_id, "")) for row in rows]


@query(
    "insight.dashboard",
    needs=Permission.INSIGHT_READ,
    zh="看板",
    en="Dashboard",
    parameters=(Parameter("dashboard", required=False, spec=FieldSpec("看板", "Dashboard", example="manager")),),
)
def dashboard(*, dashboard: str | None = None) -> dict[str, Any]:
    """Return a dashboard with its numbers, for the reader's own clients: by its number, or by the key of a predefined one;
    default: that of the reader's role.

    Returns {id, key, name, is_own, sharing, owner, cards: [{shape, size, title, text, pivot: its definition, answer: as
    returned by insight.pivot, fault: why it cannot be shown to this reader, compared: of a figure [{label, value, change, as_of,
    past: the first month of its quarter}] at the end of the previous quarter and a year before, if snapshots are stored}]}.
    Raises NotFound.
    """
    ready = find_ready(dashboard) if dashboard else ready_for(current_actor().role)
    if ready is not None:
        found = {"id": None, "key": ready.key, "name": str(ready.title), "is_own": False, "sharing": "", "owner": ""}
        cards = ready.definition()["cards"]
    else:
        row = get_report(int(dashboard) if dashboard and dashboard.isascii() and dashboard.isdecimal() else 0)
        found = {**_render_report(row, names_of({row.owner_id}).get(row.owner_id, "")), "key": str(row.pk)}
        cards = found.pop("definition")["cards"]
    answers: dict[str, dict[str, Any]] = {}
    return {
        **found,
        "cards": [_fill_card(card, answers) for card in cards],
        "ready": [{"key": one.key, "name": str(one.title)} for one in READY],
    }


def _fill_card(card: dict[str, Any], answers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a card with its numbers; equal pivots of a dashboard are computed once."""
    if card["shape"] == CardShape.TEXT:
        return card
    asked = card["pivot"]
    key = repr(sorted((name, repr(value)) for name, value in asked.items() if name != "chart"))
    if key not in answers:
        answers[key] = _answer_or_fault(lambda: pivot_answer(asked))
    compared = _compare_periods(asked, answers[key]) if card["shape"] == CardShape.FIGURE else []
    return {**card, **answers[key], "compared": compared}


def _compare_periods(definition: dict[str, Any], now: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the figure at the end of the previous quarter and of the same quarter a year before, if available."""
    found: list[dict[str, Any]] = []
    value = now["answer"]["total"] if "answer" in now else None
    total = {name: one for name, one in definition.items() if name not in ("columns", "top")} | {"rows": DATED}
    for label, months in EARLIER:
        snapshot = store.last_of_quarter(shift_day(clock.today(), "month", -months))
        if snapshot is None or value is None:
            continue
        before = _answer_or_fault(lambda past=snapshot: pivot_answer(total, past))  # type: ignore[misc]
        if "answer" not in before or before["answer"]["total"] is None:
            continue
        then = before["answer"]
        found.append(
            {
                "label": str(label),
                "value": then["total"],
                "change": round(value - then["total"], 6),
                "as_of": then["as_of"],
                "rows": DATED,
                "past": f"{rules.start_of_period(clock.local(snapshot.taken_at).date(), Period.QUARTER.value):%Y-%m}",
            }
        )
    return found


def _answer_or_fault(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return {"answer": work()}
    except Refused as refused:
        return {"fault": next(iter(refused.as_plain().values()))[0]}


def pivot_answer(definition: dict[str, Any], past: store.Snapshot | None = None) -> dict[str, Any]:
    """Return the answer of insight.pivot to the definition of a pivot, now or as of a snapshot. Raises Refused."""
    top = definition.get("top")
    pivot = work_out(
        definition["rows"],
        definition.get("columns"),
        definition.get("measure"),
        definition.get("filters"),
        int(top) if top else None,
        past,
    )
    return answer(pivot)


def _render_report(row: Report, owner: str) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": str(row.kind),
        "name": row.name,
        "sharing": str(row.sharing),
        "is_own": row.owner_id == current_actor().user_id,
        "owner": owner,
        "definition": row.definition,
    }
