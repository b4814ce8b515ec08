"""Courses with their lessons, enrolments, and finished lessons."""

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from dakehu.domains.learning.choices import CourseState, EnrolmentReason, EnrolmentState, Topic
from dakehu.domains.learning.visibility import OfLearners
from dakehu.foundation.records.recorded import Recorded
from dakehu.foundation.schema.fields import choice_field, field
from dakehu.foundation.schema.names import Names

HOURS = [MinValueValidator(Decimal("0")), MaxValueValidator(Decimal("200"))]


class Course(Recorded):
    """A course of lessons. It is completed by finishing every lesson, and passing the quiz if it has one."""

    names = Names("课程", "Course", "Courses")
    is_chosen_from_list = True
    lookup_fields = ("code",)

    code = field(
        models.CharField(max_length=40, unique=True), zh="课程编号", en="Course code", listed=True, example="C-01"
    )
    name = field(models.CharField(max_length=160), zh="课程名称", en="Name of the course", listed=True)
    topic = field(choice_field(Topic, default=Topic.LAW), zh="课程主题", en="Topic of the course", listed=True)
    summary = field(models.TextField(blank=True, default=""), zh="课程简介", en="Summary")
    hours = field(
        models.DecimalField(max_digits=5, decimal_places=1, validators=HOURS),
        zh="学时",
        en="Hours",
        unit="h",
        listed=True,
    )
    quiz = field(
        models.ForeignKey(
            "learning.ExamPaper", null=True, blank=True, on_delete=models.PROTECT, related_name="courses"
        ),
        zh="课后测验",
        en="Quiz",
        help_zh="通过后课程才算完成",
        help_en="The course is completed once it is passed",
    )
    state = field(choice_field(CourseState, default=CourseState.DRAFT), zh="课程状态", en="State of the course", listed=True,
                  editable=False)  # fmt: skip

    def __str__(self) -> str:
        return self.name


class Lesson(Recorded):
    """One lesson of a course."""

    names = Names("课时", "Lesson", "Lessons")

    course = field(
        models.ForeignKey(Course, on_delete=models.CASCADE, related_name="lessons"),
        zh="课程",
        en="Course",
        editable=False,
    )
    position = field(models.PositiveIntegerField(default=1), zh="序号", en="Position")
    title = field(models.CharField(max_length=160), zh="课时标题", en="Title of the lesson")
    text = field(
        models.TextField(),
        zh="课时内容",
        en="Text of the lesson",
        help_zh="可用 Markdown 格式",
        help_en="Markdown may be used",
    )

    class Meta(Recorded.Meta):
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


class Enrolment(Recorded):
    """A person's enrolment in a course in a calendar year; a new year is a new row, and earlier ones are kept."""

    names = Names("选课", "Enrolment", "Enrolments")
    objects: Any = OfLearners()

    user = field(
        models.ForeignKey("team.User", on_delete=models.PROTECT, related_name="+"), zh="学员", en="Learner", listed=True
    )
    course = field(
        models.ForeignKey(Course, on_delete=models.PROTECT, related_name="enrolments"),
        zh="课程",
        en="Course",
        listed=True,
    )
    year = field(models.PositiveIntegerField(), zh="年度", en="Year", listed=True, editable=False)
    reason = field(choice_field(EnrolmentReason, default=EnrolmentReason.OWN), zh="选课原因", en="Reason", listed=True)
    due_on = field(models.DateField(null=True, blank=True), zh="完成期限", en="Due on", listed=True)
    state = field(
        choice_field(EnrolmentState, default=EnrolmentState.OPEN),
        zh="学习状态",
        en="State",
        listed=True,
        editable=False,
    )
    done_on = field(
        models.DateField(null=True, blank=True), zh="完成日期", en="Completed on", listed=True, editable=False
    )
    lesson_ids = models.JSONField(default=list)  # finished lessons

    class Meta(Recorded.Meta):
        constraints = [models.UniqueConstraint(fields=["user", "course", "year"], name="one_enrolment_a_year")]
