"""Models of tasks (任务) and of the checklists (清单) from which they come."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from dakehu.domains.service.models.work import Every
from dakehu.foundation.access import scope
from dakehu.foundation.access.actor import Reach, current_actor
from dakehu.foundation.access.sensitivity import PERSONAL
from dakehu.foundation.records.recorded import ClientRecorded, Recorded
from dakehu.foundation.schema.fields import Choices, choice_field, field
from dakehu.foundation.schema.names import Names
from dakehu.foundation.schema.retention import TWENTY_YEARS
from dakehu.foundation.search.index import TEXT

OPEN = ("open", "working", "waiting")
MINUTES = (MinValueValidator(1), MaxValueValidator(6000))


class TaskState(Choices):
    """State of a task; the first three are open work, and the columns of the board."""

    OPEN = "open", "待办", "To do", ("未开始", "todo")
    WORKING = "working", "进行中", "In progress", ("处理中", "doing")
    WAITING = "waiting", "等待对方", "Waiting", ("等待", "等待客户")
    DONE = "done", "已完成", "Done", ("完成",)
    CANCELLED = "cancelled", "已取消", "Cancelled", ("取消",)


class TaskPriority(Choices):
    """How much a task matters; the values sort."""

    HIGH = "1", "高", "High", ("紧急", "重要")
    NORMAL = "2", "中", "Normal", ("普通", "一般")
    LOW = "3", "低", "Low"


class TaskSource(Choices):
    """Source of a task."""

    PERSON = "person", "人员", "A person"
    CHECKLIST = "checklist", "清单", "A checklist"
    RULE = "rule", "规则", "A rule"
    PROMISE = "promise", "承诺", "A promise"
    CASE = "case", "诉求与投诉", "A case"


class TaskScope(scope.Scoped):
    """Tasks of visible clients, and tasks without a client of the people whom the actor covers or helps."""

    def get_queryset(self) -> Any:
        """Return the tasks that the current actor may see."""
        actor = current_actor()
        rows = super(scope.Scoped, self).get_queryset()
        limit = scope.condition(actor, "client")
        if limit is None:
            return rows
        if actor.reach is Reach.NONE:
            return rows.filter(limit)
        people = actor.covers or (actor.user_id,)
        helped = TaskHelper.objects.filter(user_id=actor.user_id).values("task_id")
        return rows.filter(limit | Q(client=None) & (Q(owner_id__in=people) | Q(pk__in=helped)))


class Task(ClientRecorded):
    """A piece of work: one person is accountable for it (`owner`), others may help.

    `client` is empty for work that concerns no client. `source_ref` identifies its source, such as "checklist:3".
    """

    names = Names("任务", "Task", "Tasks", aliases=("待办任务", "工作任务"))

    client_path = "client"
    deduplicate_on_merge = False
    searched = {"subject": TEXT, "detail": TEXT}
    retention = TWENTY_YEARS

    client = field(models.ForeignKey("clients.Client", null=True, blank=True, on_delete=models.CASCADE, related_name="tasks"),
                   zh="客户", en="Client", listed=True, aliases=("客户号", "客户姓名", "客户名称"))  # fmt: skip
    subject = field(models.CharField(max_length=200), zh="任务", en="Task", listed=True, sensitivity=PERSONAL,
                    aliases=("任务名称", "任务事项", "事项"), example="补齐受益所有人资料")  # fmt: skip
    due_on = field(models.DateField(), zh="截止日期", en="Due on", listed=True, aliases=("期限", "到期日", "完成期限"))
    owner = field(models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="tasks"),
                  zh="负责人", en="Owner", listed=True, aliases=("责任人", "执行人"))  # fmt: skip
    priority = field(choice_field(TaskPriority, default=TaskPriority.NORMAL), zh="优先级", en="Priority", listed=True)
    starts_on = field(models.DateField(null=True, blank=True), zh="开始日期", en="Starts on", aliases=("开始",))
    minutes = field(models.PositiveSmallIntegerField(null=True, blank=True, validators=MINUTES), zh="预计用时", en="Estimate",
                    unit="min", listed=True, aliases=("预计分钟", "工时"))  # fmt: skip
    detail = field(
        models.TextField(blank=True, default=""), zh="说明", en="Detail", sensitivity=PERSONAL, aliases=("备注", "描述")
    )
    every = field(choice_field(Every, default=Every.ONCE), zh="重复", en="Repeats", aliases=("频率", "周期"))
    state = field(choice_field(TaskState, default=TaskState.OPEN), zh="状态", en="State", listed=True)
    parent = field(models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="parts"),
                   zh="上级任务", en="Part of", editable=False)  # fmt: skip
    position = field(models.PositiveSmallIntegerField(default=0), zh="顺序", en="Position", editable=False)
    source = field(
        choice_field(TaskSource, default=TaskSource.PERSON), zh="来源", en="Source", listed=True, editable=False
    )
    source_ref = field(models.CharField(max_length=60, blank=True, default=""), zh="来源编号", en="Source key", editable=False)  # fmt: skip
    done_on = field(models.DateField(null=True, blank=True), zh="完成日期", en="Done on", listed=True, editable=False)
    created_by = field(models.ForeignKey("team.User", null=True, on_delete=models.PROTECT, related_name="+"), zh="创建人",
                       en="Created by", editable=False)  # fmt: skip

    objects: Any = TaskScope()

    class Meta(ClientRecorded.Meta):
        indexes = [
            models.Index(fields=["owner", "due_on"], condition=Q(state__in=OPEN), name="tasks_to_do"),
            models.Index(fields=["client", "due_on"], name="tasks_of_client"),
            models.Index(fields=["source_ref"], condition=~Q(source_ref=""), name="tasks_by_source"),
        ]


class TaskHelper(Recorded):
    """A person who helps with a task without being accountable for it."""

    names = Names("任务协办", "Helper of a task", "Helpers of tasks")

    task = field(
        models.ForeignKey(Task, on_delete=models.CASCADE, related_name="helpers"), zh="任务", en="Task", editable=False
    )
    user = field(
        models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="helps"), zh="协办人", en="Helper"
    )

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["task", "user"], name="a_helper_once")]


class TaskDependency(Recorded):
    """A task that cannot begin before another is done. There is no cycle: rules.dependency_fault."""

    names = Names("任务依赖", "Dependency of a task", "Dependencies of tasks")

    task = field(
        models.ForeignKey(Task, on_delete=models.CASCADE, related_name="needs"), zh="任务", en="Task", editable=False
    )
    after = field(models.ForeignKey(Task, on_delete=models.CASCADE, related_name="needed_by"), zh="前置任务", en="After",
                  editable=False)  # fmt: skip

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["task", "after"], name="a_dependency_once")]


class Trigger(Choices):
    """What starts a checklist automatically."""

    HAND = "hand", "手工", "By hand"
    CLIENT_OPENED = "client_opened", "新客户开立", "Client opened"
    TIER_RAISED = "tier_raised", "客户升级", "Tier raised"
    YEAR_PASSED = "year_passed", "开户满周年", "Year since opening passed"


class ChecklistTemplate(Recorded):
    """A list of tasks that belong together, such as onboarding or the annual review.

    `tier` limits it to clients of one tier, "" for all; with `trigger` it starts automatically.
    """

    names = Names("清单模板", "Checklist template", "Checklist templates", aliases=("清单",))

    name = field(models.CharField(max_length=60, unique=True), zh="清单", en="Checklist", listed=True)
    trigger = field(choice_field(Trigger, default=Trigger.HAND), zh="启动方式", en="Starts", listed=True)
    tier = field(models.CharField(max_length=4, blank=True, default=""), zh="适用级别", en="For tier", listed=True,
                 help_zh="如 T4，留空适用于所有级别", help_en="Such as T4; empty for every tier")  # fmt: skip
    is_active = field(models.BooleanField(default=True), zh="启用", en="Active", listed=True)
    note = field(models.CharField(max_length=300, blank=True, default=""), zh="说明", en="Note", listed=True)
    lookup_fields = ("name",)

    def __str__(self) -> str:
        return self.name


class ChecklistItem(Recorded):
    """One task of a checklist template, due a number of working days after the start."""

    names = Names("清单条目", "Checklist item", "Checklist items")

    template = field(models.ForeignKey(ChecklistTemplate, on_delete=models.CASCADE, related_name="items"), zh="清单",
                     en="Checklist", editable=False)  # fmt: skip
    position = field(models.PositiveSmallIntegerField(default=1), zh="顺序", en="Position", listed=True,
                     editable=False)  # fmt: skip
    subject = field(models.CharField(max_length=200), zh="任务", en="Task", listed=True)
    due_days = field(models.PositiveSmallIntegerField(default=1, validators=[MaxValueValidator(250)]), zh="工作日内完成",
                     en="Working days", listed=True)  # fmt: skip
    minutes = field(models.PositiveSmallIntegerField(default=30, validators=MINUTES), zh="预计用时", en="Estimate", unit="min",
                    listed=True)  # fmt: skip
    after = field(models.PositiveSmallIntegerField(null=True, blank=True), zh="在第几项之后", en="After item", listed=True,
                  help_zh="填前面一项的顺序号", help_en="The position of an earlier item")  # fmt: skip
    detail = field(models.CharField(max_length=500, blank=True, default=""), zh="说明", en="Detail")

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["template", "position"], name="a_position_once")]
