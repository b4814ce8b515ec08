"""Read paths with their steps, and a person's completed courses."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from dakehu.domains.learning.choices import EnrolmentState
from dakehu.domains.learning.models import Enrolment, LearningPath, PathAssignment, PathStep
from dakehu.domains.learning.paths.rules import Progress, Step, progress_of
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual


def get_path(pk: int) -> LearningPath:
    """Return a path. Raises NotFound."""
    row: LearningPath | None = LearningPath.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(bilingual("学习路径", "learning path"))
    return row


def steps_of(paths: Iterable[int]) -> dict[int, list[PathStep]]:
    """Return {path: its steps in order, with their courses}."""
    found: dict[int, list[PathStep]] = defaultdict(list)
    for row in PathStep.objects.filter(path__in=list(paths)).select_related("course").order_by("position", "pk"):
        found[row.path_id].append(row)
    return found


def courses_done(users: Iterable[int]) -> dict[int, set[int]]:
    """Return {person: all courses ever completed}, of people whom the actor sees."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = Enrolment.objects.filter(user_id__in=list(users), state=EnrolmentState.DONE.value)
    for user, course in rows.order_by().values_list("user", "course"):
        found[user].add(course)
    return found


def progress(rows: Iterable[PathAssignment], today: date) -> dict[int, Progress]:
    """Return {assignment: progress of its person}."""
    rows = list(rows)
    steps = steps_of({row.path_id for row in rows})
    done = courses_done({row.user_id for row in rows})
    return {
        row.pk: progress_of(
            [Step(one.course_id, one.days) for one in steps[row.path_id]], done[row.user_id], row.assigned_on, today
        )
        for row in rows
    }


def open_enrolment(user_id: int, course: int) -> Enrolment | None:
    """Return a person's open enrolment in a course, of any year; None without one."""
    rows = Enrolment.objects.filter(user_id=user_id, course_id=course, state=EnrolmentState.OPEN.value)
    row: Enrolment | None = rows.order_by("-year").first()
    return row
