"""A bounded fuzz of every operation of the OpenAPI document: for any input, no answer is a server error or undocumented.

The long run, with Schemathesis and for each role, is scripts/fuzz_api.py. The seed is fixed, so that failures can be reproduced.
"""

import json
import random
from typing import Any
from urllib.parse import urlencode

import pytest

from dakehu.interfaces.api import openapi
from tests.architecture.pages import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
SLOW = {"/api/v1/actions/report.create"}  # prints a PDF; fuzzed by the script
ODD: list[Any] = [
    "",
    " ",
    "张三",
    "²",
    "-1",
    "1e999",
    "NaN",
    "2024-02-30",
    "0001-01-01T00:00:00Z",
    "\u202e\ud83d\ude00",
    "' or 1=1 --",
    "../../etc/passwd",
    "{}",
    "[[[]]]",
    "x" * 5000,
    0,
    -1,
    2**31,
    2**63,
    10**40,
    1.5,
    1e308,
    True,
    None,
    [],
    [None],
    [1, "a"],
    {},
    {"a": {"b": []}},
]


def value_of(schema: dict[str, Any], draw: random.Random) -> Any:
    """Return a value of the schema's kind, or (in half of the cases) an arbitrary one."""
    if draw.random() < 0.5:
        return draw.choice(ODD)
    kinds = schema.get("type", "string")
    kind = draw.choice(kinds) if isinstance(kinds, list) else kinds
    if kind == "object":
        return {name: value_of(of, draw) for name, of in schema.get("properties", {}).items()}
    if kind == "array":
        return [value_of(schema.get("items", {}), draw) for _ in range(draw.randrange(3))]
    plain = {"integer": 1, "number": 12.5, "boolean": False, "null": None}
    return plain.get(kind, draw.choice(["C0001", "2024-01-08", "lin", "1"]))


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in openapi.openapi()["paths"].items()
        for method, operation in methods.items()
        if path not in SLOW
    ]


def ask_oddly(browser: Any, path: str, method: str, operation: dict[str, Any], draw: random.Random) -> Any:
    """Send one request with odd values for everything that the document defines of an operation."""
    query: dict[str, str] = {}
    for parameter in operation.get("parameters", []):
        value = value_of(parameter.get("schema", {}), draw)
        text = value if isinstance(value, str) else json.dumps(value)
        if parameter["in"] == "path":
            odd = draw.choice(["1", "0", "²", "C0001", "张三", "999999999999999999999"])
            path = path.replace(f"{{{parameter['name']}}}", odd)
        elif draw.random() < 0.6:
            query[parameter["name"]] = text
    body = b""
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"].get("application/json", {}).get("schema", {})
        sent = {
            name: value_of(of, draw)
            for name, of in schema.get("properties", {}).items()
            if name in schema.get("required", ()) or draw.random() < 0.5
        }
        body = json.dumps(draw.choice([sent, sent, sent, sent, draw.choice(ODD)])).encode()
    address = f"{path}?{urlencode(query, errors='replace')}" if query else path
    return browser.generic(method.upper(), address, body, content_type="application/json")


@pytest.mark.parametrize("role", ["lin", "zhou", "he", "an", "admin"])
def test_no_request_brings_about_a_fault_or_an_undocumented_status(
    lin: Any, zhou: Any, he: Any, an: Any, admin: Any, zhang: Any, settings: Any, role: str
) -> None:
    settings.REQUESTS_PER_MINUTE = settings.LOOKUPS_PER_HOUR = 0
    draw = random.Random(f"dakehu {role}")
    browser = browser_of({"lin": lin, "zhou": zhou, "he": he, "an": an, "admin": admin}[role])
    asked = draw.sample(operations(), 80)
    faults = []
    for path, method, operation in asked:
        answer = ask_oddly(browser, path, method, operation, draw)
        if answer.status_code >= 500 or str(answer.status_code) not in operation["responses"]:
            faults.append((method, answer.request["PATH_INFO"], answer.status_code, answer.content[:200]))
    assert faults == []


def test_null_for_whatever_may_be_left_out_is_no_fault_of_any_action(lin: Any, zhang: Any, settings: Any) -> None:
    settings.REQUESTS_PER_MINUTE = settings.LOOKUPS_PER_HOUR = 0
    browser, faults = browser_of(lin), []
    for path, method, operation in operations():
        if "requestBody" not in operation or "/actions/" not in path:
            continue
        schema = operation["requestBody"]["content"].get("application/json", {}).get("schema", {})
        needed = schema.get("required", ())
        if set(needed) - {"client"}:
            continue  # refused before anything is done with it
        sent = {name: "C0001" if name in needed else None for name in schema.get("properties", {})}
        answer = browser.generic(method.upper(), path, json.dumps(sent), content_type="application/json")
        if answer.status_code >= 500:
            faults.append((path, answer.status_code))
    assert faults == []
