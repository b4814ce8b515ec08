"""Comments of colleagues about a record: one part of a page, the same for every kind of record."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from dakehu.foundation.base.errors import NotAllowed, NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform


@require_http_methods(["GET", "HEAD", "POST"])
def discussion(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """The comments about a record and the form of a new one; a refused text is shown again with its reason."""
    found = ask("service.discussion", {"kind": kind, "number": pk})
    if request.method != "POST":
        return render(request, "comments/discussion.html", found)
    text = request.POST.get("text", "")
    try:
        perform("service.add_comment", {"text": text, **_subject_of(found)})
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        faults = [said for texts in refused.as_plain().values() for said in texts]
        return render(request, "comments/discussion.html", {**found, "text": text, "faults": faults}, status=422)
    drawn = render(request, "comments/discussion.html", ask("service.discussion", {"kind": kind, "number": pk}))
    said = {"toast": {"text": str(bilingual("评论已发表。", "Commented.")), "kind": "success"}}
    drawn["HX-Trigger"] = json.dumps(said)
    return drawn


def _subject_of(found: dict[str, Any]) -> dict[str, Any]:
    """Return the subject of a new comment, as parameters of its action."""
    if found["is_client"]:
        return {"client": found["number"]}
    return {"subject_kind": found["kind"], "subject_id": found["number"]}


@require_safe
def people(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """?said=王: users whom a comment about the record may mention."""
    asked = {"kind": kind, "number": pk, "said": request.GET.get("said", "")}
    return JsonResponse({"people": ask("service.mentionable", asked)})
