"""Actions on courses: maintain them and their lessons, enrol, assign, finish a lesson."""

from datetime import date
from typing import Any

from dakehu.domains.learning.choices import CourseState, EnrolmentReason, EnrolmentState
from dakehu.domains.learning.courses import completion
from dakehu.domains.learning.models import Course, Enrolment, Lesson
from dakehu.domains.learning.parameters import COURSE, ENROLMENT, LESSON, VERSION
from dakehu.domains.learning.visibility import sees_learner
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.actions.versions import check_version
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound, refusal
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.schema.parameters import Fields, parameters_of

MODEL, LESSONS = "learning.Course", "learning.Lesson"


def get_course(pk: int) -> Course:
    """Return a course. Raises NotFound."""
    row: Course | None = Course.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("课程", "course"))
    return row


def get_own_enrolment(pk: int) -> Enrolment:
    """Return an enrolment of the actor. Raises NotFound."""
    rows = Enrolment.objects.select_related("course").filter(user_id=current_actor().user_id)
    row: Enrolment | None = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("选课记录", "enrolment"))
    return row


def _get_lesson(pk: int) -> Lesson:
    row: Lesson | None = Lesson.objects.select_related("course").filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("课时", "lesson"))
    return row


@action(
    "learning.add_course",
    needs=Permission.COURSE_WRITE,
    zh="新建课程",
    en="Add a course",
    parameters=(Fields(MODEL, required=("code", "name", "hours"), new=True),),
)
def add_course(**values: Any) -> Course:
    """Add a course in preparation. Raises Refused for a code that is taken."""
    row = Course(**{name: value for name, value in values.items() if value is not None})
    if Course.objects.filter(code=row.code).exists():
        raise refusal("code", "已有这个编号。", "There is this code already.")
    row.save()
    return row


@action(
    "learning.change_course",
    needs=Permission.COURSE_WRITE,
    zh="修改课程",
    en="Change a course",
    parameters=(COURSE, VERSION, Fields(MODEL, without=("code",))),
)
def change_course(*, course_id: int, version: int | None = None, **values: Any) -> Course:
    """Change a course. Credited hours are unchanged."""
    row = get_course(course_id)
    check_version(row, version)
    for name, value in values.items():
        setattr(row, name, "" if value is None and name == "summary" else value)
    row.save()
    return row


@action(
    "learning.open_course",
    needs=Permission.COURSE_WRITE,
    zh="开放课程",
    en="Open a course",
    parameters=(COURSE,),
)
def open_course(*, course_id: int) -> Course:
    """Open a course to learners. Raises Refused without a lesson."""
    row = get_course(course_id)
    if not Lesson.objects.filter(course=row).exists():
        raise refusal("course_id", "请先添加课时。", "Add a lesson first.")
    row.state = CourseState.OPEN.value
    row.save()
    return row


@action(
    "learning.close_course",
    needs=Permission.COURSE_WRITE,
    zh="关闭课程",
    en="Close a course",
    parameters=(COURSE,),
)
def close_course(*, course_id: int) -> Course:
    """Close a course to new learners; those enrolled may finish."""
    row = get_course(course_id)
    row.state = CourseState.CLOSED.value
    row.save()
    return row


@action(
    "learning.add_lesson",
    needs=Permission.COURSE_WRITE,
    zh="添加课时",
    en="Add a lesson",
    parameters=(COURSE, Fields(LESSONS, required=("title", "text"), without=("course",), new=True)),
)
def add_lesson(*, course_id: int, title: str, text: str, position: int | None = None) -> Lesson:
    """Add a lesson to a course, after the others unless a position is given."""
    course = get_course(course_id)
    row = Lesson(course=course, title=title, text=text)
    row.position = position or Lesson.objects.filter(course=course).count() + 1
    row.save()
    return row


@action(
    "learning.change_lesson",
    needs=Permission.COURSE_WRITE,
    zh="修改课时",
    en="Change a lesson",
    parameters=(LESSON, VERSION, Fields(LESSONS, without=("course",))),
)
def change_lesson(*, lesson_id: int, version: int | None = None, **values: Any) -> Lesson:
    """Change a lesson; its completions are kept."""
    row = _get_lesson(lesson_id)
    check_version(row, version)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row


