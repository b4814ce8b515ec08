"""Queries of learning paths: the list with its courses, and the paths of a person with the progress."""

from typing import Any

from dakehu.domains.learning.choices import EnrolmentState
from dakehu.domains.learning.models import Enrolment, LearningPath, PathAssignment
from dakehu.domains.learning.parameters import FILTERS, ORDER, PATH, PERSON
from dakehu.domains.learning.paths import rules, store
from dakehu.domains.learning.visibility import sees_learner
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import clock
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.filtering import filter_rows
from dakehu.foundation.gates.output import render_row, render_rows
from dakehu.foundation.gates.registry import query


@query(
    "learning.paths",
    needs=Permission.LEARNING_READ,
    zh="学习路径列表",
    en="Learning paths",
    parameters=(FILTERS, ORDER),
)
def paths(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the learning paths, by code."""
    rows = filter_rows(LearningPath.objects.all(), filters or {}, order or "")
    return rows if order else rows.order_by("code")


@query("learning.path", needs=Permission.LEARNING_READ, zh="一条学习路径", en="A learning path", parameters=(PATH,))
def path_row(*, path_id: int) -> LearningPath:
    """Return a path. Raises NotFound."""
    return store.get_path(path_id)


@query("learning.path_list", needs=Permission.LEARNING_READ, zh="学习路径目录", en="Catalogue of paths")
def path_list() -> list[dict[str, Any]]:
    """Return the paths with their courses: [{id, …, state_code, followers, steps: [{id, course, course_id, days}]}]."""
    rows = list(paths())
    steps = store.steps_of(row.pk for row in rows)
    followers: dict[int, int] = {}
    for path in PathAssignment.objects.filter(done_on=None).order_by().values_list("path", flat=True):
        followers[path] = followers.get(path, 0) + 1
    return [
        {
            **shown,
            "id": row.pk,
            "state_code": str(row.state),
            "is_automatic": row.is_automatic,
            "followers": followers.get(row.pk, 0),
            "steps": [
                {"id": one.pk, "course": one.course.name, "course_id": one.course_id, "days": one.days}
                for one in steps[row.pk]
            ],
        }
        for row, shown in zip(rows, render_rows(rows, shown=True), strict=True)
    ]


@query(
    "learning.path_assignments",
    needs=Permission.LEARNING_READ,
    zh="路径分配列表",
    en="Assignments of paths",
    parameters=(FILTERS, ORDER),
)
def path_assignments(*, filters: dict[str, Any] | None = None, order: str | None = None) -> Any:
    """Return the path assignments that the reader sees, the latest first."""
    rows = filter_rows(PathAssignment.objects.select_related("user", "path"), filters or {}, order or "")
    return rows if order else rows.order_by("-pk")


@query(
    "learning.paths_of",
    needs=Permission.LEARNING_READ,
    zh="人员的学习路径",
    en="Paths of a person",
    parameters=(PERSON,),
)
def paths_of(*, person: int | None = None) -> list[dict[str, Any]]:
    """Return the paths assigned to a person (default: oneself), with each course.

    [{id, …, name, done, total, percent, is_done, is_late, due_on, steps: [{course, course_id, due_on, state: done | open | late |
    waiting}]}], unfinished ones first. Raises NotFound for a person whose learning the reader does not see.
    """
    user_id = person or current_actor().user_id or 0
    if not sees_learner(current_actor(), user_id):
        raise NotFound(bilingual("人员", "person"))
    rows = list(PathAssignment.objects.filter(user_id=user_id).select_related("path", "assigned_by").order_by("pk"))
    steps, done = store.steps_of({row.path_id for row in rows}), store.courses_done([user_id])[user_id]
    taken = set(
        Enrolment.objects.filter(user_id=user_id, state=EnrolmentState.OPEN.value).values_list("course_id", flat=True)
    )
    progress, today = store.progress(rows, clock.today()), clock.today()
    found = [
        {
            **render_row(row, shown=True),
            "id": row.pk,
            "name": row.path.name,
            "done": progress[row.pk].done,
            "total": progress[row.pk].total,
            "percent": round(progress[row.pk].share * 100),
            "is_done": progress[row.pk].next_course is None,
            "is_late": progress[row.pk].is_late,
            "due_on": progress[row.pk].due_on,
            "steps": [
                {
                    "course": one.course.name,
                    "course_id": one.course_id,
                    "due_on": rules.due_day(rules.Step(one.course_id, one.days), row.assigned_on).isoformat(),
                    "state": _state(one, row, done, taken, today),
                }
                for one in steps[row.path_id]
            ],
        }
        for row in rows
    ]
    return sorted(found, key=lambda one: one["is_done"])


def _state(step: Any, row: PathAssignment, done: set[int], taken: set[int], today: Any) -> str:
    """Return a person's state in one course of a path."""
    if step.course_id in done:
        return "done"
    if rules.due_day(rules.Step(step.course_id, step.days), row.assigned_on) < today:
        return "late"
    return "open" if step.course_id in taken else "waiting"
