"""HTTP client for other systems: retries while busy, reports refusals as text, never puts a secret in a message."""

import time
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from dakehu.exchange.connectors.source import Pause, source_refusal
from dakehu.foundation.base import clock
from dakehu.foundation.base.i18n import bilingual

TIMEOUT = 60  # seconds
ATTEMPTS = 6
LONGEST_WAIT = 120.0  # seconds; if a source requests more, the run stops until the next one
WAIT: Pause = time.sleep  # how a client waits; tests replace it with no wait
LOCAL = ("127.0.0.1", "localhost", "::1")


def check_address(address: str) -> str:
    """Return an address without its last slash. Raises Refused unless it is https, or a server on this machine."""
    parts = urlsplit(address.strip())
    is_local = parts.hostname in LOCAL
    if parts.scheme not in ("http", "https") or not parts.hostname or (parts.scheme == "http" and not is_local):
        raise source_refusal(
            bilingual(
                "“{address}”不是可用的接口地址，应以 https:// 开头。",
                "“{address}” is no address of an interface; it must begin with https://.",
                address=address,
            )
        )
    return address.strip().rstrip("/")


class PoliteClient:
    """A client of one system. `per_second` limits its calls."""

    attempts = ATTEMPTS

    def __init__(self, system: str, *, per_second: float = 0) -> None:
        import httpx

        self.system = system
        self.interval = 1 / per_second if per_second else 0.0
        self.last_call = 0.0
        self.client = httpx.Client(timeout=TIMEOUT, follow_redirects=False)

    def pause(self, seconds: float) -> None:
        """Wait."""
        WAIT(seconds)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def request(self, method: str, url: str, *, is_repeatable: bool = True, **options: Any) -> Any:
        """Send a request, retrying while the system is busy; return its response with any status below 500.

        After a 429, wait as its Retry-After states, else with increasing delays. Raises Refused when retries fail.
        Without `is_repeatable` only a 429 is retried: after any other error the request may have been executed.
        """
        import httpx

        cause = ""
        for attempt in range(self.attempts):
            self._keep_rate()
            try:
                response = self.client.request(method, url, **options)
            except httpx.HTTPError as error:
                cause, wait = type(error).__name__, float(2**attempt)
                if not is_repeatable:
                    break
            else:
                if response.status_code != 429 and response.status_code < 500:
                    return response
                cause, wait = f"HTTP {response.status_code}", _wait_of(response, attempt)
                if not is_repeatable and response.status_code != 429:
                    break
            if wait > LONGEST_WAIT:
                break
            if attempt + 1 < self.attempts:
                self.pause(wait)
        raise source_refusal(
            bilingual(
                "“{system}”没有回答（{why}，地址 {host}）。已取到的内容保留，请检查网络或稍后再运行，会从中断处继续。",
                "“{system}” did not answer ({why}, at {host}). What was fetched is kept: check the network or run again later, it goes on from there.",
                system=self.system,
                why=cause,
                host=urlsplit(url).netloc,
            )
        )

    def _keep_rate(self) -> None:
        """Wait until the next call is due."""
        if not self.interval:
            return
        due = self.last_call + self.interval - time.monotonic()
        if self.last_call and due > 0:
            self.pause(due)
        self.last_call = time.monotonic()


def _wait_of(response: Any, attempt: int) -> float:
    """Return the waiting time in seconds requested by a busy system."""
    stated = str(response.headers.get("Retry-After", "")).strip()
    if stated.isdigit():
        return float(stated)
    if stated:
        try:
            return max((parsedate_to_datetime(stated) - clock.now()).total_seconds(), 1.0)
        except ValueError:
            pass
    return float(2**attempt)
