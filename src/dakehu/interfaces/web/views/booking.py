"""The page on which a client books an hour: without sign-in, by a link that expires, and without any name."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from dakehu.exchange.calendars import booking
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.interfaces import rate_limits

STARTS = "%Y-%m-%dT%H:%M"


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the free hours of a link, and book one of them. Wrong links use up much of an address's rate limit."""
    try:
        if request.method == "POST":
            return _book_slot(request, token)
        return _draw_slots(request, token)
    except booking.LinkGone:
        rate_limits.check_stranger(request, rate_limits.WRONG_TOKEN)
        return _answer(request, {"is_gone": True}, 404)


def _book_slot(request: HttpRequest, token: str) -> HttpResponse:
    """Book the chosen hour; errors are shown next to the remaining hours."""
    given = {name: request.POST.get(name, "") for name in ("name", "remark")}
    try:
        starts = datetime.strptime(request.POST.get("starts", ""), STARTS)  # noqa: DTZ007  local by definition
        booking.book(token, starts, **given)
    except ValueError:
        fault = bilingual("请选择一个时间。", "Choose an hour.")
        return _draw_slots(request, token, 422, fault=fault, given=given)
    except booking.LinkGone:
        raise
    except Refused as refusal:
        return _draw_slots(request, token, refusal.status, fault=str(refusal), given=given)
    return _answer(request, {"booked": starts})


def _draw_slots(request: HttpRequest, token: str, status: int = 200, **more: Any) -> HttpResponse:
    """Render the free hours of a link."""
    with booking.acting_for_booking(token) as link:
        shown = {
            "purpose": link.purpose,
            "minutes": link.minutes,
            "asks_name": link.client_ref is None,
            "days": booking.offered_starts(link),
        }
    return _answer(request, {**shown, **more}, status)


def _answer(request: HttpRequest, shown: dict[str, Any], status: int = 200) -> HttpResponse:
    answer = render(request, "calendars/book.html", shown, status=status)
    # With "no-referrer" browsers send the form with `Origin: null`, which is refused as cross-site.
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
