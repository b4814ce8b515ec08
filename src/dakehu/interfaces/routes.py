"""The route name of a requested address, safe for logs and metrics: never with user input."""

from django.http import HttpRequest

UNKNOWN = "unknown"


def route_of(request: HttpRequest) -> str:
    """Return the name of the route that answered, its pattern where it has no name, "unknown" where none did."""
    match = getattr(request, "resolver_match", None)
    return UNKNOWN if match is None else match.view_name or match.route or UNKNOWN
