"""Google Sheets on loopback, built from Google's own discovery document, which is part of its Python client.

Every URL is taken from the document's methods, and every body and answer is validated by its schemas: an unknown name or a
wrong type is refused in Google's format. Cells, metadata that moves with rows and columns, and quotas follow the reference.
"""

import json
import re
import threading
import urllib.parse
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import jwt

from tests.exchange.sheets_sync.google_book import Book, Refusal

DOCUMENT = json.loads((files("googleapiclient.discovery_cache") / "documents/sheets.v4.json").read_text())
KINDS: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}
PERSON = "a-person"  # the token of editing users
ACCOUNT = "dakehu@example.iam.gserviceaccount.com"


def check(value: Any, schema: dict[str, Any], at: str = "root") -> None:
    """Validate a value by a schema of the document; null means not given. Raises Refusal."""
    if value is None:
        return
    schema = DOCUMENT["schemas"][schema["$ref"]] if "$ref" in schema else schema
    kind = schema.get("type", "any")
    is_wrong = kind in ("integer", "number") and isinstance(value, bool)
    if is_wrong or not isinstance(value, KINDS.get(kind, object)):
        raise Refusal(400, "INVALID_ARGUMENT", f"Invalid value at '{at}' ({kind}), {value!r:.60}")
    if schema.get("enum") and value not in schema["enum"]:
        raise Refusal(400, "INVALID_ARGUMENT", f"Invalid value at '{at}': {value!r:.60}")
    if kind == "object" and "properties" in schema:
        for name, inner in value.items():
            if name not in schema["properties"]:
                raise Refusal(400, "INVALID_ARGUMENT", f"Unknown name \"{name}\" at '{at}': Cannot find field.")
            check(inner, schema["properties"][name], f"{at}.{name}")
    if kind == "array":
        for index, inner in enumerate(value):
            check(inner, schema["items"], f"{at}[{index}]")


def check_mask(mask: str) -> None:
    """Validate a field mask by the schema of a spreadsheet. Raises Refusal."""
    words = re.findall(r"\w+|[(),.]", mask)
    depth, schemas, last = [], [DOCUMENT["schemas"]["Spreadsheet"]], None
    for word in words:
        if word in "(.":
            depth.append(word)
            schemas.append(last)
        elif word in "),":
            while depth and depth[-1] == ".":
                depth.pop()
                schemas.pop()
            if word == ")":
                depth.pop()
                schemas.pop()
        else:
            found = (schemas[-1] or {}).get("properties", {}).get(word)
            if found is None:
                raise Refusal(400, "INVALID_ARGUMENT", f"Invalid field selection {word}")
            found = found.get("items", found)
            last = DOCUMENT["schemas"][found["$ref"]] if "$ref" in found else found


def _methods(resource: dict[str, Any]) -> Any:
    for method in resource.get("methods", {}).values():
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/:]+|[^/]+?)", re.escape(method.get("flatPath", method["path"])))
        name = method["id"].removeprefix("sheets.spreadsheets.")
        yield method["httpMethod"], re.compile(pattern), name, method.get("request"), method.get("response")
    for inner in resource.get("resources", {}).values():
        yield from _methods(inner)


ROUTES = sorted(_methods(DOCUMENT), key=lambda route: -len(route[1].pattern))


class GoogleServer:
    """The server. `refuse_next` answers that many calls with 429; `breaks_after` drops the answer of the n-th write
    from now after executing it; `holds_at` waits before the n-th write until `release` is set."""

    def __init__(self) -> None:
        self.book = Book()
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.calls: list[str] = []
        self.tokens: dict[str, datetime] = {}
        self.refuse_next = 0
        self.breaks_after = 0
        self.holds_at = 0
        self.held, self.release = threading.Event(), threading.Event()
        self.lock = threading.RLock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                server.answer(self, self.rfile.read(length))

            do_GET = do_POST = do_PUT = _serve

            def log_message(self, *words: Any) -> None:
                """Log nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def close(self) -> None:
        """Stop serving."""
        self.release.set()
        self.http.shutdown()
        self.http.server_close()

    def service_key(self) -> str:
        """Return the JSON key of the service account, in Google's format."""
        private = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        facts = {
            "type": "service_account",
            "project_id": "example",
            "private_key_id": "1",
            "private_key": private.decode(),
            "client_email": ACCOUNT,
            "token_uri": f"{self.url}/token",
        }
        return json.dumps(facts)

    def answer(self, handler: Any, body: bytes) -> None:
        """Answer one request."""
        writes = b'"requests"' in body
        if writes and self.holds_at:
            self.holds_at -= 1
            if not self.holds_at:
                self.held.set()
                self.release.wait(timeout=60)
        with self.lock:
            url = urllib.parse.urlsplit(handler.path)
            self.calls.append(url.path)
            try:
                code, made = 200, self._made(handler, url, body)
            except Refusal as refusal:
                code, made = refusal.code, refusal.body
            except (KeyError, IndexError, TypeError) as error:
                code, made = 400, Refusal(400, "INVALID_ARGUMENT", f"{type(error).__name__}: {error}").body
        if writes and self.breaks_after:
            self.breaks_after -= 1
            if not self.breaks_after:
                handler.close_connection = True
                return
        out = json.dumps(made, ensure_ascii=False).encode()
        handler.send_response(code)
        handler.send_header("Content-Type", "application/json; charset=UTF-8")
        handler.send_header("Content-Length", str(len(out)))
        handler.end_headers()
        handler.wfile.write(out)

    def _made(self, handler: Any, url: Any, body: bytes) -> dict[str, Any]:
        if url.path == "/token":
            return self._token(body)
        token = handler.headers.get("Authorization", "").removeprefix("Bearer ")
        if token != PERSON and self.tokens.get(token, datetime.min.replace(tzinfo=UTC)) < datetime.now(UTC):
            raise Refusal(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        if token != PERSON and self.refuse_next:
            self.refuse_next -= 1
            raise Refusal(429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Write requests'")
        query = dict(urllib.parse.parse_qsl(url.query))
        for verb, pattern, name, request, response in ROUTES:
            found = pattern.fullmatch(urllib.parse.unquote(url.path.lstrip("/"))) if verb == handler.command else None
            if found:
                given = json.loads(body) if body and body != b"null" else {}
                if request:
                    check(given, request)
                if "fields" in query and name in ("get", "getByDataFilter"):
                    check_mask(query["fields"])
                made = self.book.call(name, found.groupdict(), query, given)
                check(made, response)
                return made
        raise Refusal(404, "NOT_FOUND", url.path)

    def _token(self, body: bytes) -> dict[str, Any]:
        """Issue a token for an assertion that the account signed."""
        public = self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        given = dict(urllib.parse.parse_qsl(body.decode()))
        try:
            claims = jwt.decode(given["assertion"], certs=public, audience="https://oauth2.googleapis.com/token")
        except ValueError as error:
            raise Refusal(400, "INVALID_GRANT", str(error)) from error
        if claims["iss"] != ACCOUNT or "spreadsheets" not in claims["scope"]:
            raise Refusal(400, "INVALID_GRANT", "account or scope")
        token = f"token-{len(self.tokens)}"
        self.tokens[token] = datetime.now(UTC) + timedelta(hours=1)
        return {"access_token": token, "expires_in": 3600, "token_type": "Bearer"}
