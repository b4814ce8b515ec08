"""Actions on learning paths: maintain them and their courses, assign them, continue with the next course."""

from typing import Any

from dakehu.domains.learning.choices import AssignmentReason, CourseState, EnrolmentReason, PathState
from dakehu.domains.learning.courses.actions import enrol_user
from dakehu.domains.learning.models import LearningPath, PathAssignment, PathStep
from dakehu.domains.learning.parameters import PATH, STEP, VERSION
from dakehu.domains.learning.paths import rules, store
from dakehu.domains.learning.training import hours as training
from dakehu.domains.learning.training.rules import is_new
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

MODEL = "learning.LearningPath"
REASONS = {  # enrolment reason of a path's course
    AssignmentReason.LEAD: EnrolmentReason.PATH,
    AssignmentReason.ROLE: EnrolmentReason.ROLE,
    AssignmentReason.NEW_STAFF: EnrolmentReason.NEW_STAFF,
}


@action(
    "learning.add_path",
    needs=Permission.COURSE_WRITE,
    zh="新建学习路径",
    en="Add a learning path",
    parameters=(Fields(MODEL, required=("code", "name"), new=True),),
)
def add_path(**values: Any) -> LearningPath:
    """Add a path in preparation. Raises Refused for a code that is taken."""
    row = LearningPath(**{name: value for name, value in values.items() if value is not None})
    if LearningPath.objects.filter(code=row.code).exists():
        raise refusal("code", "已有这个编号。", "There is this code already.")
    row.save()
    return row


@action(
    "learning.change_path",
    needs=Permission.COURSE_WRITE,
    zh="修改学习路径",
    en="Change a learning path",
    parameters=(PATH, VERSION, Fields(MODEL, without=("code",))),
)
def change_path(*, path_id: int, version: int | None = None, **values: Any) -> LearningPath:
    """Change a path; its assignments are kept."""
    row = store.get_path(path_id)
    check_version(row, version)
    for name, value in values.items():
        setattr(row, name, "" if value is None and name in ("summary", "role") else value)
    row.save()
    return row


@action(
    "learning.open_path",
    needs=Permission.COURSE_WRITE,
    zh="启用学习路径",
    en="Open a learning path",
    parameters=(PATH,),
)
def open_path(*, path_id: int) -> LearningPath:
    """Open a path. Raises Refused without a course, and for a course that is not open."""
    row = store.get_path(path_id)
    steps = store.steps_of([row.pk])[row.pk]
    if not steps:
        raise refusal("path_id", "请先添加课程。", "Add a course first.")
    for step in steps:
        if step.course.state != CourseState.OPEN:
            raise refusal(
                "path_id", "课程“{name}”没有开放。", "The course “{name}” is not open.", name=step.course.name
            )
    row.state = PathState.OPEN.value
    row.save()
    return row


@action(
    "learning.close_path",
    needs=Permission.COURSE_WRITE,
    zh="停用学习路径",
    en="Close a learning path",
    parameters=(PATH,),
)
def close_path(*, path_id: int) -> LearningPath:
    """Close a path to new learners; existing assignments continue."""
    row = store.get_path(path_id)
    row.state = PathState.CLOSED.value
    row.save()
    return row


@action(
    "learning.add_path_step",
    needs=Permission.COURSE_WRITE,
    zh="路径中添加课程",
    en="Add a course to a path",
    parameters=(PATH, parameters_of("learning.PathStep", "course", "days")),
)
def add_path_step(*, path_id: int, course: Any, days: int) -> PathStep:
    """Add a course at the end of a path. Raises Refused for one that is in it, and for a shorter time than the previous course."""
    path = store.get_path(path_id)
    steps = store.steps_of([path.pk])[path.pk]
    if any(step.course_id == course.pk for step in steps):
        raise refusal("course", "这门课程已在路径中。", "The course is in the path already.")
    if steps and days < steps[-1].days:
        raise refusal(
            "days",
            "不能早于前一门课程（{n} 天）。",
            "Not before the course that comes first ({n} days).",
            n=steps[-1].days,
        )
    row = PathStep(path=path, course=course, days=days, position=steps[-1].position + 1 if steps else 1)
    row.save()
    return row


