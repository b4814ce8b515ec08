"""The service catalogue: the services in force on a day, and one service with every version and its changes."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask
from dakehu.foundation.schema.fields import labels_of

CRUMBS = [{"label": bilingual("服务目录", "Service catalogue"), "url": "/services/"}]
FACTS = ("tiers", "channel", "owner", "promise", "minutes", "cost", "valid_from", "based_on", "written_by", "note")
STANDINGS = {
    "current": (bilingual("现行", "In force"), "good"),
    "coming": (bilingual("未生效", "To come"), "accent"),
    "past": (bilingual("已被替代", "Replaced"), ""),
}


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """?day=2026-06-30: the catalogue in force on a day, by default today."""
    day = request.GET.get("day", "")
    content = {
        **ask("innovation.service_catalogue", {"day": day} if day else {}),
        "labels": _labels(),
        "today": clock.today().isoformat(),
        "page_title": bilingual("服务目录", "Service catalogue"),
    }
    return render(request, "innovation/services.html", content)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One service: its versions, the newest first, each with its changes."""
    found, labels = ask("innovation.service_page", {"catalogue_service": pk}), _labels()
    versions = [
        {
            **version,
            "standing_text": STANDINGS[version["standing"]][0],
            "tone": STANDINGS[version["standing"]][1],
            "facts": [(labels[name], version[name]) for name in FACTS if version.get(name)],
        }
        for version in found["versions"]
    ]
    content = {
        **found,
        "versions": versions,
        "tomorrow": (clock.today() + timedelta(days=1)).isoformat(),
        "page_title": versions[0]["name"],
        "crumbs": CRUMBS,
    }
    return render(request, "innovation/service.html", content)


def _labels() -> dict[str, object]:
    return {**labels_of("innovation.ServiceVersion"), "promise": bilingual("承诺时限", "Done within")}
