"""Queries of feedback: the list, the feedback of a client, a single one, and the inbox of all client statements."""

from datetime import date
from typing import Any

from dakehu.domains.care.feedback import rules
from dakehu.domains.care.feedback.actions import FEEDBACK, get_feedback
from dakehu.domains.care.feedback.choices import FeedbackKind, FeedbackState
from dakehu.domains.care.improvements.links import issues_of
from dakehu.domains.care.models import Feedback
from dakehu.domains.compliance.complaints.queries import complaint_inbox
from dakehu.domains.compliance.complaints.rules import tone_of, working_days_left
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Parameter, parameters_of

SHOWN = 200  # of each source
EXCERPT = 90  # characters of a text in the list
FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))
MINE = Parameter("mine", required=False, kind="bool", spec=FieldSpec("只看本人经办", "Only mine"))
IS_OPEN = Parameter("is_open", required=False, kind="bool", spec=FieldSpec("只看未办结", "Only open"))
KIND = Parameter("kind", required=False, choice_set=FeedbackKind, spec=FieldSpec("意见类别", "Kind"))
CLIENT = parameters_of("care.Feedback", "client")
OF_REQUEST = {"suggestion": FeedbackKind.SUGGESTION, "inquiry": FeedbackKind.QUESTION}


@query("care.feedback", needs=Permission.FEEDBACK_READ, zh="客户意见列表", en="Feedback", parameters=(FILTERS, ORDER))
def feedback_list(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the visible feedback, by deadline by default. Complaints are not included."""
    return filter_rows(Feedback.objects.all(), filters or {}, order or "due_on")


@query(
    "care.client_feedback",
    needs=Permission.FEEDBACK_READ,
    zh="客户的意见",
    en="Feedback of a client",
    parameters=CLIENT,
)
def client_feedback(*, client: Any) -> Any:
    """Return the feedback of a client, newest first."""
    return Feedback.objects.filter(client=client).order_by("-received_at", "-pk")


@query(
    "care.inbox",
    needs=Permission.FEEDBACK_READ,
    zh="客户声音收件箱",
    en="Inbox of what clients say",
    parameters=(KIND, MINE, IS_OPEN),
)
def inbox(*, kind: str | None = None, mine: bool | None = None, is_open: bool | None = None) -> dict[str, Any]:
    """Return complaints, feedback and suggestions among requests by the next deadline; signs of distress first.

    {kinds: [{kind, label, count}], lines: [{source, id, url, kind, kind_code, client: {id, name} or None, who, text, topic,
    channel, owner, state, state_code, clock_on, clock_text, days_left, days_over, tone, distress, needs_contact, mood}]}.
    `days_left` are working days, negative for those since the deadline. At most 200 lines of each source.
    """
    lines = [*_feedback_lines(mine, is_open), *_complaint_lines(mine, is_open), *_request_lines(mine, is_open)]
    kinds = [
        {"kind": one.value, "label": one.text, "count": sum(line["kind_code"] == one.value for line in lines)}
        for one in FeedbackKind
    ]
    lines = [line for line in lines if not kind or line["kind_code"] == kind]
    order = sorted(
        lines, key=lambda line: (line["state_code"] == "closed", not line["needs_contact"], line["clock_on"])
    )
    return {"kinds": kinds, "lines": order}


def _restrict_to_own(rows: Any, mine: bool | None) -> Any:
    return rows.filter(owner_id=current_actor().user_id) if mine else rows


def _feedback_lines(mine: bool | None, is_open: bool | None) -> list[dict[str, Any]]:
    rows = _restrict_to_own(Feedback.objects.all(), mine)
    return render_feedback(rows.exclude(state=FeedbackState.CLOSED.value) if is_open else rows)


def render_feedback(rows: Any) -> list[dict[str, Any]]:
    """Render feedback as lines of the inbox. Readers who may not read the text do not see its distress either."""
    found = list(rows.select_related("client", "owner").order_by("due_on", "pk")[:SHOWN])
    is_cleared = current_actor().clearance >= PERSONAL
    waits = [
        is_cleared and rules.needs_contact(str(row.distress), row.contacted_at is not None, str(row.state))
        for row in found
    ]
    today = clock.today()
    due = [today if one else row.due_on for one, row in zip(waits, found, strict=True)]
    clocks = _clocks(due, [str(row.state) for row in found])
    names = ("kind", "topic", "channel", "owner", "state", "distress", "mood", "text", "sender")
    plain, shown = render_rows(found, ("client",)), render_rows(found, names, shown=True)
    return [
        {
            **{name: text[name] for name in names if name != "sender"},
            **times,
            "source": "feedback",
            "id": row.pk,
            "url": f"/feedback/{row.pk}/",
            "client": one["client"],
            "who": text["sender"],
            "text": _excerpt(text["text"]),
            "kind_code": str(row.kind),
            "state_code": str(row.state),
            "needs_contact": waiting,
        }
        for row, one, text, times, waiting in zip(found, plain, shown, clocks, waits, strict=True)
    ]


def _excerpt(text: str) -> str:
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"


def _clocks(due: list[date], states: list[str]) -> list[dict[str, Any]]:
    """Return {clock_on, clock_text, days_left, days_over, tone} of deadlines; the calendar is read once."""
    if not due:
        return []
    today, said = clock.today(), str(bilingual("答复客户", "Reply"))
    open_days = set(trading_days.trading_days_between(min(*due, today), max(*due, today)))
    made = []
    for day, state in zip(due, states, strict=True):
        left = working_days_left(day, today, open_days.__contains__)
        counted = {"days_left": left, "days_over": max(-left, 0), "tone": tone_of(left, state)}
        made.append({"clock_on": day.isoformat(), "clock_text": said, **counted})
    return made


def _complaint_lines(mine: bool | None, is_open: bool | None) -> list[dict[str, Any]]:
    """Return the visible complaints as lines; no user sees one about themselves."""
    if not current_actor().may(Permission.COMPLAINT_READ):
        return []
    times = ("clock_on", "clock_text", "days_left", "days_over", "tone")
    names = ("id", "client", "channel", "owner", "state", "state_code", *times)
    kind = {"kind": FeedbackKind.COMPLAINT.text, "kind_code": FeedbackKind.COMPLAINT.value}
    rest = {"source": "complaint", "distress": "", "needs_contact": False, "mood": ""}
    return [
        {
            **{name: case[name] for name in names},
            **kind,
            **rest,
            "url": f"/complaints/{case['id']}/",
            "who": case["complainant"],
            "text": case["subject"],
            "topic": case["category"],
        }
        for case in complaint_inbox(mine=mine, is_open=is_open)["cases"][:SHOWN]
    ]


def _request_lines(mine: bool | None, is_open: bool | None) -> list[dict[str, Any]]:
    """Return suggestions and inquiries that were opened as requests."""
    if not current_actor().may(Permission.SERVICE_READ):
        return []
    rows = _restrict_to_own(model_of("service.Request").objects.filter(kind__in=list(OF_REQUEST)), mine)
    rows = rows.exclude(state="closed") if is_open else rows
    found = list(rows.select_related("client", "owner").order_by("due_on", "pk")[:SHOWN])
    clocks = _clocks([row.due_on for row in found], [str(row.state) for row in found])
    plain, shown = render_rows(found, ("client",)), render_rows(found, ("subject", "owner", "state"), shown=True)
    return [
        {
            **times,
            "source": "request",
            "id": row.pk,
            "url": f"/clients/{row.client_id}/?tab=service",
            "client": one["client"],
            "who": "",
            "text": text["subject"],
            "kind": OF_REQUEST[str(row.kind)].text,
            "kind_code": OF_REQUEST[str(row.kind)].value,
            "topic": "",
            "channel": str(bilingual("客户诉求", "Request")),
            "owner": text["owner"],
            "state": text["state"],
            "state_code": str(row.state),
            "distress": "",
            "needs_contact": False,
            "mood": "",
        }
        for row, one, text, times in zip(found, plain, shown, clocks, strict=True)
    ]


@query(
    "care.feedback_detail",
    needs=Permission.FEEDBACK_READ,
    zh="意见详情",
    en="One piece of feedback",
    parameters=(FEEDBACK,),
)
def feedback_detail(*, feedback: int) -> dict[str, Any]:
    """Return {line: as in the inbox, row: all fields as shown, issues: [{id, title, stage}], steps}. Raises NotFound.

    `steps` are the steps that the actor may take now.
    """
    row = get_feedback(feedback)
    (line,) = render_feedback(Feedback.objects.filter(pk=row.pk))
    (shown,) = render_rows([row], shown=True)
    return {"line": line, "row": shown, "issues": issues_of("feedback", row.pk), "steps": _steps(row, line)}


def _steps(row: Feedback, line: dict[str, Any]) -> list[str]:
    """Return the steps that the actor may take with feedback now."""
    actor = current_actor()
    steps = []
    if actor.may(Permission.FEEDBACK_WRITE):
        handles = row.owner_id == actor.user_id or actor.may(Permission.COMPLAINT_DECIDE)
        waits = line["needs_contact"]
        closes = row.replied_on is not None or row.kind == FeedbackKind.PRAISE
        allowed = {
            "confirm_contact": waits,
            "reply": handles and not waits,
            "close": handles and closes and not waits,
            "change": True,
            "pass_on": actor.may(Permission.COMPLAINT_HANDLE),
        }
        steps = [
            step
            for step, may in allowed.items()
            if may and (step == "confirm_contact" or rules.may_step(str(row.state), step))
        ]
    return [*steps, "link"] if actor.may(Permission.IMPROVEMENT_WRITE) else steps
