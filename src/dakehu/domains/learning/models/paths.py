"""Learning paths: courses in an order for a role, and their assignments."""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.domains.learning.choices import AssignmentReason, PathState
from dakehu.domains.learning.visibility import OfLearners
from dakehu.domains.team.roles import RoleName
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names

DAYS = [MinValueValidator(1), MaxValueValidator(1000)]


class LearningPath(Recorded):
    """Courses in an order. An automatic one is assigned nightly to its role, or to new staff of it."""

    names = Names("学习路径", "Learning path", "Learning paths")
    is_chosen_from_list = True
    lookup_fields = ("code",)

    code = field(
        models.CharField(max_length=40, unique=True), zh="学习路径编号", en="Path code", listed=True, example="P-01"
    )
    name = field(models.CharField(max_length=160), zh="学习路径名称", en="Name of the path", listed=True)
    summary = field(models.TextField(blank=True, default=""), zh="学习路径简介", en="Summary of the path")
    role = field(
        choice_field(RoleName, blank=True, default=""),
        zh="面向角色",
        en="Role of the path",
        listed=True,
        help_zh="留空：全体人员",
        help_en="Empty: all staff",
    )
    for_new_staff = field(
        models.BooleanField(default=False), zh="只面向新员工", en="New staff of the role only", listed=True
    )
    is_automatic = field(
        models.BooleanField(default=False),
        zh="自动分配",
        en="Assigned automatically",
        listed=True,
        help_zh="夜间任务按角色和从业起始日期分配",
        help_en="The night assigns it by role and start in the trade",
    )
    state = field(
        choice_field(PathState, default=PathState.DRAFT),
        zh="学习路径状态",
        en="State of the path",
        listed=True,
        editable=False,
    )

    def __str__(self) -> str:
        return self.name


class PathStep(Recorded):
    """One course of a path with its position, due some days after the path was assigned."""

    names = Names("路径课程", "Step of a path", "Steps of paths")

    path = field(
        models.ForeignKey(LearningPath, on_delete=models.CASCADE, related_name="steps"),
        zh="学习路径",
        en="Learning path",
        editable=False,
    )
    course = field(
        models.ForeignKey("learning.Course", on_delete=models.PROTECT, related_name="+"), zh="课程", en="Course"
    )
    position = field(models.PositiveIntegerField(default=1), zh="路径中的顺序", en="Place in the path", editable=False)
    days = field(
        models.PositiveIntegerField(default=30, validators=DAYS),
        zh="分配后完成天数",
        en="Due after",
        unit="d",
        help_zh="自分配之日起计算",
        help_en="Counted from the day of assignment",
    )

    class Meta(Recorded.Meta):
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["path", "course"], name="a_course_once_in_a_path")]


class PathAssignment(Recorded):
    """The assignment of a path to a person from a day on. Progress is read from the courses; only the end is stored."""

    names = Names("路径分配", "Assignment of a path", "Assignments of paths")
    objects: Any = OfLearners()

    user = field(
        models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"), zh="学员", en="Learner", listed=True
    )
    path = field(
        models.ForeignKey(LearningPath, on_delete=models.PROTECT, related_name="assignments"),
        zh="学习路径",
        en="Learning path",
        listed=True,
    )
    reason = field(
        choice_field(AssignmentReason, default=AssignmentReason.LEAD),
        zh="分配原因",
        en="Why it was assigned",
        listed=True,
        editable=False,
    )
    assigned_on = field(models.DateField(), zh="分配日期", en="Assigned on", listed=True, editable=False)
    assigned_by = field(
        models.ForeignKey("team.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"),
        zh="分配人",
        en="Assigned by",
        editable=False,
    )
    done_on = field(
        models.DateField(null=True, blank=True), zh="路径完成日期", en="Path completed on", listed=True, editable=False
    )

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["user", "path"], name="a_path_once_a_person")]
