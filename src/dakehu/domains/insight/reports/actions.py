"""Actions: save, share and delete pivots and dashboards, and arrange the cards of a dashboard."""

from typing import Any

from dakehu.domains.insight.choices import CardChange, CardShape, CardSize, ReportKind, Sharing
from dakehu.domains.insight.models import Report
from dakehu.domains.insight.pivots.queries import COLUMNS, FILTERS, MEASURE, TOP
from dakehu.domains.insight.reports import rules
from dakehu.domains.insight.reports.ready import find_ready
from dakehu.domains.insight.reports.visibility import get_own_report, get_report
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base.errors import NotAllowed, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.fields import FieldSpec
from dakehu.foundation.schema.parameters import Parameter, parameters_of

REPORT = Parameter("report", kind="integer", spec=FieldSpec("报表编号", "Number of the report"))
PLACE = Parameter("card", kind="integer", spec=FieldSpec("第几张卡片", "Place of the card"))


@action(
    "insight.save_report",
    needs=Permission.INSIGHT_READ,
    zh="保存分析报表",
    en="Save a report",
    parameters=(
        parameters_of("insight.Report", "kind", "name"),
        parameters_of("insight.Report", optional=("sharing", "definition")),
    ),
)
def save_report(
    *, kind: str, name: str, sharing: str | None = None, definition: dict[str, Any] | None = None
) -> Report:
    """Save the definition of a pivot or a dashboard under a name, replacing one's own of that name.

    Raises Refused for an invalid definition, NotAllowed for sharing with the firm without permission.
    """
    check = rules.pivot_definition if kind == ReportKind.PIVOT else rules.dashboard_definition
    checked, owner = check(definition or {}), current_actor().user_id
    row = Report.objects.filter(owner_id=owner, kind=kind, name=name).first() or Report(
        owner_id=owner, kind=kind, name=name
    )
    if not row.owner_id:
        raise refusal("name", "报表须有所有人。", "A report has an owner.")
    row.definition = checked
    row.sharing = _checked_sharing(sharing or (row.sharing if row.pk else Sharing.NONE.value))
    row.save()
    return row


@action(
    "insight.share_report",
    needs=Permission.INSIGHT_READ,
    zh="共享分析报表",
    en="Share a report",
    parameters=(REPORT, parameters_of("insight.Report", "sharing")),
)
def share_report(*, report: int, sharing: str) -> Report:
    """Share a report of one's own, or stop sharing it. Each reader sees their own clients in it. Raises NotFound."""
    row = get_own_report(report)
    row.sharing = _checked_sharing(sharing)
    row.save()
    return row


@action(
    "insight.delete_report",
    needs=Permission.INSIGHT_READ,
    zh="删除分析报表",
    en="Delete a report",
    parameters=(REPORT,),
)
def delete_report(*, report: int) -> None:
    """Delete a report of one's own. Raises NotFound."""
    get_own_report(report).delete()


@action(
    "insight.copy_dashboard",
    needs=Permission.INSIGHT_READ,
    zh="复制看板",
    en="Copy a dashboard",
    parameters=(
        Parameter("dashboard", spec=FieldSpec("看板", "Dashboard", example="manager")),
        parameters_of("insight.Report", "name"),
    ),
)
def copy_dashboard(*, dashboard: str, name: str) -> Report:
    """Copy a predefined dashboard (by its key) or a shared one (by its number) as one's own, to be arranged."""
    ready = find_ready(dashboard)
    if ready is None and not (dashboard.isascii() and dashboard.isdecimal()):
        raise refusal("dashboard", "没有“{name}”这个看板。", "There is no dashboard “{name}”.", name=dashboard)
    definition = ready.definition() if ready is not None else get_report(int(dashboard)).definition
    return save_report(kind=ReportKind.DASHBOARD.value, name=name, definition=definition)


@action(
    "insight.add_card",
    needs=Permission.INSIGHT_READ,
    zh="加到看板",
    en="Add a card",
    parameters=(
        REPORT,
        Parameter("title", spec=FieldSpec("卡片标题", "Title of the card")),
        Parameter("shape", choice_set=CardShape, spec=FieldSpec("卡片形式", "Shape of the card")),
        Parameter("size", required=False, choice_set=CardSize, spec=FieldSpec("卡片宽度", "Width of the card")),
        Parameter("rows", required=False, spec=FieldSpec("行", "Rows", example="branch")),
        COLUMNS,
        MEASURE,
        FILTERS,
        TOP,
        Parameter("text", required=False, spec=FieldSpec("文字", "Text")),
    ),
)
def add_card(
    *,
    report: int,
    title: str,
    shape: str,
    size: str | None = None,
    text: str | None = None,
    **pivot: Any,
) -> Report:
    """Append a card to a dashboard of one's own: a pivot in a given shape, or a text. Raises NotFound, Refused."""
    card = {"title": title, "shape": shape, "size": size, "text": text, "pivot": pivot}
    row = _own_dashboard(report)
    return _save_layout(row, [*row.definition["cards"], rules.card_definition(card)])


@action(
    "insight.arrange_card",
    needs=Permission.INSIGHT_READ,
    zh="调整看板卡片",
    en="Arrange a card",
    parameters=(REPORT, PLACE, Parameter("change", choice_set=CardChange, spec=FieldSpec("调整", "Change"))),
)
def arrange_card(*, report: int, card: int, change: str) -> Report:
    """Move, widen, narrow or remove a card (by its position from 0) of a dashboard of one's own. Raises NotFound, Refused."""
    row = _own_dashboard(report)
    return _save_layout(row, rules.changed_cards(row.definition["cards"], card, change))


def _save_layout(row: Report, cards: list[dict[str, Any]]) -> Report:
    row.definition = rules.dashboard_definition({"cards": cards})
    row.save()
    return row


def _own_dashboard(number: int) -> Report:
    row = get_own_report(number)
    if row.kind != ReportKind.DASHBOARD:
        raise refusal("report", "这不是看板。", "This is no dashboard.")
    return row


def _checked_sharing(sharing: str) -> str:
    if sharing == Sharing.FIRM and not current_actor().may(Permission.INSIGHT_SHARE):
        raise NotAllowed(bilingual("向全公司共享报表", "share a report with the firm"), Permission.INSIGHT_SHARE)
    return sharing
