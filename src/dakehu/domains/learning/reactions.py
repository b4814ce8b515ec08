"""Event handlers: propose courses to people with a failed quality check, and enrol in the next course of a path."""

from datetime import timedelta
from typing import Any

from dakehu.domains.learning.choices import CourseState, EnrolmentReason, Topic
from dakehu.domains.learning.courses.actions import enrol_user
from dakehu.domains.learning.models import Course, PathAssignment
from dakehu.domains.learning.paths.actions import follow_paths
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import acting_as, system_actor
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.actions.registry import action
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.jobs.events import on_event
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.parameters import parameters_of

DAYS = timedelta(days=30)  # until a proposed course is due; house default
UPHELD = ("upheld", "partly")
TOPICS = {
    "suitability": Topic.SUITABILITY,
    "misleading": Topic.CONDUCT,
    "leak": Topic.PRIVACY,
    "service": Topic.SERVICE,
}


@on_event("complaint.moved")
def on_complaint(*, complaint: int) -> dict[str, Any]:
    """Propose courses once a complaint is closed as upheld. The course does not name the complaint: the person does not see the case."""
    reason = bilingual("质量检查建议课程", "Propose a course after a quality check")
    with acting_as(system_actor(str(reason), "worker")):
        row = model_of("compliance.Complaint").objects.filter(pk=complaint).first()
        if row is None or str(row.state) != "closed" or str(row.decision) not in UPHELD:
            return {"proposed": 0}
        topic, person = TOPICS.get(str(row.category)), team.get_user(row.about_staff_id)
        return {"proposed": 0} if topic is None or person is None else propose_courses(user=person, topic=topic.value)


@on_event("quality.missed")
def on_quality(*, user: int, topic: str) -> dict[str, Any]:
    """Propose the courses of a topic to a person who missed it in a quality check of another domain."""
    reason = bilingual("质量检查建议课程", "Propose a course after a quality check")
    with acting_as(system_actor(str(reason), "worker")):
        person = team.get_user(user)
        known = topic in set(Topic)
        return propose_courses(user=person, topic=topic) if person is not None and known else {"proposed": 0}


@on_event("course.completed")
def on_course(*, user: int, course: int) -> dict[str, Any]:
    """Enrol a person in the next course of the paths that the completed one belongs to."""
    with acting_as(system_actor(str(bilingual("学习路径下一课程", "The next course of a path")), "worker")):
        if not PathAssignment.objects.filter(user_id=user, done_on=None, path__steps__course_id=course).exists():
            return {"path_courses": 0}
        return follow_paths(person=user)


@action(
    "learning.propose_courses",
    needs=Permission.TRAINING_REVIEW,
    zh="建议课程",
    en="Propose courses",
    parameters=(parameters_of("learning.Enrolment", "user"), parameters_of("learning.Course", "topic")),
    is_public=False,
)
def propose_courses(*, user: Any, topic: str) -> dict[str, int]:
    """Enrol a person in the open courses of a topic without an enrolment this year; returns {proposed}."""
    courses = Course.objects.filter(topic=topic, state=CourseState.OPEN.value)
    rows = [enrol_user(user.pk, one, EnrolmentReason.PROPOSED, clock.today() + DAYS) for one in courses]
    return {"proposed": len(rows)}
