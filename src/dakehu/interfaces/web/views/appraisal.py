"""One's own appraisals with bonuses and praise, the explanation of a score, the rows of a measure."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask

TITLE = bilingual("我的考核", "My appraisal")
TONES = {"rated": "good", "not_rated": "warn", "no_source": ""}
STATE_TONES = {"open": "accent", "frozen": "warn", "talked": "teal", "closed": "good"}
DECISION_TONES = {"open": "warn", "upheld": "good", "rejected": ""}


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Appraisals, the state of running periods, bonuses, praise."""
    found = ask("appraisal.mine", {})
    content = {
        "page_title": TITLE,
        "appraisals": [{**one, "tone": STATE_TONES[one["state"]]} for one in found["appraisals"]],
        "so_far": found["so_far"],
        "bonuses": ask("appraisal.my_bonuses", {}),
        "praises": ask("appraisal.praises", {}),
    }
    return render(request, "appraisal/mine.html", content)


@require_safe
def explanation(request: HttpRequest, pk: int) -> HttpResponse:
    """?revision=1: a score with its calculation, notes, objections and possible actions."""
    found = ask("appraisal.appraisal", {"appraisal": pk, **_revision(request)})
    content = {
        **found,
        "page_title": bilingual(
            "{name} · {period}", "{name} · {period}", name=found["user"]["name"], period=found["period"]
        ),
        "crumbs": [{"label": TITLE, "url": "/appraisal/mine/"}],
        "parts": _by_part(found["lines"]),
        "objections": _add_tones(found["objections"]),
        "adjustments": _add_tones(found["adjustments"]),
        "book_reviews": [
            {**one, "tone": {"waiting": "warn", "confirmed": "bad"}.get(one["state"], "good")}
            for one in found["book_reviews"]
        ],
        "rights": found["may"],
        "may_review_books": found["may"]["conduct"],
    }
    content.pop("may")  # keep the reader's rights by action, which every page has
    return render(request, "appraisal/explanation.html", content)


def _revision(request: HttpRequest) -> dict[str, Any]:
    given = request.GET.get("revision", "")
    return {"revision": int(given)} if given.isdigit() else {}


def _add_tones(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "tone": DECISION_TONES[one["state"]]} for one in rows]


def _by_part(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the lines grouped by part, in their order."""
    parts: dict[str, dict[str, Any]] = {}
    for line in lines:
        part = parts.setdefault(line["part"], {"name": line["part_name"], "lines": []})
        part["lines"].append({**line, "tone": TONES[line["state"]]})
    return list(parts.values())


@require_safe
def rows(request: HttpRequest, pk: int, measure: str) -> HttpResponse:
    """?revision=1: the rows that a measure of an appraisal counted."""
    found = ask("appraisal.measure_rows", {"appraisal": pk, "measure": measure, **_revision(request)})
    content = {
        **found,
        "page_title": found["name"],
        "crumbs": [
            {"label": TITLE, "url": "/appraisal/mine/"},
            {"label": f"{found['person']} · {found['period']}", "url": f"/appraisal/{pk}/"},
        ],
    }
    return render(request, "appraisal/rows.html", content)
