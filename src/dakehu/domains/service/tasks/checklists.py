"""Checklists: templates, their items, and the tasks that they start for a client."""

from datetime import date
from typing import Any

from dakehu.domains.service.actions import VERSION
from dakehu.domains.service.models import (
    ChecklistItem,
    ChecklistTemplate,
    Task,
    TaskDependency,
    TaskSource,
)
from dakehu.domains.service.queries import CLIENT
from dakehu.domains.service.tasks import defaults, rules
from dakehu.domains.service.tasks.owners import check_sees_client, main_managers
from dakehu.domains.team import queries as team
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.foundation.calendar import trading_days
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.foundation.schema.fields import FieldSpec, model_of
from dakehu.foundation.schema.parameters import Fields, Parameter

CHECKLIST = Parameter("checklist", kind="integer", spec=FieldSpec("清单", "Checklist"))
ITEM = Parameter("item", kind="integer", spec=FieldSpec("条目", "Item"))
WHICH = Parameter("template", "service.ChecklistTemplate", spec=FieldSpec("清单", "Checklist"))
STARTS = Parameter("starts_on", kind="date", required=False, spec=FieldSpec("开始日期", "Starts on"))
OWNER = Parameter("owner", "team.User", required=False, spec=FieldSpec("负责人", "Owner"))
ITEMS_MOST = 40


def get_template(pk: int) -> ChecklistTemplate:
    """Return a template by id. Raises NotFound."""
    row: ChecklistTemplate | None = ChecklistTemplate.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("清单", "checklist"))
    return row


def items_of(template: ChecklistTemplate) -> list[ChecklistItem]:
    """Return the items of a template in order."""
    return list(ChecklistItem.objects.filter(template=template).order_by("position"))


@action(
    "service.create_checklist",
    needs=Permission.CHECKLIST_EDIT,
    zh="新建清单模板",
    en="Create a checklist",
    parameters=(Fields("service.ChecklistTemplate", required=("name",), new=True),),
)
def create_checklist(*, name: str, **values: Any) -> ChecklistTemplate:
    """Create a template without items. Raises Refused for a name in use or an unknown tier."""
    row = ChecklistTemplate(name=name, **{key: value for key, value in values.items() if value is not None})
    _check(row)
    row.save()
    return row


def _check(row: ChecklistTemplate) -> None:
    """Raise Refused for an invalid template."""
    if ChecklistTemplate.objects.filter(name=row.name).exclude(pk=row.pk).exists():
        raise refusal("name", "已有同名清单。", "There is a checklist of this name.")
    codes = [one.value for one in model_of("tiers.ClientTier")._meta.get_field("code").choice_set]
    if row.tier and row.tier not in codes:
        raise refusal(
            "tier",
            "没有级别“{code}”；可用：{known}。",
            "There is no tier “{code}”; known: {known}.",
            code=row.tier,
            known=" ".join(code for code in codes if code),
        )


@action(
    "service.change_checklist",
    needs=Permission.CHECKLIST_EDIT,
    zh="修改清单模板",
    en="Change a checklist",
    parameters=(CHECKLIST, VERSION, Fields("service.ChecklistTemplate")),
)
def change_checklist(*, checklist: int, version: int | None = None, **values: Any) -> ChecklistTemplate:
    """Change a template; tasks that it has started stay unchanged."""
    row = get_template(checklist)
    check_version(row, version)
    for name, value in values.items():
        setattr(row, name, value)
    _check(row)
    row.save()
    return row


@action(
    "service.remove_checklist",
    needs=Permission.CHECKLIST_EDIT,
    zh="删除清单模板",
    en="Remove a checklist",
    parameters=(CHECKLIST, VERSION),
)
def remove_checklist(*, checklist: int, version: int | None = None) -> dict[str, Any]:
    """Remove a template with its items; tasks that it has started stay. Returns {changed}."""
    row = get_template(checklist)
    check_version(row, version)
    row.delete()
    return {"changed": 1}


@action(
    "service.add_checklist_item",
    needs=Permission.CHECKLIST_EDIT,
    zh="添加清单条目",
    en="Add an item",
    parameters=(CHECKLIST, Fields("service.ChecklistItem", required=("subject",), new=True)),
)
def add_checklist_item(*, checklist: int, subject: str, **values: Any) -> ChecklistItem:
    """Add an item at the end of a template. Raises Refused for an item that would come after a later one."""
    template = get_template(checklist)
    known = items_of(template)
    if len(known) >= ITEMS_MOST:
        raise refusal("subject", "一份清单最多 {n} 项。", "A checklist has {n} items at most.", n=ITEMS_MOST)
    position = max((item.position for item in known), default=0) + 1
    row = ChecklistItem(
        template=template,
        position=position,
        subject=subject,
        **{key: value for key, value in values.items() if value is not None},
    )
    _check_items([*known, row])
    row.save()
    return row


