"""An exam: its description, the paper in progress, and its result. Answers are saved at once; the server keeps time."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform
from dakehu.foundation.schema.fields import labels_of
from dakehu.interfaces.web.views.learning.mine import CRUMBS

TONES = {"open": "warn", "passed": "good", "failed": "bad"}


@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The topics of an exam, its time and pass mark, and one's own attempts."""
    found = ask("learning.paper_page", {"paper_id": pk})
    content = {
        **found,
        "page_title": found["name"],
        "crumbs": CRUMBS,
        "attempts": [{**row, "tone": TONES[row["state_code"]]} for row in found["attempts"]],
        "labels": labels_of("learning.ExamPaper"),
    }
    return render(request, "learning/exam.html", content)


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the exam, or continue it."""
    try:
        row = perform("learning.start_attempt", {"paper_id": pk})
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(f"/learning/exams/{pk}/")
    return HttpResponseRedirect(f"/learning/attempts/{row.pk}/")


@require_safe
def attempt(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper during the exam, its result afterwards."""
    found = ask("learning.attempt", {"attempt_id": pk})
    content = {
        **found,
        "page_title": found["paper"],
        "crumbs": [*CRUMBS, {"label": found["paper"], "url": f"/learning/exams/{found['paper_id']}/"}],
        "minutes_left": -(-found["seconds_left"] // 60),
        "tone": TONES[found["state_code"]],
        "right_count": sum(1 for one in found["questions"] if one.get("is_right")),
    }
    template = "learning/sitting.html" if found["is_open"] and not found["is_over"] else "learning/result.html"
    answer = render(request, template, content)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the answer to one question of the form, at position `only`; returns how many are answered."""
    place = request.POST.get("only", "")
    chosen = ",".join(request.POST.getlist(f"q-{place}"))
    try:
        perform("learning.save_answer", {"attempt_id": pk, "place": place, "chosen": chosen})
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        return HttpResponse(str(refused), status=422, content_type="text/plain; charset=utf-8")
    return _clock(request, pk)


@require_safe
def clock(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the minutes left by the server's clock, and how many questions are answered."""
    return _clock(request, pk)


def _clock(request: HttpRequest, pk: int) -> HttpResponse:
    found = ask("learning.attempt", {"attempt_id": pk})
    if not found["is_open"] or found["is_over"]:
        return HttpResponse(headers={"HX-Redirect": f"/learning/attempts/{pk}/"})
    shown = {**found, "minutes_left": -(-found["seconds_left"] // 60)}
    return render(request, "learning/clock.html", shown)


@require_POST
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the answers of the form while there is time, and submit."""
    found = ask("learning.attempt", {"attempt_id": pk})
    if found["is_open"] and not found["is_over"]:
        for one in found["questions"]:
            _save(request, pk, one)
    perform("learning.finish_attempt", {"attempt_id": pk})
    messages.success(request, str(bilingual("已交卷。", "Handed in.")))
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": f"/learning/attempts/{pk}/"})
    return HttpResponseRedirect(f"/learning/attempts/{pk}/")


def _save(request: HttpRequest, pk: int, question: dict[str, object]) -> None:
    """Save an answer that is in the form and not in the attempt; the time may run out in between."""
    place = question["place"]
    if f"place-{place}" not in request.POST:
        return
    chosen = sorted(request.POST.getlist(f"q-{place}"))
    known = sorted(str(one["value"]) for one in question["options"] if one["is_chosen"])  # type: ignore[attr-defined]
    if chosen == known:
        return
    try:
        perform("learning.save_answer", {"attempt_id": pk, "place": place, "chosen": ",".join(chosen)})
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        messages.error(request, str(refused))
