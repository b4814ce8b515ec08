"""Send one message: the host is resolved once, the IP checked, and the connection made to that IP; redirects are not
followed.

This prevents DNS rebinding.
"""

import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings

from dakehu.exchange.webhooks.rules import may_be_sent_to
from dakehu.foundation.base.i18n import Bilingual, bilingual

TIMEOUT = 15.0  # seconds
AGENT = "dakehu-webhooks/1"


@dataclass(frozen=True)
class Answer:
    """The response of a receiver: its status (0 without a response), the error, and the duration in ms."""

    status: int
    error: Bilingual | None = None
    ms: int = 0
    is_final: bool = False  # whether a retry is pointless

    @property
    def is_success(self) -> bool:
        """Return whether the message arrived."""
        return 200 <= self.status < 300


def resolve(host: str, port: int) -> list[str]:
    """Return the IP addresses of a host. Raises OSError."""
    return list(dict.fromkeys(str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def send(address: str, body: str, headers: dict[str, str]) -> Answer:
    """Send a message and return the response; never raises for receiver or network errors."""
    import httpx

    parts = urlsplit(address)
    host = str(parts.hostname)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = resolve(host, port)
    except OSError:
        return Answer(0, bilingual("找不到主机 {host}", "No such host {host}", host=host))
    refused = [one for one in found if not may_be_sent_to(one, settings.WEBHOOK_NETWORKS)]
    if refused or not found:
        return Answer(
            0,
            bilingual(
                "{host} 指向内网地址，未经允许，没有发送",
                "{host} points to a private address that is not allowed; nothing was sent",
                host=host,
            ),
            is_final=True,
        )
    pinned = f"[{found[0]}]" if ":" in found[0] else found[0]
    url = urlunsplit((parts.scheme, f"{pinned}:{port}", parts.path or "/", parts.query, ""))
    started = time.monotonic()
    named = {**headers, "Host": parts.netloc, "User-Agent": AGENT, "Content-Type": "application/json"}
    try:
        with (
            httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST", url, content=body.encode(), headers=named, extensions={"sni_hostname": host}
            ) as reply,
        ):
            status = reply.status_code
    except httpx.HTTPError as error:
        return Answer(0, bilingual("没有回答（{why}）", "No answer ({why})", why=type(error).__name__), _ms(started))
    if 200 <= status < 300:
        return Answer(status, None, _ms(started))
    said = (
        bilingual("要求转到别处（{status}），没有跟随", "Redirects ({status}), which is not followed", status=status)
        if 300 <= status < 400
        else bilingual("对方答复 {status}", "Answered {status}", status=status)
    )
    return Answer(status, said, _ms(started))


def _ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
