"""The server under test: how requests are sent to it, and its own metadata."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

# Headers that Power Query actually sends (a trace of 2026-07-24 in go-odata 874).
POWER_QUERY = {
    "User-Agent": "Microsoft.Data.Mashup (https://go.microsoft.com/fwlink/?LinkID=304225)",
    "MaxDataServiceVersion": "3.0",
    "OData-MaxVersion": "4.0",
    "Accept-Encoding": "gzip, deflate",
    "Accept": "application/json;odata.metadata=minimal;q=1.0,application/json;odata=minimalmetadata;q=0.9,"
    "application/atomsvc+xml;q=0.8,application/atom+xml;q=0.8,application/xml;q=0.7,text/plain;q=0.7",
}
EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
NON_FILTERABLE = "NonFilterableProperties"


@dataclass(frozen=True)
class Answer:
    """A response: headers by lower-case name, each with all its values."""

    status: int
    headers: Mapping[str, list[str]]
    body: bytes

    @cached_property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def rows(self) -> list[dict[str, Any]]:
        return list(self.json["value"])

    @property
    def ids(self) -> list[int]:
        return [row["id"] for row in self.rows]


# (method, address below the server or absolute, headers) -> answer
Send = Callable[[str, str, Mapping[str, str]], Answer]


@dataclass
class Desk:
    """A server and a user's token. `foreign` is the id of a client not visible to the user, 0 without one."""

    send: Send
    root: str
    username: str
    token: str
    foreign: int = 0
    cache: dict[str, Answer] = field(default_factory=dict)

    @property
    def basic(self) -> str:
        return "Basic " + base64.b64encode(f"{self.username}:{self.token}".encode()).decode()

    def ask(
        self, path: str, headers: Mapping[str, str] | None = None, method: str = "GET", is_signed_in: bool = True
    ) -> Answer:
        """Request a path below the root, or an absolute address, with the headers of Power Query and `headers`."""
        sent = {**POWER_QUERY, **({"Authorization": self.basic} if is_signed_in else {}), **(headers or {})}
        return self.send(method, path if path.startswith("http") else self.root + escaped(path), sent)

    def known(self, path: str) -> Answer:
        """Do the same, cached."""
        if path not in self.cache:
            self.cache[path] = self.ask(path)
        return self.cache[path]

    @cached_property
    def schema(self) -> ElementTree.Element:
        return ElementTree.fromstring(self.known("$metadata").body)  # noqa: S314  our own answer

    @cached_property
    def properties(self) -> dict[str, str]:
        """Return {property of a client: type}."""
        kind = next(one for one in self.schema.iter(f"{EDM}EntityType") if one.get("Name") == "Client")
        return {str(one.get("Name")): str(one.get("Type")) for one in kind.iter(f"{EDM}Property")}

    @cached_property
    def fixed(self) -> set[str]:
        """Return the properties of clients by which this user may not filter."""
        clients = next(one for one in self.schema.iter(f"{EDM}EntitySet") if one.get("Name") == "Clients")
        values = (one for one in clients.iter(f"{EDM}PropertyValue") if one.get("Property") == NON_FILTERABLE)
        return {str(path.text) for one in values for path in one.iter(f"{EDM}PropertyPath")}

    @property
    def count(self) -> int:
        return int(self.known("Clients/$count").text)

    @property
    def key(self) -> int:
        """Return the id of a client visible to the user."""
        return int(self.known("Clients?$top=1&$select=id").ids[0])


def escaped(path: str) -> str:
    """Return the path as a program sends it: non-ASCII characters, blanks and quotes percent-encoded."""
    return quote(path, safe="/?&=$(),;:%@*'")
