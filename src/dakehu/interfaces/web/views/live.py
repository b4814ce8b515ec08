"""Live pages where the server has no streams: the page polls every few seconds."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from dakehu.domains.team import queries as team
from dakehu.foundation.live.asking import ask_changes


@require_safe
def no_stream(request: HttpRequest, page: str, subject: int) -> HttpResponse:
    """Report that there is no stream here: the server of the desk answers this address itself (`interfaces/live`)."""
    return HttpResponse(status=204)


@require_safe
def changes(request: HttpRequest, page: str, subject: int) -> HttpResponse:
    """?entry=123: {entry, parts, people}, the changes since that audit entry and the other users present."""
    given = request.GET.get("entry", "")
    found = ask_changes(page, subject, int(given) if given.isdecimal() else None)
    people = sorted(team.names_of(found.others).values())
    return JsonResponse({"entry": found.entry, "parts": found.parts, "people": people})
