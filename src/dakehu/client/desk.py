"""The entry point of the Python client."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import TracebackType
from typing import Any

from dakehu.client.catalogue import Entry, actions_in, queries_in
from dakehu.client.result import Result
from dakehu.client.transport import Transport

Columns = Iterable[str] | str


class Desk:
    """A desk and the token of one member of staff: every read and action runs as that person.

    `url` is the desk's address (https, or http on this machine). `language` ("zh" or "en") is the language of its
    messages. `patience`: total seconds to wait where the desk answers that the request should be retried later.
    `certificates`: a file with the firm's own certificate authority. `plain_http` allows sending the token
    unencrypted, where the network is protected otherwise.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        language: str = "zh",
        patience: float = 120.0,
        certificates: str | None = None,
        plain_http: bool = False,
    ) -> None:
        self._transport = Transport(
            url, token, language=language, patience=patience, certificates=certificates, plain_http=plain_http
        )
        self._described: dict[str, Any] | None = None

    def __repr__(self) -> str:
        return f"<Desk {self._transport.url}>"

    def __enter__(self) -> "Desk":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def clients(
        self,
        *,
        text: str = "",
        filters: Mapping[str, Any] | None = None,
        order: str = "",
        limit: int | None = None,
        columns: Columns = (),
    ) -> Result:
        """Return the visible clients. `filters`: {"assets.ge": 1_000_000, "segment": "钻石"} (eq, ne, gt, ge, lt, le,
        has, starts, in, empty, filled); `order`: "-assets,name"; `text` searches."""
        return self.list("clients", text=text, filters=filters, order=order, limit=limit, columns=columns)

    def list(
        self,
        resource: str,
        *,
        text: str = "",
        filters: Mapping[str, Any] | None = None,
        order: str = "",
        limit: int | None = None,
        columns: Columns = (),
    ) -> Result:
        """Return the rows of a resource by its API path: "investments", "interactions", "follow-ups", "requests" …"""
        shape = {"text": text, "order": order, "limit": limit, "columns": _names(columns)}
        return self._result(resource, {**(filters or {}), **shape}, resource)

    def query(
        self, name: str, *, limit: int | None = None, columns: Columns = (), part: str = "", **parameters: Any
    ) -> Result:
        """Return the result of any query by its name, as a table. `part`: which of several tables (see `ask`)."""
        given = {**parameters, "limit": limit, "columns": _names(columns), "part": part}
        return self._result(f"queries/{name}", given, name)

    def ask(self, name: str, **parameters: Any) -> Any:
        """Return the result of any query as parsed JSON: dictionaries and lists, at most 1,000 rows."""
        return self._transport.get(f"queries/{name}", _texts(parameters))

    def get(self, resource: str, number: int) -> dict[str, Any]:
        """Return one row of a resource by its id."""
        row: dict[str, Any] = self._transport.get(f"{resource}/{number}")
        return row

    def perform(self, name: str, **parameters: Any) -> Any:
        """Perform an action by its name and return its result. Raises Refused with the desk's messages by field."""
        return self._transport.post(f"actions/{name}", {key: _plain(value) for key, value in parameters.items()})

    @property
    def queries(self) -> dict[str, Entry]:
        """Return {name: query} of this desk; `print(desk.queries["clients.list"])` explains one."""
        return queries_in(self._description())

    @property
    def actions(self) -> dict[str, Entry]:
        """Return {name: action} of this desk."""
        return actions_in(self._description())

    def _description(self) -> dict[str, Any]:
        if self._described is None:
            self._described = self._transport.get("openapi.json")
        return self._described

    def _result(self, path: str, parameters: Mapping[str, Any], name: str) -> Result:
        texts = _texts(parameters)
        return Result(lambda: self._transport.stream(path, texts), name)


def _names(columns: Columns) -> str:
    return columns if isinstance(columns, str) else ",".join(columns)


def _texts(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return parameters as URL query values; None and empty ones are left out."""
    made = {}
    for name, value in parameters.items():
        if value is None or (isinstance(value, (str, list, tuple, dict)) and len(value) == 0):
            continue
        plain = _plain(value)
        if isinstance(plain, bool):
            plain = "true" if plain else "false"
        made[name] = json.dumps(plain, ensure_ascii=False) if isinstance(plain, (list, dict)) else str(plain)
    return made


def _plain(value: Any) -> Any:
    """Return a Python value as JSON: dates as ISO text, decimals as text, numpy and other numbers as Python's."""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(inner) for inner in value]
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    return _plain(value.item()) if hasattr(value, "item") else str(value)