@action(
    "learning.remove_lesson",
    needs=Permission.COURSE_WRITE,
    zh="删除课时",
    en="Remove a lesson",
    parameters=(LESSON,),
)
def remove_lesson(*, lesson_id: int) -> None:
    """Remove a lesson from a course."""
    _get_lesson(lesson_id).delete()


@action(
    "learning.enrol",
    needs=Permission.LEARNING_READ,
    zh="开始学习课程",
    en="Take a course",
    parameters=(COURSE,),
)
def enrol(*, course_id: int) -> Enrolment:
    """Enrol in an open course for this calendar year; idempotent. Raises Refused for one that is not open."""
    course, user = get_course(course_id), team.current_user()
    if user is None or course.state != CourseState.OPEN:
        raise refusal("course_id", "这门课程没有开放。", "This course is not open.")
    return enrol_user(user.pk, course, EnrolmentReason.OWN)


def enrol_user(user_id: int, course: Course, reason: EnrolmentReason, due_on: date | None = None) -> Enrolment:
    """Enrol a person in a course of this year unless enrolled; the earlier due date applies. Call inside an action."""
    year = clock.today().year
    row: Enrolment | None = Enrolment.objects.filter(user_id=user_id, course=course, year=year).first()
    if row is None:
        row = Enrolment(user_id=user_id, course=course, year=year, reason=reason.value, due_on=due_on)
    elif row.state == EnrolmentState.DROPPED:
        row.state, row.reason, row.due_on = EnrolmentState.OPEN.value, reason.value, due_on
    elif due_on is not None and row.state == EnrolmentState.OPEN and (row.due_on is None or due_on < row.due_on):
        row.due_on, row.reason = due_on, reason.value
    row.save()
    return row


@action(
    "learning.assign_course",
    needs=Permission.TRAINING_REVIEW,
    zh="指派课程",
    en="Assign a course",
    parameters=parameters_of("learning.Enrolment", "user", "course", "due_on", optional=("reason",)),
)
def assign_course(*, user: Any, course: Course, due_on: date, reason: str | None = None) -> Enrolment:
    """Enrol a member of the actor's team in a course with a due day. Raises Refused for another team's, a course that is not open, a past day."""
    if not sees_learner(current_actor(), user.pk):
        raise refusal("user", "只能指派给本队人员。", "Members of your team only.")
    if course.state != CourseState.OPEN:
        raise refusal("course", "这门课程没有开放。", "This course is not open.")
    if due_on < clock.today():
        raise refusal("due_on", "期限不能早于今天。", "The day has gone by.")
    return enrol_user(user.pk, course, EnrolmentReason(reason or EnrolmentReason.PROPOSED.value), due_on)


@action(
    "learning.finish_lesson",
    needs=Permission.LEARNING_READ,
    zh="完成课时",
    en="Finish a lesson",
    parameters=(ENROLMENT, LESSON),
)
def finish_lesson(*, enrolment: int, lesson_id: int) -> Enrolment:
    """Finish a lesson of a course that the actor takes; the last one completes the course, and its hours are credited."""
    row, lesson = get_own_enrolment(enrolment), _get_lesson(lesson_id)
    if lesson.course_id != row.course_id or row.state == EnrolmentState.DROPPED:
        raise refusal("lesson_id", "这个课时不属于您正在学习的课程。", "This lesson is not of a course that you take.")
    if lesson.pk not in row.lesson_ids:
        row.lesson_ids = [*row.lesson_ids, lesson.pk]
        row.save()
    completion.complete_if_done(row)
    return row


@action(
    "learning.drop_course",
    needs=Permission.LEARNING_READ,
    zh="取消选课",
    en="Drop a course",
    parameters=(ENROLMENT,),
)
def drop_course(*, enrolment: int) -> Enrolment:
    """Drop a course chosen by oneself. Raises Refused for one that is required or completed."""
    row = get_own_enrolment(enrolment)
    if row.reason != EnrolmentReason.OWN or row.state != EnrolmentState.OPEN:
        raise refusal(
            "enrolment", "只能取消自选且未完成的课程。", "Only a course of your own choice that is not completed."
        )
    row.state = EnrolmentState.DROPPED.value
    row.save()
    return row
