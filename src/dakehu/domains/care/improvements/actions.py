"""Actions on issues: open, change, link, move through the stages, measure."""

from typing import Any

from dakehu.domains.care.improvements import rules
from dakehu.domains.care.improvements.choices import MetricName, Stage, Window
from dakehu.domains.care.improvements.effects import measure_effect
from dakehu.domains.care.improvements.link_kinds import find_kind
from dakehu.domains.care.models import Issue, IssueLink
from dakehu.domains.compliance.approvals.requests import find_approval, void_approvals
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Fields, Parameter

SUBJECT = "issue"
ISSUE = Parameter("issue", kind="integer", spec=FieldSpec("改进事项编号", "Number of the issue"))
VERSION = Parameter("version", required=False, kind="integer", spec=FieldSpec("版本", "Version"))
SOURCE_KIND = Parameter("source_kind", required=False, spec=FieldSpec("来源类别", "Kind of record"))
SOURCE_REF = Parameter("source_ref", required=False, kind="integer", spec=FieldSpec("来源编号", "Number of the record"))
INTO = Parameter("into", "care.Issue", spec=FieldSpec("改进事项", "Issue"))
COUNTS = (
    Parameter("window", choice_set=Window, spec=FieldSpec("时段", "Window")),
    Parameter("count", kind="integer", spec=FieldSpec("数量", "Count")),
    Parameter("of", kind="integer", spec=FieldSpec("总数", "Out of")),
    Parameter("source", spec=FieldSpec("数据来源", "Source of the numbers")),
)


def get_issue(pk: int, is_open: bool = False) -> Issue:
    """Return an issue. Raises NotFound, and Refused for a closed one if it must be open."""
    row: Issue | None = Issue.objects.filter(pk=pk).select_related("owner").first()
    if row is None:
        raise NotFound(bilingual("改进事项", "issue"), pk)
    if is_open and row.closed_on is not None:
        raise refusal("issue", "事项已关闭。", "The issue is closed.")
    return row


def note_author(row: Issue) -> None:
    """Add the actor to those who edited an issue and therefore may not approve its closing."""
    me = current_actor().user_id
    if me is not None and me not in row.edited_by:
        row.edited_by = sorted([*row.edited_by, me])


@action(
    "care.open_issue",
    needs=Permission.IMPROVEMENT_WRITE,
    zh="新建改进事项",
    en="Open an issue",
    parameters=(Fields("care.Issue", required=("title",), new=True), SOURCE_KIND, SOURCE_REF),
)
def open_issue(
    *, title: str, owner: Any = None, source_kind: str | None = None, source_ref: int | None = None, **values: Any
) -> Issue:
    """Open an issue, optionally from a record that it answers. The actor owns it unless another owner is given."""
    row = Issue(title=title, opened_on=clock.today(), **{key: one for key, one in values.items() if one is not None})
    row.opened_by = team.current_user()
    row.owner = owner or row.opened_by
    note_author(row)
    row.save()
    if source_kind and source_ref:
        add_link(row, source_kind, source_ref)
    return row


@action(
    "care.change_issue",
    needs=Permission.IMPROVEMENT_WRITE,
    zh="修改改进事项",
    en="Change an issue",
    parameters=(ISSUE, VERSION, Fields("care.Issue")),
)
def change_issue(*, issue: int, version: int | None = None, **values: Any) -> Issue:
    """Change an issue. Once the measure began, metric, topic, windows and smallest effect are fixed, so that they are
    not chosen afterwards.

    A pending approval becomes void.
    """
    row = get_issue(issue, is_open=True)
    check_version(row, version)
    for name, value in values.items():
        column: Any = Issue._meta.get_field(name)
        new = column.get_default() if value is None and not column.null else value
        if new != getattr(row, name) and is_way_of_measuring(column) and row.stage != Stage.PLAN:
            raise refusal(
                name,
                "实施后不能再改衡量方式；请退回“计划”阶段重新开始。",
                "How it is measured stays once the measure began; go back to “Plan” to start anew.",
            )
        setattr(row, name, new)
    note_author(row)
    void_approvals(SUBJECT, row.pk)
    row.save()
    return row


def is_way_of_measuring(column: Any) -> bool:
    """Return whether a field of an issue determines what is counted."""
    return column.name == "topic" or column.spec.group == "effect"


