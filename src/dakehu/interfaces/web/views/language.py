"""The language switch of every page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from dakehu.foundation.gates import perform
from dakehu.interfaces.web.views.sign_in.password import next_page


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch to Chinese or English; stored with the user, and in a cookie for the sign-in page."""
    wanted = "en" if request.POST.get("language", "").startswith("en") else "zh"
    user: Any = request.user
    if user.is_authenticated:
        perform("team.set_preferences", {"language": wanted})
    response = HttpResponseRedirect(next_page(request))
    response.set_cookie("language", wanted, max_age=31536000, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response
