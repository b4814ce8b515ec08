"""Learning management for leads and compliance: the team's hours, question bank and papers, requirements and certificates."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.learning.certificates import queries as certificates
from dakehu.domains.learning.courses import queries as courses
from dakehu.domains.learning.exams import queries as exams
from dakehu.domains.learning.training import queries as training
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, render_rows
from dakehu.foundation.gates.output import columns_of
from dakehu.foundation.schema.fields import labels_of, model_of

PAPER_TONES = {"draft": "", "open": "good", "closed": "bad"}
CERTIFICATE_ROWS = 50


@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """Each member's hours of the year, open and late courses, certificates."""
    year = clock.today().year
    rows = ask("learning.team", {"year": year})
    content = {
        "page_title": bilingual("团队学习", "Team learning"),
        "year": year,
        "rows": [{**row, "percent": round(row["share"] * 100)} for row in rows],
        "met": sum(row["is_met"] for row in rows),
        "late": sum(row["late_courses"] for row in rows),
        "ending": sum(row["ending"] for row in rows),
    }
    return render(request, "learning/team.html", content)


@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    """?topic=law&difficulty=hard: the question bank with its figures, and the exam papers."""
    given = {name: request.GET.get(name, "") for name in ("topic", "difficulty", "kind")}
    filters = {name: value for name, value in given.items() if value}
    papers = list(exams.papers())
    columns = columns_of(model_of("learning.Question"), tuple(given))
    content = {
        "page_title": bilingual("题库与试卷", "Question bank"),
        "rows": ask("learning.question_bank", {"filters": filters}),
        "papers": [
            {
                **shown,
                "id": row.pk,
                "state_code": str(row.state),
                "tone": PAPER_TONES[str(row.state)],
                "questions": sum(row.blueprint.values()),
            }
            for row, shown in zip(papers, render_rows(papers, shown=True), strict=True)
        ],
        "labels": labels_of("learning.Question"),
        "paper_labels": labels_of("learning.ExamPaper"),
        "selects": [
            (
                one.name,
                one.label,
                given[one.name],
                [("", bilingual("全部", "All")), *((c.value, c.text) for c in one.choice_set)],
            )
            for one in columns
        ],
    }
    return render(request, "learning/questions.html", content)


@require_safe
def requirements(request: HttpRequest) -> HttpResponse:
    """Requirements of roles, the courses, the kinds of certificates with what they gate, and the latest certificates."""
    kinds, issued = list(certificates.certificate_kinds()), list(certificates.certificates()[:CERTIFICATE_ROWS])
    required, taught, today = list(training.requirements()), list(courses.courses()), clock.today()
    content = {
        "page_title": bilingual("要求与证书", "Requirements and certificates"),
        "requirements": [
            {
                **shown,
                "id": row.pk,
                "is_over": row.ends_on is not None and row.ends_on <= today,
                "is_for_new": row.for_new_staff,
            }
            for row, shown in zip(required, render_rows(required, shown=True), strict=True)
        ],
        "courses": [
            {**shown, "id": row.pk, "state_code": str(row.state)}
            for row, shown in zip(taught, render_rows(taught, shown=True), strict=True)
        ],
        "kinds": [
            {**shown, "id": row.pk, "actions": [ACTIONS[name].label for name in row.gates if name in ACTIONS]}
            for row, shown in zip(kinds, render_rows(kinds, shown=True), strict=True)
        ],
        "certificates": [
            {**shown, "id": row.pk, "standing": certificates.certificate_state(row)}
            for row, shown in zip(issued, render_rows(issued, shown=True), strict=True)
        ],
        "labels": labels_of("learning.Requirement"),
        "certificate_labels": labels_of("learning.Certificate"),
        "course_labels": labels_of("learning.Course"),
    }
    return render(request, "learning/requirements.html", content)
