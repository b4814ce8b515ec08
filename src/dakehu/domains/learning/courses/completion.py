"""Complete a course once its lessons and its quiz are done, and credit its hours once per calendar year."""

from dakehu.domains.learning.choices import AttemptState, EnrolmentState, RecordSource, RecordState
from dakehu.domains.learning.models import Attempt, Enrolment, Lesson, TrainingRecord
from dakehu.foundation.base import clock
from dakehu.foundation.records.recorded import publish_event


def open_lessons(enrolment: Enrolment) -> list[int]:
    """Return the lessons of a course that are not finished, in their order."""
    done = set(enrolment.lesson_ids)
    lessons = Lesson.objects.filter(course_id=enrolment.course_id).order_by("position", "pk")
    return [pk for pk in lessons.values_list("pk", flat=True) if pk not in done]


def is_quiz_passed(enrolment: Enrolment) -> bool:
    """Return whether the quiz of a course was passed in the year of the enrolment; True for a course without one."""
    quiz = enrolment.course.quiz_id
    passed = Attempt.objects.filter(user_id=enrolment.user_id, paper_id=quiz, state=AttemptState.PASSED.value)
    return quiz is None or passed.filter(year=enrolment.year).exists()


def complete_if_done(enrolment: Enrolment) -> bool:
    """Complete an open enrolment whose lessons and quiz are done; return whether it is. Call inside an action."""
    if enrolment.state != EnrolmentState.OPEN:
        return enrolment.state == EnrolmentState.DONE
    if open_lessons(enrolment) or not is_quiz_passed(enrolment):
        return False
    enrolment.state, enrolment.done_on = EnrolmentState.DONE.value, clock.today()
    enrolment.save()
    course = enrolment.course
    known = TrainingRecord.objects.filter(user_id=enrolment.user_id, course=course, year=enrolment.year)
    if course.hours and not known.exists():
        TrainingRecord(
            user_id=enrolment.user_id,
            name=course.name,
            category=course.topic,
            hours=course.hours,
            held_on=clock.today(),
            year=enrolment.year,
            source=RecordSource.COURSE.value,
            course=course,
            state=RecordState.COUNTED.value,
        ).save()
    publish_event("course.completed", user=enrolment.user_id, course=course.pk)
    return True


def complete_after_quiz(user_id: int, paper_id: int, year: int) -> None:
    """Complete the courses whose quiz a person has just passed. Call inside an action."""
    rows = Enrolment.objects.filter(
        user_id=user_id, course__quiz_id=paper_id, year=year, state=EnrolmentState.OPEN.value
    )
    for row in rows.select_related("course"):
        complete_if_done(row)
