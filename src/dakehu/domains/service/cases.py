"""Complaints as cases: their stage, the working days that are left, and what was done since they came in."""

from datetime import date
from typing import Any

from django.db.models import Count

from dakehu.domains.service import rules
from dakehu.domains.service.models import Attachment, Request, RequestState
from dakehu.domains.service.queries import FILTERS, MINE, requests, timeline
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

KIND = {"kind": "complaint"}
SHOWN = 300
IS_OPEN = Parameter("is_open", required=False, kind="bool", spec=FieldSpec("只看未办结", "Only open ones"))
REQUEST = Parameter("request", kind="integer", spec=FieldSpec("投诉", "Complaint"))


@query(
    "service.complaint_cases",
    needs=Permission.SERVICE_READ,
    zh="投诉清单",
    en="Complaints as cases",
    parameters=(FILTERS, MINE, IS_OPEN),
)
def complaint_cases(
    *, filters: dict[str, Any] | None = None, mine: bool | None = None, is_open: bool | None = None
) -> dict[str, Any]:
    """Return the visible complaints by deadline, with `is_open` those not closed, and how many stand in each stage.

    {stages: [{state, label, count, overdue}], cases: [a rendered request with days_left, tone]}. `days_left` are
    trading days until the deadline, as the deadline is counted, negative when it has passed; at most 300 cases.
    """
    every, found = requests(filters=KIND), requests(filters={**(filters or {}), **KIND})
    if mine:
        me = current_actor().user_id
        every, found = every.filter(owner_id=me), found.filter(owner_id=me)
    return {"stages": _stages(every), "cases": _cases(found.exclude(state="closed") if is_open else found)}


def _stages(rows: Any) -> list[dict[str, Any]]:
    """Return the number of cases in each stage, and how many of them are overdue."""
    counted = {row["state"]: row["n"] for row in rows.order_by().values("state").annotate(n=Count("pk"))}
    late = rows.exclude(state=RequestState.CLOSED.value).filter(due_on__lt=clock.today())
    overdue = {row["state"]: row["n"] for row in late.order_by().values("state").annotate(n=Count("pk"))}
    return [
        {
            "state": stage.value,
            "label": str(bilingual(stage.zh, stage.en)),
            "count": counted.get(stage.value, 0),
            "overdue": overdue.get(stage.value, 0),
        }
        for stage in RequestState
    ]


def _cases(rows: Any) -> list[dict[str, Any]]:
    """Render cases with the working days that are left and their tone."""
    today = clock.today()
    found = list(rows.select_related("client", "owner").order_by("due_on", "pk")[:SHOWN])
    if not found:
        return []
    dues = [today, *(row.due_on for row in found)]
    open_days = set(trading_days.trading_days_between(min(dues), max(dues)))
    plain, shown = render_rows(found), render_rows(found, shown=True)
    return [
        {
            **text,
            "client": one["client"],
            "state_code": one["state"],
            **_deadline(row, today, open_days),
        }
        for row, one, text in zip(found, plain, shown, strict=True)
    ]


def _deadline(row: Request, today: date, open_days: set[date]) -> dict[str, Any]:
    """Return {days_left, days_over, tone} of a case."""
    left = rules.working_days_left(row.due_on, today, open_days.__contains__)
    return {"days_left": left, "days_over": max(-left, 0), "tone": rules.deadline_tone(left, str(row.state))}


@query(
    "service.complaint_case",
    needs=Permission.SERVICE_READ,
    zh="投诉详情",
    en="A complaint with its evidence",
    parameters=(REQUEST,),
)
def complaint_case(*, request: int) -> dict[str, Any]:
    """Return a complaint, the timeline of its client since it came in, oldest first, and its files.

    {case, moments, files}. Raises NotFound.
    """
    row = requests(filters=KIND).filter(pk=request).select_related("client", "owner").first()
    if row is None:
        raise NotFound(bilingual("投诉", "complaint"), request)
    since, until = row.opened_on.isoformat(), (row.closed_on or clock.today()).isoformat()
    moments = [one for one in timeline(client=row.client, limit=500) if since <= one["at"][:10] <= until]
    files = Attachment.objects.filter(request=row, removed_at=None).order_by("pk")
    return {
        "case": _cases(requests(filters=KIND).filter(pk=row.pk))[0],
        "moments": moments[::-1],
        "files": render_rows(list(files), shown=True),
    }
