"""The name of the address that was asked for, as it may stand in logs and figures: never with what somebody typed."""

from django.http import HttpRequest

UNKNOWN = "unknown"


def route_of(request: HttpRequest) -> str:
    """Return the name of the route that answered, its pattern where it has no name, "unknown" where none did."""
    match = getattr(request, "resolver_match", None)
    return UNKNOWN if match is None else match.view_name or match.route or UNKNOWN
