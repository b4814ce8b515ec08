"""Decide how webhooks are signed, which addresses are allowed, and when a failed one is retried. Pure.

The signature is that of Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`, base64, one for each secret in use.
"""

import base64
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

PREFIX = "whsec_"
FORMER_SECRET = timedelta(hours=24)  # during which a replaced secret still signs together with the new one
# Retry delays of a failed message, as suggested by Standard Webhooks: about four days in total.
DELAYS = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400))
GONE = 410  # status by which a receiver unsubscribes
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NAT64 = ipaddress.ip_network("64:ff9b::/96")


def new_secret() -> str:
    """Return a new secret."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(keys: Iterable[str], message_id: str, timestamp: int, body: str) -> str:
    """Return the signature header, with one signature for each secret."""
    signed = f"{message_id}.{timestamp}.{body}".encode()
    made = []
    for secret in keys:
        key = base64.b64decode(secret.removeprefix(PREFIX))
        made.append("v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode())
    return " ".join(made)


def delay(attempts: int) -> timedelta | None:
    """Return the delay before the next attempt after this many failures; None if there are no more attempts."""
    return DELAYS[attempts - 1] if attempts <= len(DELAYS) else None


def may_be_sent_to(address: str, allowed: Iterable[Network]) -> bool:
    """Return whether a message may go to an IP address: a public one, or one in an allowed network."""
    found = _plain(ipaddress.ip_address(address.partition("%")[0]))
    if any(found in network for network in allowed if network.version == found.version):
        return True
    return found.is_global and not found.is_multicast


def _plain(address: Address) -> Address:
    """Return the IPv4 address embedded in an IPv6 one, else the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address.sixtofour:
            return address.sixtofour
        if address in NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_address(address: str, allowed: Iterable[Network]) -> bool:
    """Return whether an address is valid for an endpoint: https, or http if a private network is allowed."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    schemes = ("https", "http") if tuple(allowed) else ("https",)
    return bool(parts.scheme in schemes and parts.hostname and port != 0 and not parts.username and not parts.fragment)
