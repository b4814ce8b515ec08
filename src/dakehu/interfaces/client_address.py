"""The address a request comes from: what a trusted proxy says of it, and nothing that anybody else says."""

import ipaddress
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")


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


def is_from_this_machine(request: HttpRequest) -> bool:
    """Return whether a request was made on this machine, to this machine, and passed on by nobody.

    A proxy on this machine also connects from here: what it passes on carries its headers, or the name it is reached by.
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
