"""One course: its lessons in turn, the quiz, the reader's progress."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from dakehu.foundation.gates import ask, perform
from dakehu.foundation.schema.fields import labels_of
from dakehu.interfaces.web.markdown import html_of
from dakehu.interfaces.web.views.learning.mine import CRUMBS

TONES = {"draft": "", "open": "good", "closed": "bad"}


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """A course with its lessons; the first that is not finished is open."""
    found = ask("learning.course_page", {"course_id": pk})
    lessons = [{**row, "html": html_of(row["text"])} for row in found["lessons"]]
    enrolment = found["enrolment"]
    content = {
        **found,
        "page_title": found["shown"]["name"],
        "crumbs": CRUMBS,
        "lessons": lessons,
        "next_lesson": next((row["id"] for row in lessons if not row["is_done"]), None),
        "tone": TONES[found["shown"]["state_code"]],
        "percent": round(100 * enrolment["done"] / enrolment["lessons"]) if enrolment and enrolment["lessons"] else 0,
        "labels": labels_of("learning.Course"),
    }
    return render(request, "learning/course.html", content)


@require_POST
def enrol(request: HttpRequest, pk: int) -> HttpResponse:
    """Enrol in a course."""
    perform("learning.enrol", {"course_id": pk})
    return HttpResponseRedirect(f"/learning/courses/{pk}/")


@require_POST
def finish(request: HttpRequest, pk: int, lesson: int) -> HttpResponse:
    """Finish a lesson, and continue with the next."""
    row = perform("learning.finish_lesson", {"enrolment": pk, "lesson_id": lesson})
    return HttpResponseRedirect(f"/learning/courses/{row.course_id}/")
