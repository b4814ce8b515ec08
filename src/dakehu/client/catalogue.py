"""The queries and actions of a desk, read from its OpenAPI description."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

QUERIES, ACTIONS = "/api/v1/queries/", "/api/v1/actions/"
OF_EVERY_QUERY = ("limit", "offset", "columns", "part")


@dataclass(frozen=True)
class Parameter:
    """A parameter of a query or an action. `label` is in both languages."""

    name: str
    label: str
    is_required: bool
    help: str
    unit: str


@dataclass(frozen=True)
class Entry:
    """A query or an action: its name, its labels, its description, its parameters and the permission it needs."""

    name: str
    zh: str
    en: str
    doc: str
    parameters: tuple[Parameter, ...]
    needs: str

    def __str__(self) -> str:
        """Return all fields as text, as `print` shows it in a notebook."""
        lines = [f"{self.name}  {self.zh} {self.en}", self.doc]
        for one in self.parameters:
            mark = "*" if one.is_required else " "
            unit = f" ({one.unit})" if one.unit else ""
            lines.append(f"{mark} {one.name}: {one.label}{unit}{'  ' + one.help if one.help else ''}")
        return "\n".join(line for line in lines if line)


def queries_in(described: Mapping[str, Any]) -> dict[str, Entry]:
    """Return {name: query} of a description."""
    return {
        name: _entry(name, operation, _of_query(operation)) for name, operation in _under(QUERIES, "get", described)
    }


def actions_in(described: Mapping[str, Any]) -> dict[str, Entry]:
    """Return {name: action} of a description."""
    return {
        name: _entry(name, operation, _of_body(operation)) for name, operation in _under(ACTIONS, "post", described)
    }


def _under(prefix: str, method: str, described: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in described.get("paths", {}).items():
        if path.startswith(prefix) and method in methods:
            yield path.removeprefix(prefix), methods[method]


def _entry(name: str, operation: Mapping[str, Any], parameters: tuple[Parameter, ...]) -> Entry:
    zh, en = operation.get("x-zh", operation.get("summary", "")), operation.get("x-en", "")
    return Entry(name, zh, en, operation.get("description", ""), parameters, operation.get("x-needs", ""))


def _of_query(operation: Mapping[str, Any]) -> tuple[Parameter, ...]:
    return tuple(
        _parameter(one["name"], one.get("schema", {}), one.get("required", False))
        for one in operation.get("parameters", ())
        if one["name"] not in OF_EVERY_QUERY
    )


def _of_body(operation: Mapping[str, Any]) -> tuple[Parameter, ...]:
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    required = schema.get("required", ())
    return tuple(_parameter(name, one, name in required) for name, one in schema.get("properties", {}).items())


def _parameter(name: str, schema: Mapping[str, Any], is_required: bool) -> Parameter:
    return Parameter(
        name, schema.get("title", ""), is_required, schema.get("description", ""), schema.get("x-unit", "")
    )