@action(
    "learning.remove_path_step",
    needs=Permission.COURSE_WRITE,
    zh="路径中移除课程",
    en="Remove a course from a path",
    parameters=(STEP,),
)
def remove_path_step(*, step_id: int) -> None:
    """Remove a course from a path; existing enrolments continue."""
    row = PathStep.objects.filter(pk=step_id).first()
    if row is None:
        raise NotFound(bilingual("路径课程", "step of a path"))
    row.delete()


@action(
    "learning.assign_path",
    needs=Permission.TRAINING_REVIEW,
    zh="分配学习路径",
    en="Assign a learning path",
    parameters=parameters_of("learning.PathAssignment", "user", "path"),
)
def assign_path(*, user: Any, path: LearningPath) -> PathAssignment:
    """Assign a path to a member of the actor's team from today. Raises Refused for another team's, and a path that is not open."""
    if not sees_learner(current_actor(), user.pk):
        raise refusal("user", "只能分配给本队人员。", "Members of your team only.")
    if path.state != PathState.OPEN:
        raise refusal("path", "这条学习路径没有启用。", "This path is not open.")
    if PathAssignment.objects.filter(user=user, path=path).exists():
        raise refusal("path", "此人已在这条路径上。", "This person follows the path already.")
    return _assign(user.pk, path, AssignmentReason.LEAD)


def _assign(user_id: int, path: LearningPath, reason: AssignmentReason) -> PathAssignment:
    row = PathAssignment(user_id=user_id, path=path, reason=reason.value, assigned_on=clock.today())
    row.assigned_by = team.current_user()
    row.save()
    _enrol_in_next_course(row)
    return row


def _enrol_in_next_course(row: PathAssignment) -> bool:
    """Enrol the person in the next course of a path, or end it; return whether anything changed."""
    steps = store.steps_of([row.path_id])[row.path_id]
    plan = [rules.Step(step.course_id, step.days) for step in steps]
    done = store.courses_done([row.user_id])[row.user_id]
    found = rules.progress_of(plan, done, row.assigned_on, clock.today())
    if found.next_course is None:
        row.done_on = clock.today() if plan else None
        row.save()
        return row.done_on is not None
    course = next(step.course for step in steps if step.course_id == found.next_course)
    before = store.open_enrolment(row.user_id, course.pk)
    if before is None:
        enrol_user(row.user_id, course, REASONS[AssignmentReason(row.reason)], found.due_on)
    return before is None


@action(
    "learning.follow_paths",
    needs=Permission.COURSE_WRITE,
    zh="按路径选课",
    en="Go on along the paths",
    is_public=False,
)
def follow_paths(*, person: int | None = None) -> dict[str, int]:
    """Enrol people in the next course of their paths, all or one person; returns {path_courses: how many rows changed}."""
    rows = PathAssignment.objects.filter(done_on=None).select_related("path")
    if person is not None:
        rows = rows.filter(user_id=person)
    return {"path_courses": sum(_enrol_in_next_course(row) for row in rows.order_by("pk"))}


@action(
    "learning.assign_paths_by_rule",
    needs=Permission.COURSE_WRITE,
    zh="按规则分配学习路径",
    en="Assign paths by their rule",
    is_public=False,
)
def assign_paths_by_rule() -> dict[str, int]:
    """Assign every automatic path to the people it concerns who lack it; returns {paths: how many}."""
    people, today, made = team.active_people(), clock.today(), 0
    starts = training.starts_of(user.pk for user in people)
    for path in LearningPath.objects.filter(is_automatic=True, state=PathState.OPEN.value):
        known = set(PathAssignment.objects.filter(path=path).values_list("user_id", flat=True))
        reason = AssignmentReason.NEW_STAFF if path.for_new_staff else AssignmentReason.ROLE
        for user in people:
            new = is_new(starts[user.pk], today)
            if user.pk in known or not rules.applies_to(path.role, path.for_new_staff, str(user.role), new):
                continue
            _assign(user.pk, path, reason)
            made += 1
    return {"paths": made}
