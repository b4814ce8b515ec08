"""Queries: the inbox of complaints by deadline, one case with its events, the rows, the settings."""

from datetime import date
from typing import Any

from django.db.models import Count

from dakehu.domains.compliance.choices import ComplaintState
from dakehu.domains.compliance.complaints import rules, store
from dakehu.domains.compliance.complaints.actions import COMPLAINT, get_complaint, is_handled_by_actor
from dakehu.domains.compliance.models import Complaint, ComplaintEvent
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec, editable_fields, model_of
from dakehu.foundation.schema.parameters import Parameter, parameters_of

SHOWN = 300  # cases of the inbox
FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))
MINE = Parameter("mine", required=False, kind="bool", spec=FieldSpec("只看我的", "Only mine"))
IS_OPEN = Parameter("is_open", required=False, kind="bool", spec=FieldSpec("只看未办结", "Only open ones"))
CLOCKS = {
    "acknowledge": bilingual("告知客户", "Acknowledge"),
    "accept": bilingual("决定受理", "Accept or reject"),
    "reply": bilingual("答复客户", "Reply"),
}


@query(
    "compliance.complaints",
    needs=Permission.COMPLAINT_READ,
    zh="投诉列表",
    en="Complaints",
    parameters=(FILTERS, ORDER),
)
def complaints(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the visible complaints, by deadline by default. No user sees a complaint about themselves."""
    return filter_rows(Complaint.objects.all(), filters or {}, order or "due_on")


@query(
    "compliance.client_complaints",
    needs=Permission.COMPLAINT_READ,
    zh="客户的投诉",
    en="Complaints of a client",
    parameters=parameters_of("compliance.Conflict", "client"),
)
def client_complaints(*, client: Any) -> Any:
    """Return the visible complaints of a client, the newest first."""
    return Complaint.objects.filter(client=client).order_by("-received_on", "-pk")


@query(
    "compliance.complaint_inbox",
    needs=Permission.COMPLAINT_READ,
    zh="投诉收件箱",
    en="Inbox of complaints",
    parameters=(FILTERS, MINE, IS_OPEN),
)
def complaint_inbox(
    *, filters: dict[str, Any] | None = None, mine: bool | None = None, is_open: bool | None = None
) -> dict[str, Any]:
    """Return the visible cases by their next deadline, and the number in each stage; at most 300.

    {stages: [{state, label, count, overdue}], cases: [a rendered complaint with state_code, client: {id, name} or None,
    clock, clock_text, clock_on, days_left, days_over, tone}]}. `days_left` are working days by the trading calendar,
    negative for those since the deadline.
    """
    every, found = Complaint.objects.all(), complaints(filters=filters)
    if mine:
        me = current_actor().user_id
        every, found = every.filter(owner_id=me), found.filter(owner_id=me)
    found = found.exclude(state=ComplaintState.CLOSED.value) if is_open else found
    return {"stages": _stages(every), "cases": render_complaints(found)}


def _stages(rows: Any) -> list[dict[str, Any]]:
    """Return the number of cases in each stage, and how many of them are overdue."""
    counted = {row["state"]: row["n"] for row in rows.order_by().values("state").annotate(n=Count("pk"))}
    late = rows.exclude(state=ComplaintState.CLOSED.value).filter(due_on__lt=clock.today())
    overdue = {row["state"]: row["n"] for row in late.order_by().values("state").annotate(n=Count("pk"))}
    return [
        {
            "state": stage.value,
            "label": str(bilingual(stage.zh, stage.en)),
            "count": counted.get(stage.value, 0),
            "overdue": overdue.get(stage.value, 0),
        }
        for stage in ComplaintState
    ]


def render_complaints(rows: Any) -> list[dict[str, Any]]:
    """Render cases with their next deadline, in its order."""
    today = clock.today()
    found = list(rows.select_related("client", "owner", "about_staff").order_by("due_on", "pk")[:SHOWN])
    if not found:
        return []
    clocks = [_clock(row) for row in found]
    days = [today, *(day for _, day in clocks)]
    open_days = set(trading_days.trading_days_between(min(days), max(days)))
    plain, shown = render_rows(found), render_rows(found, shown=True)
    made = []
    for row, (name, day), one, text in zip(found, clocks, plain, shown, strict=True):
        left = rules.working_days_left(day, today, open_days.__contains__)
        told = {"clock": name, "clock_text": str(CLOCKS[name]), "clock_on": day.isoformat()}
        counted = {"days_left": left, "days_over": max(-left, 0), "tone": rules.tone_of(left, str(row.state))}
        made.append({**text, "client": one["client"], "state_code": one["state"], **told, **counted})
    return sorted(made, key=lambda one: (one["state_code"] == "closed", one["clock_on"]))


def _clock(row: Complaint) -> tuple[str, date]:
    """Return the next deadline of a case."""
    return rules.next_deadline(
        str(row.state), row.acknowledge_by, row.accept_by, row.due_on, row.acknowledged_on is not None
    )


@query(
    "compliance.complaint_case",
    needs=Permission.COMPLAINT_READ,
    zh="投诉详情",
    en="A complaint with what happened in it",
    parameters=(COMPLAINT,),
)
def complaint_case(*, complaint: int) -> dict[str, Any]:
    """Return one case: {case, groups: [{title, facts: [{label, value}]}], events: [{kind, kind_code, at, by, text}], steps}.

    `steps` are the steps that the actor may take now. Raises NotFound, for the person complained about too.
    """
    row = get_complaint(complaint)
    events = list(ComplaintEvent.objects.filter(complaint=row).select_related("by").order_by("at", "pk"))
    shown = render_rows(events, shown=True)
    return {
        "case": render_complaints(Complaint.objects.filter(pk=row.pk))[0],
        "groups": _groups(row),
        "events": [{**text, "kind_code": str(one.kind)} for one, text in zip(events, shown, strict=True)],
        "steps": _steps(row),
    }


RESULT = ("replied_on", "decision", "reply", "outcome", "satisfied", "closed_on", "retention_until")
TOLD = (
    (bilingual("投诉", "Complaint"), ("complainant", "complainant_contact", "channel", "received_on", "detail")),
    (bilingual("涉及对象", "About"), ("category", "severity", "about_staff", "about_product", "cause")),
    (
        bilingual("期限", "Clocks"),
        ("acknowledge_by", "acknowledged_on", "accept_by", "accepted_on", "due_on", "extended_on"),
    ),
    (bilingual("结果", "Result"), RESULT),
)


def _groups(row: Complaint) -> list[dict[str, Any]]:
    """Return the data of a case in groups, without empty values."""
    (shown,) = render_rows([row], shown=True)
    label = {one.name: str(one.spec.label) for one in Complaint._meta.concrete_fields if hasattr(one, "spec")}
    groups = [
        {"title": str(title), "facts": [{"label": label[one], "value": shown[one]} for one in names if shown.get(one)]}
        for title, names in TOLD
        if names is not RESULT or row.replied_on is not None or row.closed_on is not None
    ]
    return [group for group in groups if group["facts"]]


def _steps(row: Complaint) -> list[str]:
    """Return the steps that the actor may take with a case now."""
    actor = current_actor()
    if not actor.may(Permission.COMPLAINT_HANDLE):
        return []
    decides, handles = actor.may(Permission.COMPLAINT_DECIDE), is_handled_by_actor(row)
    allowed = {"acknowledge": row.acknowledged_on is None, "note": True, "reply": handles}
    allowed |= dict.fromkeys(("accept", "reject", "assign", "close", "reopen"), decides)
    allowed["extend"] = decides and row.extended_on is None
    return [step for step, may in allowed.items() if may and rules.may_step(str(row.state), step)]


@query("compliance.complaint_settings", needs=Permission.COMPLAINT_READ, zh="投诉期限", en="Deadlines of complaints")
def complaint_settings() -> dict[str, Any]:
    """Return the deadlines in force: {version, rows: [{name, label, value, note}]}; each note states the certainty of its source."""
    row, model = store.settings(), model_of("compliance.ComplaintSettings")
    return {
        "version": row.row_version if row.pk else None,
        "rows": [
            {
                "name": name,
                "label": str(model._meta.get_field(name).spec.label),
                "value": getattr(row, name),
                "note": str(model._meta.get_field(name).spec.help),
            }
            for name in editable_fields("compliance.ComplaintSettings")
        ],
    }
