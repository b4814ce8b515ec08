"""What belongs to every page: the language switch and the sign of life."""

from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from dakehu.foundation.audit import anchor
from dakehu.foundation.gates import perform
from dakehu.interfaces.web.views.signin import way_on


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Speak Chinese or English from now on; kept with the user, and in a cookie for the sign-in page."""
    wanted = "en" if request.POST.get("language", "").startswith("en") else "zh"
    user: Any = request.user
    if user.is_authenticated:
        perform("team.set_preferences", {"language": wanted})
    response = HttpResponseRedirect(way_on(request))
    response.set_cookie("language", wanted, max_age=31536000, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Alive, the database answers, and whether the audit can be trusted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"state": "ok", "audit": "alarm" if anchor.read_alarm() else "ok"})
