"""A question in natural language: its filters, to be viewed, changed and opened in the list of clients or as a pivot."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask
from dakehu.interfaces.web import pivots


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """?text=上海营业部 C4 以上; with &open=1 a fully understood question opens the list of clients directly."""
    text = request.GET.get("text", "")
    content = {"page_title": bilingual("文字提问", "Question"), "text": text}
    if text.strip():
        try:
            reading = ask("insight.question", {"text": text})
        except Refused as refused:
            content["fault"] = next(iter(refused.as_plain().values()))[0]
            return render(request, "insight/question.html", content)
        address = pivots.address_of({"filters": reading["filters"]})
        book = f"view={reading['view']['name']}&{address}".rstrip("&") if "view" in reading else ""
        if request.GET.get("open") and book:
            return HttpResponseRedirect(f"/book-of-business/?{book}")
        if request.GET.get("open") and reading["filters"] and not reading["not_understood"]:
            return HttpResponseRedirect(f"/clients/?{address}")
        content |= {"reading": reading, "address": address, "book": book}
    return render(request, "insight/question.html", content)
