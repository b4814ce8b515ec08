"""Queries of issues: the list, the board of four stages, one issue with its effect and its clients."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q

from dakehu.domains.care.improvements import rules
from dakehu.domains.care.improvements.actions import ISSUE, SUBJECT, get_issue
from dakehu.domains.care.improvements.choices import MetricName, Stage
from dakehu.domains.care.improvements.effects import VERDICTS, described_result, is_window_over
from dakehu.domains.care.improvements.links import described_links
from dakehu.domains.care.improvements.metrics import metrics
from dakehu.domains.care.models import Issue, IssueLink
from dakehu.domains.compliance.approvals.queries import can_decide
from dakehu.domains.compliance.approvals.requests import find_approval
from dakehu.domains.compliance.choices import ApprovalState
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_rows
from dakehu.foundation.gates.registry import query
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter

FILTERS = Parameter("filters", required=False, kind="json", spec=FieldSpec("筛选", "Filters"))
ORDER = Parameter("order", required=False, spec=FieldSpec("排序", "Order"))
MINE = Parameter("mine", required=False, kind="bool", spec=FieldSpec("只看本人负责", "Only mine"))
TOPIC = Parameter("topic", "care.Issue", "topic", required=False)
CLOSED_DAYS = 180  # for which closed issues stay on the board
CARDS = 60  # of a stage
SOON_DAYS = 7


@query("care.issues", needs=Permission.IMPROVEMENT_READ, zh="改进事项列表", en="Issues", parameters=(FILTERS, ORDER))
def issues(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the issues, newest first by default."""
    return filter_rows(Issue.objects.all(), filters or {}, order or "-opened_on")


@query(
    "care.issue_board",
    needs=Permission.IMPROVEMENT_READ,
    zh="改进看板",
    en="Board of issues",
    parameters=(MINE, TOPIC),
)
def issue_board(*, mine: bool | None = None, topic: str | None = None) -> dict[str, Any]:
    """Return the four stages: {columns: [{stage, title, count, cards, more}]}; closed issues of the last 180 days are
    in the last one.

    A card: {id, row_version, title, topic, owner, due_on, tone, is_closed, waits (for its second window), verdict,
    verdict_code, links: how many visible records, informed: how many of their clients were}.
    """
    since = clock.today() - timedelta(days=CLOSED_DAYS)
    rows = Issue.objects.filter(Q(closed_on=None) | Q(closed_on__gt=since))
    rows = rows.filter(owner_id=current_actor().user_id) if mine else rows
    rows = rows.filter(topic=topic) if topic else rows
    found = list(rows.select_related("owner").order_by("due_on", "pk"))
    links = _link_counts([row.pk for row in found])
    cards = [
        _card(row, shown, links.get(row.pk, (0, 0))) for row, shown in zip(found, _render_issues(found), strict=True)
    ]
    columns = []
    for stage in Stage:
        own = [card for card in cards if card["stage_code"] == stage.value]
        columns.append(
            {
                "stage": stage.value,
                "title": stage.text,
                "count": len(own),
                "cards": own[:CARDS],
                "more": max(len(own) - CARDS, 0),
            }
        )
    return {"columns": columns}


def _render_issues(rows: list[Issue]) -> list[dict[str, Any]]:
    return render_rows(rows, ("title", "topic", "owner", "due_on", "stage"), shown=True)


def _link_counts(numbers: list[int]) -> dict[int, tuple[int, int]]:
    """Return {issue: (visible links, those whose client was informed)}."""
    rows = IssueLink.objects.filter(issue_id__among=numbers).order_by().values("issue_id")
    counted = rows.annotate(n=Count("pk"), informed=Count("informed_on"))
    return {row["issue_id"]: (row["n"], row["informed"]) for row in counted}


