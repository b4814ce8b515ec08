"""Periods of appraisal: the list, one with its people, one's team, calibration."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask
from dakehu.interfaces.web.views.appraisal import DECISION_TONES, STATE_TONES

TITLE = bilingual("考核期", "Appraisal periods")


def _periods() -> list[dict[str, Any]]:
    return [{**one, "tone": STATE_TONES[one["state"]]} for one in ask("appraisal.periods", {})]


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """All periods, and the conduct events visible to the reader."""
    content = {"page_title": TITLE, "periods": _periods(), "events": ask("appraisal.conduct_events", {})}
    return render(request, "appraisal/periods.html", content)


@require_safe
def period(request: HttpRequest, pk: int) -> HttpResponse:
    """?check=1: one period with the people whose appraisal the reader sees, and their scores recomputed."""
    found = ask("appraisal.period", {"appraisal_period": pk})
    content = {
        **found,
        "tone": STATE_TONES[found["state"]],
        "page_title": found["name"],
        "crumbs": [{"label": TITLE, "url": "/appraisal/periods/"}],
        "check": ask("appraisal.verify_period", {"appraisal_period": pk}) if request.GET.get("check") else None,
    }
    return render(request, "appraisal/period.html", content)


@require_safe
def team_page(request: HttpRequest) -> HttpResponse:
    """?period=3: the team in a period, by default the newest frozen one, with praise."""
    periods = [one for one in _periods() if one["state"] != "open"]
    given = request.GET.get("period", "")
    chosen = next((one for one in periods if str(one["id"]) == given), periods[0] if periods else None)
    content = {
        "page_title": bilingual("团队考核", "Team appraisal"),
        "periods": periods,
        "chosen": chosen,
        "people": ask("appraisal.period", {"appraisal_period": chosen["id"]})["people"] if chosen else [],
        "praises": ask("appraisal.praises", {}),
    }
    return render(request, "appraisal/team.html", content)


@require_safe
def calibration(request: HttpRequest, pk: int) -> HttpResponse:
    """The spread of scores by team, and each proposed change."""
    found = ask("appraisal.calibration", {"appraisal_period": pk})
    content = {
        **found,
        "adjustments": [{**one, "tone": DECISION_TONES[one["state"]]} for one in found["adjustments"]],
        "page_title": bilingual("校准", "Calibration"),
        "crumbs": [
            {"label": TITLE, "url": "/appraisal/periods/"},
            {"label": found["name"], "url": f"/appraisal/periods/{pk}/"},
        ],
    }
    return render(request, "appraisal/calibration.html", content)