@action(
    "service.change_checklist_item",
    needs=Permission.CHECKLIST_EDIT,
    zh="修改清单条目",
    en="Change an item",
    parameters=(ITEM, VERSION, Fields("service.ChecklistItem")),
)
def change_checklist_item(*, item: int, version: int | None = None, **values: Any) -> ChecklistItem:
    """Change an item of a template."""
    row = _get_item(item)
    check_version(row, version)
    for name, value in values.items():
        setattr(row, name, value)
    _check_items([row if one.pk == row.pk else one for one in items_of(row.template)])
    row.save()
    return row


@action(
    "service.remove_checklist_item",
    needs=Permission.CHECKLIST_EDIT,
    zh="删除清单条目",
    en="Remove an item",
    parameters=(ITEM, VERSION),
)
def remove_checklist_item(*, item: int, version: int | None = None) -> dict[str, Any]:
    """Remove an item. Raises Refused while another item comes after it."""
    row = _get_item(item)
    check_version(row, version)
    _check_items([one for one in items_of(row.template) if one.pk != row.pk])
    row.delete()
    return {"changed": 1}


def _get_item(pk: int) -> ChecklistItem:
    """Return an item by id. Raises NotFound."""
    row: ChecklistItem | None = ChecklistItem.objects.filter(pk=pk).select_related("template").first()
    if row is None:
        raise NotFound(bilingual("条目", "item"))
    return row


def _check_items(items: list[ChecklistItem]) -> None:
    """Raise Refused if an item depends on one that is not before it."""
    fault = rules.items_fault([rules.Item(one.position, one.due_days, one.after) for one in items])
    if fault is not None:
        raise refusal(*fault)


@action(
    "service.add_default_checklists",
    needs=Permission.CHECKLIST_EDIT,
    zh="带入内部默认清单",
    en="Add the default checklists",
)
def add_default_checklists() -> dict[str, Any]:
    """Create the house's default checklists with free names, all started manually. Returns {changed}."""
    made = 0
    for one in defaults.CHECKLISTS:
        name = one.en if language() == "en" else one.zh
        if ChecklistTemplate.objects.filter(name=name).exists():
            continue
        template = create_checklist(name=name, note=str(one.note), tier=one.tier)
        for item in one.items:
            add_checklist_item(
                checklist=template.pk,
                subject=str(item.text),
                due_days=item.due_days,
                minutes=item.minutes,
                after=item.after,
            )
        made += 1
    return {"changed": made}


@action(
    "service.start_checklist",
    needs=Permission.PLAN_WRITE,
    zh="启动清单",
    en="Start a checklist",
    parameters=(CLIENT, WHICH, STARTS, OWNER),
)
def start_checklist(
    *, client: Any, template: ChecklistTemplate, starts_on: date | None = None, owner: Any = None
) -> Task:
    """Create the tasks of a checklist for a client; their owner defaults to the main manager.

    Returns the task of which the others are parts. Raises Refused for a template without items or not in use.
    """
    if not template.is_active:
        raise refusal("template", "这份清单已停用。", "This checklist is not in use.")
    return start(client, template, starts_on or clock.today(), owner, "")


def start(client: Any, template: ChecklistTemplate, starts_on: date, owner: Any, cause: str) -> Task:
    """Create the tasks of a checklist; `cause` names the event that started it, "" for a person."""
    items = items_of(template)
    if not items:
        raise refusal("template", "这份清单还没有条目。", "This checklist has no items yet.")
    owner = owner or main_managers([client.pk]).get(client.pk) or team.current_user()
    if owner is not None:
        check_sees_client(owner, client.pk)
    places = [rules.Item(one.position, one.due_days, one.after) for one in items]
    days = rules.due_dates(places, starts_on, trading_days.is_trading_day)
    common = {"client": client, "owner": owner, "source": TaskSource.CHECKLIST.value, "created_by": team.current_user()}
    whole = Task(
        subject=template.name,
        due_on=max(days.values()),
        starts_on=starts_on,
        source_ref=source_ref(template.pk, cause),
        **common,
    )
    whole.save()
    made: dict[int, Task] = {}
    for item in items:
        part = Task(
            parent=whole,
            position=item.position,
            subject=item.subject,
            due_on=days[item.position],
            minutes=item.minutes,
            detail=item.detail,
            **common,
        )
        part.save()
        made[item.position] = part
        if item.after is not None:
            TaskDependency(task=part, after=made[item.after]).save()
    add_audit_note(checklist=template.pk, tasks=len(items))
    return whole


def source_ref(template: int, cause: str) -> str:
    """Return the source reference of a checklist's tasks: one start for each cause."""
    return f"checklist:{template}:{cause}" if cause else f"checklist:{template}"


def is_started(client: int, template: int, cause: str) -> bool:
    """Return whether a checklist was started for a client and a cause."""
    return Task.objects.filter(client_id=client, source_ref=source_ref(template, cause)).exists()
