"""The client address of a request: as reported by a trusted proxy, never by any other source."""

import ipaddress
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")


class ClientAddress:
    """First middleware: behind a proxy named in DAKEHU_TRUSTED_PROXIES, REMOTE_ADDR becomes the client's own address,
    so that locks, notices, limits and audit use it. Of X-Forwarded-For the last address that is not a trusted proxy
    is used: those before it are set by the client."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta: dict[str, Any] = request.META
        meta["REMOTE_ADDR"] = client_address(meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", ""))
        return self.get_response(request)


def client_address(peer: str, forwarded: str) -> str:
    """Return the client's address, given the connected address and the forwarding header."""
    if not settings.TRUSTED_PROXIES or not _is_trusted(peer):
        return peer
    found = peer
    for part in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        try:
            found = str(ipaddress.ip_address(part.strip("[]")))
        except ValueError:
            return found  # not an address: nothing before it can be trusted
        if not _is_trusted(found):
            return found
    return found


def is_from_this_machine(request: HttpRequest) -> bool:
    """Return whether a request was made on this machine, to this machine, without a proxy.

    A proxy on this machine also connects from here: its requests carry its headers, or the name it is reached by.
    """
    meta: dict[str, Any] = request.META
    if any(name in meta for name in FORWARDED):
        return False
    host = urlsplit(f"//{request.get_host()}").hostname or ""
    return is_loopback(meta.get("REMOTE_ADDR", "")) and (host == "localhost" or is_loopback(host))


def is_loopback(address: str) -> bool:
    """Return whether an address is this machine's own."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _is_trusted(address: str) -> bool:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in settings.TRUSTED_PROXIES)
