"""The server under trial: how it is asked, and what it says of itself."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

# What Power Query really sends (a trace of 2026-07-24 in go-odata 874).
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
    """What came back: headers by lower-case name, each with all its values."""

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


# (method, address below the server or whole, headers) -> answer
Send = Callable[[str, str, Mapping[str, str]], Answer]


@dataclass
class Desk:
    """A server and a person's token. `foreign` is the number of a client whom the person does not see, 0 without one."""

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
        """Ask for a path below the root, or a whole address, with the headers of Power Query and `headers`."""
        sent = {**POWER_QUERY, **({"Authorization": self.basic} if is_signed_in else {}), **(headers or {})}
        return self.send(method, path if path.startswith("http") else self.root + escaped(path), sent)

    def known(self, path: str) -> Answer:
        """The same, asked once."""
        if path not in self.cache:
            self.cache[path] = self.ask(path)
        return self.cache[path]

    @cached_property
    def schema(self) -> ElementTree.Element:
        return ElementTree.fromstring(self.known("$metadata").body)  # noqa: S314  our own answer

    @cached_property
    def properties(self) -> dict[str, str]:
        """{property of a client: type}."""
        kind = next(one for one in self.schema.iter(f"{EDM}EntityType") if one.get("Name") == "Client")
        return {str(one.get("Name")): str(one.get("Type")) for one in kind.iter(f"{EDM}Property")}

    @cached_property
    def fixed(self) -> set[str]:
        """The properties of clients by which this person may not filter."""
        clients = next(one for one in self.schema.iter(f"{EDM}EntitySet") if one.get("Name") == "Clients")
        values = (one for one in clients.iter(f"{EDM}PropertyValue") if one.get("Property") == NON_FILTERABLE)
        return {str(path.text) for one in values for path in one.iter(f"{EDM}PropertyPath")}

    @property
    def count(self) -> int:
        return int(self.known("Clients/$count").text)

    @property
    def key(self) -> int:
        """The number of a client in the person's sight."""
        return int(self.known("Clients?$top=1&$select=id").ids[0])


def escaped(path: str) -> str:
    """The path as a program sends it: what is not ASCII, blanks and quotes in percent signs."""
    return quote(path, safe="/?&=$(),;:%@*'")
