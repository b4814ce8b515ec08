"""The register of distress: cases of every source, one page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask
from dakehu.foundation.gates.output import columns_of
from dakehu.foundation.schema.fields import model_of


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """?source=survey: the cases that the reader sees, open ones first, of one source or of all."""
    column = columns_of(model_of("care.DistressCase"), ("source",))[0]
    sources = [("", bilingual("全部来源", "All sources")), *((one.value, one.text) for one in column.choice_set)]
    given = request.GET.get("source", "")
    chosen = given if given in {value for value, _ in sources} else ""
    content = {
        "page_title": bilingual("情绪个案", "Distress"),
        "tabs": [
            {"label": label, "url": f"/distress/?source={value}" if value else "/distress/", "current": value == chosen}
            for value, label in sources
        ],
        "cases": ask("care.distress_cases", {"source": chosen} if chosen else {}),
    }
    return render(request, "distress/page.html", content)
