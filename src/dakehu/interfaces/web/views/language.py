"""What belongs to every page: the language switch and the sign of life."""

from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from dakehu.foundation.audit import anchor
from dakehu.foundation.gates import perform
from dakehu.foundation.jobs.queue import worker_state
from dakehu.interfaces.web.views.sign_in.password import way_on


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
    """Whether the desk can be used, for watchdogs: 503 where the database does not answer. `worker` says whether background
    work is done, `worker_seen` when a worker last lived (null: never); without one pages work, imports and exports wait.
    `audit` is "alarm" where the audit record does not hold."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        worker = worker_state()
    except DatabaseError:
        return JsonResponse({"state": "no database"}, status=503)
    seen = worker["seen"].isoformat(timespec="seconds") if worker["seen"] else None
    audit = "alarm" if anchor.read_alarm() else "ok"
    state = "ok" if worker["alive"] else "no worker"
    return JsonResponse({"state": state, "worker": worker["alive"], "worker_seen": seen, "audit": audit})
