"""One's own learning: the hours of the year, courses, exams and certificates; an external training with its evidence."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.learning.training import queries as training_queries
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask
from dakehu.foundation.schema.fields import labels_of
from dakehu.interfaces.web.views.learning.sending import send_file

TITLE = bilingual("我的学习", "My learning")
CRUMBS = [{"label": TITLE, "url": "/learning/"}]
CERTIFICATE_TONES = {"valid": "good", "ending": "warn", "ended": "bad", "revoked": "bad"}
CERTIFICATE_TEXTS = {
    "valid": bilingual("有效", "Valid"),
    "ending": bilingual("即将到期", "Ends soon"),
    "ended": bilingual("已到期", "Ended"),
    "revoked": bilingual("已吊销", "Revoked"),
}
RECORD_TONES = {"waiting": "warn", "counted": "good", "refused": "bad"}
DETAILS = ("user", "name", "provider", "category", "hours", "held_on", "state", "file_name")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """?year=2026: hours compared with the year's requirement, courses, exams, certificates and what they gate."""
    given = request.GET.get("year", "")
    this_year = clock.today().year
    year = int(given) if given.isascii() and given.isdecimal() and 2000 <= int(given) <= this_year else this_year
    certificates = ask("learning.my_certificates", {})
    hours = ask("learning.my_hours", {"year": year})
    content = {
        "page_title": TITLE,
        "hours": {
            **hours,
            "records": [{**row, "tone": RECORD_TONES[row["state_code"]]} for row in hours["records"]],
            "percent": round(hours["share"] * 100),
        },
        "years": [this_year, this_year - 1],
        "courses": ask("learning.course_list", {}),
        "exams": ask("learning.exams", {}),
        "certificates": [
            {**row, "tone": CERTIFICATE_TONES[row["standing"]], "standing_text": CERTIFICATE_TEXTS[row["standing"]]}
            for row in certificates["issues"]
        ],
        "gated": certificates["gated"],
        "labels": labels_of("learning.TrainingRecord"),
    }
    return render(request, "learning/mine.html", content)


@require_safe
def training(request: HttpRequest, pk: int) -> HttpResponse:
    """One training with its evidence, and the decision for its approver."""
    found = ask("learning.training_page", {"training_record": pk})
    labels = labels_of("learning.TrainingRecord")
    content = {
        **found,
        "page_title": found["shown"]["name"],
        "crumbs": CRUMBS,
        "facts": [(labels[name], found["shown"][name]) for name in DETAILS if found["shown"].get(name)],
    }
    return render(request, "learning/training.html", content)


@require_safe
def evidence(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Download the evidence of a training."""
    return send_file(*training_queries.training_evidence(training_record=pk))