def _card(row: Issue, shown: dict[str, Any], links: tuple[int, int]) -> dict[str, Any]:
    """Return one card of the board."""
    verdict = row.result.get("effect", {}).get("verdict", "")
    return {
        **shown,
        "id": row.pk,
        "row_version": row.row_version,
        "stage_code": str(row.stage),
        "is_closed": row.closed_on is not None,
        "tone": _tone(row),
        "waits": row.stage == Stage.CHECK and not is_window_over(row),
        "after_to": row.after_to.isoformat() if row.after_to else "",
        "verdict_code": verdict,
        "verdict": str(VERDICTS[verdict]) if verdict else "",
        "links": links[0],
        "informed": links[1],
    }


def _tone(row: Issue) -> str:
    """Return "bad" for an open issue that is overdue, "warn" for one due soon, else ""."""
    if row.closed_on is not None or row.due_on is None:
        return ""
    left = (row.due_on - clock.today()).days
    return "bad" if left < 0 else "warn" if left <= SOON_DAYS else ""


@query(
    "care.issue_detail",
    needs=Permission.IMPROVEMENT_READ,
    zh="改进事项详情",
    en="One issue",
    parameters=(ISSUE,),
)
def issue_detail(*, issue: int) -> dict[str, Any]:
    """Return {row: all fields as shown, stage_code, stages: [{stage, title, is_current, is_done}], result: in words (effects),
    window_is_over, records: the visible ones it is linked to, informed: of how many the client was, approval: {id, state,
    state_code, note, decided_by, can_decide} or None, steps}. Raises NotFound."""
    row = get_issue(issue)
    (shown,) = render_rows([row], shown=True)
    links = described_links(row.pk)
    return {
        "row": {**shown, "id": row.pk, "row_version": row.row_version},
        "stage_code": str(row.stage),
        "stages": _stages(str(row.stage), row.closed_on is not None),
        "is_closed": row.closed_on is not None,
        "tone": _tone(row),
        "result": described_result(row),
        "window_is_over": is_window_over(row),
        "records": links,
        "informed": sum(bool(link["informed_on"]) for link in links),
        "approval": _approval(row),
        "steps": _steps(row),
    }


def _stages(stage: str, is_closed: bool) -> list[dict[str, Any]]:
    place = rules.ORDER.index(stage)
    return [
        {
            "stage": one.value,
            "title": one.text,
            "is_current": number == place and not is_closed,
            "is_done": number < place or is_closed,
        }
        for number, one in enumerate(Stage)
    ]


def _approval(row: Issue) -> dict[str, Any] | None:
    """Return the latest request to close an issue, None without one."""
    found = find_approval(SUBJECT, row.pk)
    if found is None or found.state == ApprovalState.VOID:
        return None
    (shown,) = render_rows([found], ("state", "note", "decided_by", "requested_by"), shown=True)
    return {**shown, "id": found.pk, "state_code": str(found.state), "can_decide": can_decide(found)}


def _steps(row: Issue) -> list[str]:
    """Return what the actor may do with an issue now."""
    actor, steps = current_actor(), []
    waiting = find_approval(SUBJECT, row.pk)
    is_waiting = waiting is not None and waiting.state == ApprovalState.WAITING
    if row.closed_on is None and actor.may(Permission.IMPROVEMENT_WRITE):
        steps = ["change", "move", *([] if is_waiting else ["measure"])]
        steps += ["enter"] if row.metric == "typed" else []
        steps += [] if is_waiting else ["submit"]
    if actor.may(Permission.IMPROVEMENT_WRITE):
        steps.append("write")
    if row.closed_on is not None and actor.may(Permission.IMPROVEMENT_CLOSE):
        steps.append("reopen")
    return steps


@query("care.metrics", needs=Permission.IMPROVEMENT_READ, zh="衡量指标", en="Metrics")
def metric_list() -> list[dict[str, Any]]:
    """Return every metric: [{name, label, meaning, unit, lower_is_better, is_typed}]."""
    return [
        {
            "name": one.name,
            "label": MetricName.text_of(one.name),
            "meaning": str(one.meaning),
            "unit": str(one.unit),
            "lower_is_better": one.lower_is_better,
            "is_typed": one.read is None,
        }
        for one in metrics()
    ]
