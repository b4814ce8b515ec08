"""Requests to the desk: TLS except on loopback, the token in no repr, retries where the desk requests them."""

import ipaddress
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from dakehu.client.errors import NotThere, Refused, Unavailable

ARROW = "application/vnd.apache.arrow.stream"
TIMES = httpx.Timeout(300.0, connect=10.0)  # a back-test or a verification may take minutes
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0  # seconds, where the desk sends no Retry-After
BUSY = (429, 503)


class Transport:
    """One desk and one token. `patience` is the total number of seconds that a request may wait for retries."""

    def __init__(
        self, url: str, token: str, *, language: str, patience: float, certificates: str | None, plain_http: bool
    ) -> None:
        self.url = _checked(url, plain_http)
        if not token or not token.isascii() or any(sign.isspace() for sign in token):
            raise ValueError("the token must be one word of plain letters, as the desk shows it once")
        self.patience = patience
        local = _is_local(httpx.URL(self.url).host)
        self._client = httpx.Client(
            auth=_Token(token),
            headers={"Accept-Language": language, "User-Agent": "dakehu.client"},
            timeout=TIMES,
            verify=ssl.create_default_context(cafile=certificates),
            follow_redirects=False,  # the token is sent to the configured desk only
            trust_env=not local,
        )

    def __repr__(self) -> str:
        return f"<Transport {self.url}>"

    def close(self) -> None:
        self._client.close()

    def get(self, path: str, parameters: Mapping[str, str] | None = None) -> Any:
        """Return the JSON at a path."""
        with self._answer("GET", path, params=dict(parameters or {})) as answer:
            answer.read()
            return _json(answer)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Send JSON and return the JSON answer. Retried only after 429, when the desk has done nothing."""
        with self._answer("POST", path, json=dict(body)) as answer:
            answer.read()
            return _json(answer)

    @contextmanager
    def stream(self, path: str, parameters: Mapping[str, str]) -> Iterator[Iterator[bytes]]:
        """Open an Arrow stream and yield its bytes as they arrive."""
        with self._answer("GET", path, params=dict(parameters), headers={"Accept": ARROW}) as answer:
            if not answer.headers.get("Content-Type", "").startswith(ARROW):
                raise Unavailable(f"{self.url} does not answer with Arrow; is it a desk of version 0.4 or newer?")
            yield answer.iter_bytes()

    @contextmanager
    def _answer(self, method: str, path: str, **sent: Any) -> Iterator[httpx.Response]:
        """Yield the successful response to a request. Raises Refused, NotThere or Unavailable."""
        deadline = time.monotonic() + self.patience
        tries = 0
        while True:
            try:
                request = self._client.build_request(method, f"{self.url}/api/v1/{path}", **sent)
                answer = self._client.send(request, stream=True)
            except httpx.HTTPError as fault:
                raise Unavailable(f"{self.url}: {type(fault).__name__}: {fault}") from None
            wait = _wait(answer, method, tries)
            if wait is None or time.monotonic() + wait > deadline:
                break
            answer.close()
            time.sleep(wait)
            tries += 1
        try:
            if not answer.is_success:
                answer.read()
                raise _refusal(answer, self.url)
            yield answer
        except httpx.HTTPError as fault:
            raise Unavailable(f"{self.url}: {type(fault).__name__}: {fault}") from None
        finally:
            answer.close()


class _Token(httpx.Auth):
    """Adds the token to each request and keeps it out of reprs."""

    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def __repr__(self) -> str:
        return "<token>"

    def auth_flow(self, request: httpx.Request) -> Any:
        request.headers["Authorization"] = self._header
        yield request


def _checked(url: str, plain_http: bool) -> str:
    """Return the URL without a trailing slash. Raises ValueError for one that would send the token unencrypted."""
    address = httpx.URL(url)
    if address.scheme not in ("https", "http") or not address.host or address.userinfo:
        raise ValueError("the address of the desk looks like https://desk.example")
    if address.scheme == "http" and not (plain_http or _is_local(address.host)):
        raise ValueError(
            "http:// sends the token and the clients' data unprotected: use https://, or say plain_http=True where the network is "
            "protected otherwise"
        )
    return str(address.copy_with(query=None, fragment=None)).rstrip("/")


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _wait(answer: httpx.Response, method: str, tries: int) -> float | None:
    """Return seconds before a retry, None for a final answer. Actions are retried only after 429: nothing was done."""
    if answer.status_code not in BUSY or (answer.status_code == 503 and method != "GET"):
        return None
    said = answer.headers.get("Retry-After", "")
    return float(said) if said.isdecimal() else min(FIRST_WAIT * 2**tries, LONGEST_WAIT)


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        raise Unavailable(f"{answer.url.host} answered no JSON ({answer.headers.get('Content-Type', '')})") from None


def _refusal(answer: httpx.Response, url: str) -> Exception:
    try:
        body = answer.json()
        messages = body.pop("messages")
    except (ValueError, KeyError, AttributeError):
        return Unavailable(f"{url}: HTTP {answer.status_code}, which is no answer of a desk")
    if answer.status_code == 503:
        return Unavailable("\n".join(text for texts in messages.values() for text in texts))
    return (NotThere if answer.status_code == 404 else Refused)(answer.status_code, messages, body)
