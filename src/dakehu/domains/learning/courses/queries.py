"""Queries of courses: the list, one course with its lessons, enrolments."""

from typing import Any

from dakehu.domains.learning.choices import CourseState, EnrolmentState
from dakehu.domains.learning.courses import completion
from dakehu.domains.learning.courses.actions import get_course
from dakehu.domains.learning.models import Course, Enrolment, Lesson
from dakehu.domains.learning.parameters import COURSE, FILTERS, ORDER
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_row, render_rows
from dakehu.foundation.gates.registry import query


@query("learning.courses", needs=Permission.LEARNING_READ, zh="课程列表", en="Courses", parameters=(FILTERS, ORDER))
def courses(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the courses, by code; those in preparation only for maintainers of courses."""
    rows = filter_rows(Course.objects.all(), filters or {}, order or "")
    if not current_actor().may(Permission.COURSE_WRITE):
        rows = rows.exclude(state=CourseState.DRAFT.value)
    return rows if order else rows.order_by("code")


@query("learning.course", needs=Permission.LEARNING_READ, zh="一门课程", en="A course", parameters=(COURSE,))
def course_row(*, course_id: int) -> Course:
    """Return a course. Raises NotFound for one in preparation, except to maintainers of courses."""
    row = get_course(course_id)
    if row.state == CourseState.DRAFT and not current_actor().may(Permission.COURSE_WRITE):
        raise NotFound(bilingual("课程", "course"))
    return row


@query(
    "learning.enrolments", needs=Permission.LEARNING_READ, zh="选课记录", en="Enrolments", parameters=(FILTERS, ORDER)
)
def enrolments(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the enrolments that the reader sees, the latest first."""
    rows = filter_rows(Enrolment.objects.select_related("user", "course"), filters or {}, order or "")
    return rows if order else rows.order_by("-pk")


@query("learning.course_list", needs=Permission.LEARNING_READ, zh="课程目录", en="Catalogue of courses")
def course_list() -> list[dict[str, Any]]:
    """Return the courses with the reader's progress this year.

    [{id, …, enrolment: {id, state, state_code, due_on, is_late, done, lessons} or None}].
    """
    rows, today = list(courses()), clock.today()
    lessons: dict[int, int] = {}
    for course in Lesson.objects.order_by().values_list("course", flat=True):
        lessons[course] = lessons.get(course, 0) + 1
    own = {one.course_id: one for one in Enrolment.objects.filter(user_id=current_actor().user_id, year=today.year)}
    return [
        {
            **shown,
            "id": row.pk,
            "state_code": str(row.state),
            "lessons": lessons.get(row.pk, 0),
            "enrolment": _course_progress(own[row.pk], lessons.get(row.pk, 0)) if row.pk in own else None,
        }
        for row, shown in zip(rows, render_rows(rows, shown=True), strict=True)
    ]


def _course_progress(row: Enrolment, lessons: int) -> dict[str, Any]:
    is_open = row.state == EnrolmentState.OPEN
    return {
        **render_row(row, shown=True),
        "id": row.pk,
        "state_code": str(row.state),
        "is_late": is_open and row.due_on is not None and row.due_on < clock.today(),
        "done": min(len(row.lesson_ids), lessons),
        "lessons": lessons,
    }


@query(
    "learning.course_page", needs=Permission.LEARNING_READ, zh="课程页面", en="Page of a course", parameters=(COURSE,)
)
def course_page(*, course_id: int) -> dict[str, Any]:
    """Return a course with its lessons and the reader's progress this year.

    {shown, lessons: [{id, title, text, position, is_done}], enrolment as in the catalogue or None, quiz: {id, name, is_passed} or None}.
    """
    row = course_row(course_id=course_id)
    lessons = list(Lesson.objects.filter(course=row))
    own = Enrolment.objects.filter(user_id=current_actor().user_id, course=row, year=clock.today().year)
    enrolment = own.select_related("course").exclude(state=EnrolmentState.DROPPED.value).first()
    done = set(enrolment.lesson_ids) if enrolment else set()
    quiz = None
    if row.quiz_id is not None:
        is_passed = enrolment is not None and completion.is_quiz_passed(enrolment)
        quiz = {"id": row.quiz_id, "name": str(row.quiz), "is_passed": is_passed}
    return {
        "shown": {**render_row(row, shown=True), "id": row.pk, "state_code": str(row.state)},
        "lessons": [
            {"id": one.pk, "title": one.title, "text": one.text, "position": one.position, "is_done": one.pk in done}
            for one in lessons
        ],
        "enrolment": None if enrolment is None else _course_progress(enrolment, len(lessons)),
        "quiz": quiz,
    }
