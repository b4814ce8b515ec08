"""Redirect requests for addresses of the previous version to the present ones."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse

from dakehu.foundation.base.renamed import Kind, current_name


def moved_to(request: HttpRequest, address: str) -> HttpResponse:
    """Redirect permanently to `address` with the query string of the request: 301, or 308 to keep the posted body."""
    query = request.META.get("QUERY_STRING", "")
    is_read = request.method in ("GET", "HEAD")
    return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address, preserve_request=not is_read)


def moved(request: HttpRequest, *, route: str, **parameters: Any) -> HttpResponse:
    """Redirect to the address of the route `route`; the name of an action is replaced by its present one."""
    if "name" in parameters:
        parameters["name"] = current_name(Kind.ACTION, parameters["name"])
    return moved_to(request, reverse(route, kwargs=parameters))
