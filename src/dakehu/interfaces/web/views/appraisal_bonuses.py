"""Bonus pools for users who manage or decide on them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask

TITLE = bilingual("奖金", "Bonuses")
TONES = {"draft": "warn", "shared": "accent", "waiting": "accent", "approved": "good"}


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """The pools that the reader may see."""
    pools = [{**one, "tone": TONES[one["state"]]} for one in ask("appraisal.pools", {})]
    return render(request, "appraisal/bonuses.html", {"page_title": TITLE, "pools": pools})


@require_safe
def pool(request: HttpRequest, pk: int) -> HttpResponse:
    """One pool with its awards and tranches."""
    found = ask("appraisal.pool", {"bonus_pool": pk})
    content = {
        **found,
        "tone": TONES[found["state"]],
        "page_title": found["name"],
        "crumbs": [{"label": TITLE, "url": "/appraisal/bonuses/"}],
    }
    return render(request, "appraisal/pool.html", content)
