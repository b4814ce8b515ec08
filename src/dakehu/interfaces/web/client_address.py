"""The address a request comes from: what a trusted proxy says of it, and nothing that anybody else says."""

import ipaddress
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ClientAddress:
    """Before everything else: behind a proxy named in DAKEHU_TRUSTED_PROXIES, REMOTE_ADDR becomes the client's own address,
    so that locks, notices, limits and audit speak of it. Of X-Forwarded-For the last address that is no trusted proxy
    counts: those before it are whatever the client wrote."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta: dict[str, Any] = request.META
        meta["REMOTE_ADDR"] = client_address(meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", ""))
        return self.get_response(request)


def client_address(peer: str, forwarded: str) -> str:
    """Return the client's address, given who is connected and what the forwarding header says."""
    if not settings.TRUSTED_PROXIES or not _is_trusted(peer):
        return peer
    found = peer
    for part in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        try:
            found = str(ipaddress.ip_address(part.strip("[]")))
        except ValueError:
            return found  # no address: nothing before it can be believed
        if not _is_trusted(found):
            return found
    return found


def _is_trusted(address: str) -> bool:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in settings.TRUSTED_PROXIES)
