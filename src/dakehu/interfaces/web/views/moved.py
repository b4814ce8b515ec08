"""Send requests for addresses of the version before to the present ones."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

GET, OTHER = 301, 308  # 308 keeps the method and what was sent


def moved_to(request: HttpRequest, address: str) -> HttpResponse:
    """Redirect for good to `address`, with the query string of the request."""
    query = request.META.get("QUERY_STRING", "")
    status = GET if request.method in ("GET", "HEAD") else OTHER
    return HttpResponse(status=status, headers={"Location": f"{address}?{query}" if query else address})


def moved(request: HttpRequest, *, route: str, **parameters: Any) -> HttpResponse:
    """Redirect to the address that bears the name `route`."""
    return moved_to(request, reverse(route, kwargs=parameters))