@action(
    "care.link_to_issue",
    needs=Permission.IMPROVEMENT_WRITE,
    zh="关联到改进事项",
    en="Link to an issue",
    parameters=(INTO, SOURCE_KIND, SOURCE_REF),
)
def link_to_issue(*, into: Issue, source_kind: str | None = None, source_ref: int | None = None) -> IssueLink:
    """Link feedback, a complaint, a request or another record to an issue that answers it."""
    return add_link(get_issue(into.pk, is_open=True), source_kind or "", source_ref or 0)


def add_link(row: Issue, kind_name: str, ref: int) -> IssueLink:
    """Link a visible record to an issue. Call inside an action. Raises NotFound and Refused."""
    kind = find_kind(kind_name)
    if kind is None:
        raise refusal("source_kind", "没有这种来源。", "There is no such kind of record.")
    record = kind.visible_rows().filter(pk=ref).first()
    if record is None:
        raise NotFound(kind.label, ref)
    if IssueLink.objects.filter(issue=row, kind=kind_name, ref=ref).exists():
        raise refusal("into", "已经关联到这个事项。", "It is linked to this issue already.")
    client = getattr(record, f"{kind.client}_id") if kind.client else None
    link = IssueLink(issue=row, kind=kind_name, ref=ref, client_id=client)
    link.save()
    return link


@action(
    "care.unlink_from_issue",
    needs=Permission.IMPROVEMENT_WRITE,
    zh="取消关联",
    en="Unlink from an issue",
    parameters=(Parameter("link", kind="integer", spec=FieldSpec("关联编号", "Number of the link")),),
)
def unlink_from_issue(*, link: int) -> None:
    """Remove a link made by mistake. Raises Refused if the client was informed through it."""
    row = get_link(link)
    if row.informed_on is not None:
        raise refusal("link", "已据此告知客户，不能取消。", "The client was informed by it; it stays.")
    row.delete()


def get_link(pk: int) -> IssueLink:
    """Return a visible link. Raises NotFound."""
    row: IssueLink | None = IssueLink.objects.filter(pk=pk).select_related("issue", "client").first()
    if row is None:
        raise NotFound(bilingual("关联", "link"), pk)
    return row


@action(
    "care.move_issue",
    needs=Permission.IMPROVEMENT_WRITE,
    zh="推进改进事项",
    en="Move an issue",
    parameters=(ISSUE, VERSION, Parameter("stage", "care.Issue", "stage")),
)
def move_issue(*, issue: int, stage: str, version: int | None = None) -> Issue:
    """Put an issue into a stage. Raises Refused if its requirements are not met; moving back is always allowed."""
    row = get_issue(issue, is_open=True)
    check_version(row, version)
    known = {column.name: getattr(row, column.name) for column in Issue._meta.concrete_fields}
    error = rules.stage_error(str(stage), known)
    if error is not None:
        raise refusal(*error)
    if str(stage) == Stage.PLAN and row.stage != Stage.PLAN:
        row.result, row.measured_on = {}, None
    if str(stage) != Stage.ACT:
        void_approvals(SUBJECT, row.pk)
    row.stage = str(stage)
    note_author(row)
    row.save()
    return row


@action(
    "care.enter_counts",
    needs=Permission.IMPROVEMENT_WRITE,
    zh="填报数量",
    en="Type in counts",
    parameters=(ISSUE, COUNTS),
)
def enter_counts(*, issue: int, window: str, count: int, of: int, source: str) -> Issue:
    """Enter the counts of a window manually, marked as typed with their source; only for a metric without a reader."""
    row = get_issue(issue, is_open=True)
    if row.metric != MetricName.TYPED:
        raise refusal("window", "这个指标由系统计算，不能填报。", "The desk counts this metric; nothing is typed in.")
    if not 0 <= count <= of or of < 1:
        raise refusal("count", "数量应在 0 与总数之间。", "The count lies between 0 and the total.")
    if not source.strip():
        raise refusal("source", "请写明数据来源。", "State the source of the numbers.")
    row.typed = {**row.typed, str(window): {"count": count, "of": of, "source": source[:200]}}
    note_author(row)
    row.save()
    return row


@action(
    "care.measure_issue",
    needs=Permission.IMPROVEMENT_WRITE,
    zh="测量效果",
    en="Measure the effect",
    parameters=(ISSUE,),
)
def measure_issue(*, issue: int) -> Issue:
    """Read the metric for the window before, and after once it is over, and store the result with its day."""
    row = get_issue(issue, is_open=True)
    approval = find_approval(SUBJECT, row.pk)
    if approval is not None and approval.state == "waiting":
        raise refusal("issue", "正在等待审批，请先退回。", "It waits for approval; have it sent back first.")
    row.result, row.measured_on = measure_effect(row), clock.today()
    note_author(row)
    row.save()
    return row
