"""The API's own description (OpenAPI 3.1), generated from the registers and the field facts on each request."""

from collections.abc import Iterable
from typing import Any

from dakehu import __version__
from dakehu.exchange.arrow.stream import MEDIA_TYPE as ARROW
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.i18n import Bilingual, bilingual
from dakehu.foundation.gates import QUERIES, columns_of
from dakehu.foundation.gates.input import field_behind, spec_behind
from dakehu.foundation.gates.output import Column, kind_of
from dakehu.foundation.schema import resources
from dakehu.foundation.schema.fields import applies_note, model_of
from dakehu.foundation.schema.parameters import Parameter

TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "long": {"type": "string"},
    "choice": {"type": "string"},
    "sealed": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "money": {"type": "string", "format": "decimal"},
    "rate": {"type": "string", "format": "decimal"},
    "decimal": {"type": "string", "format": "decimal"},
    "number": {"type": ["integer", "string"]},
    "integer": {"type": "integer"},
    "bool": {"type": "boolean"},
    "json": {},
    "key": {"type": ["object", "null"], "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}},
}


def schema_of_column(column: Column) -> dict[str, Any]:
    """Return the schema of a column in answers."""
    facts = column.spec
    kind = dict(TYPES[column.kind])
    if "type" in kind and "null" not in kind["type"]:
        kind["type"] = [*([kind["type"]] if isinstance(kind["type"], str) else kind["type"]), "null"]
    made = {**kind, "title": f"{facts.zh} {facts.en}", "x-sensitivity": facts.sensitivity.name.lower()}
    if facts.help_zh:
        made["description"] = f"{facts.help_zh} {facts.help_en}"
    if facts.unit:
        made["x-unit"] = facts.unit
    if column.choice_set is not None:
        made["enum"] = [*(m.value for m in column.choice_set), "", None]
    return made


def schema_of_take(parameter: Parameter) -> dict[str, Any]:
    """Return the schema of a parameter of an action or query: in any form the gate reads, so most may be text."""
    behind, facts = field_behind(parameter), spec_behind(parameter)
    kind = kind_of(behind) if behind is not None else ("key" if parameter.model else parameter.kind)
    words = getattr(behind, "choice_set", None) or parameter.choice_set
    plain = {
        "integer": ["integer", "string"],
        "number": ["integer", "string"],
        "bool": ["boolean", "string"],
        "key": ["integer", "string", "object"],
        "file": ["object"],
        "ids": ["array", "integer", "string"],
        "json": None,
    }.get(kind, ["string", "number"])
    made: dict[str, Any] = {"title": f"{facts.zh} {facts.en}"}
    if plain:
        made["type"] = [*plain, "null"] if not parameter.required else plain
    described = " ".join(part for part in (facts.help_zh, facts.help_en) if part)
    if words is not None:
        described += " " + ", ".join(f"{m.value} = {m.zh} {m.en}" for m in words)
    if described.strip():
        made["description"] = described.strip()
    if facts.example:
        made["examples"] = [facts.example]
    if facts.unit:
        made["x-unit"] = facts.unit
    if facts.applies_to and behind is not None:
        made["x-applies-to"] = list(facts.applies_to)
        note = applies_note(behind.model, facts)
        made["description"] = " ".join(
            filter(None, (made.get("description"), note and f"{note.in_('zh')} {note.in_('en')}"))
        )
    return made


BASE = bilingual(
    "读取时的值：别人没有动过的字段会直接合并，不会因版本较旧而被拒绝。",
    "The values that were read: fields that nobody else touched are merged instead of refused for an older version.",
)


def _model_schema(label: str) -> dict[str, Any]:
    columns = {c.name: schema_of_column(c) for c in columns_of(model_of(label), beside=True)}
    return {"type": "object", "properties": {"id": {"type": "integer"}, "row_version": {"type": "integer"}, **columns}}


def _body(parameters: Iterable[Parameter], leave_out: tuple[str, ...] = (), loose: bool = False) -> dict[str, Any]:
    chosen = [t for t in parameters if t.name not in leave_out]
    made: dict[str, Any] = {"type": "object", "properties": {t.name: schema_of_take(t) for t in chosen}}
    if loose:
        made["properties"]["base"] = {"type": "object", "title": "base", "description": str(BASE)}
    required = [t.name for t in chosen if t.required and not loose]
    if required:
        made["required"] = required
    return {"required": bool(required), "content": {"application/json": {"schema": made}}}


COLUMNS = bilingual(
    "只用于 Arrow：要读的列，用逗号分隔；不填为全部列。",
    "For Arrow only: the columns to read, comma separated; all without it.",
)
PART = bilingual(
    "只用于 Arrow：答案里有几张表时，要哪一张。", "For Arrow only: which table, where an answer has several."
)


def _table_answers(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the responses of an operation with Arrow streams: by Accept header, typed, all rows unless limited."""
    answers = _answers(schema, "200", "406")
    answers["200"]["content"][ARROW] = {"schema": {"type": "string", "format": "binary"}}
    return answers


def _answers(schema: dict[str, Any], good: str = "200", *also: str) -> dict[str, Any]:
    report = {
        "400": bilingual("内容有误", "Something in it is wrong"),
        "401": bilingual("请先登录", "Sign in first"),
        "403": bilingual("角色无此权限", "The role may not"),
        "404": bilingual("没有或不可见", "Not there, or not in sight"),
        "406": bilingual("这不是一张表", "This is no table"),
        "409": bilingual("可能已有这一位", "It may be there already"),
        "412": bilingual("已被他人修改", "Changed meanwhile"),
        "429": bilingual("请求过于频繁", "Too many requests"),
        "503": bilingual("正在大批写入，请稍后再试", "A long write is going on; try again in a moment"),
        "405": bilingual("方法不对", "Wrong method"),
    }
    refusals = {
        code: {
            "description": str(report[code]),
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}},
        }
        for code in ("400", "401", "403", "404", "405", "429", "503", *also)
    }
    return {good: {"description": "OK", "content": {"application/json": {"schema": schema}}}, **refusals}


def _query_parameters(parameters: Iterable[Parameter]) -> list[dict[str, Any]]:
    made = [{"name": t.name, "in": "query", "required": t.required, "schema": schema_of_take(t)} for t in parameters]
    for name in ("limit", "offset"):
        if all(p["name"] != name for p in made):
            made.append(
                {
                    "name": name,
                    "in": "query",
                    "required": False,
                    "schema": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
                }
            )
    for name, text in (("columns", COLUMNS), ("part", PART)):
        described = {"type": "string", "description": str(text)}
        made.append({"name": name, "in": "query", "required": False, "schema": described})
    return made


def _operation_names(label: Bilingual) -> dict[str, Any]:
    """Return the name of an operation: in the reader's language, and in both for programs."""
    return {"summary": str(label), "x-zh": label.in_("zh"), "x-en": label.in_("en")}


def openapi() -> dict[str, Any]:
    """Return the full description, in the reader's language where a sentence is not bilingual."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {
        "Refusal": {
            "type": "object",
            "required": ["messages"],
            "properties": {
                "messages": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
                "current": {"type": "object"},
                "row_version": {"type": "integer"},
                "by": {"type": "string"},
                "at": {"type": "string"},
                "kept": {"type": "array", "items": {"type": "string"}},
                "fields": {"type": "object", "additionalProperties": {"type": "object"}},
            },
        },
    }
    for name, resource in resources.by_path().items():
        short = resource.model.partition(".")[2]
        schemas[short] = _model_schema(resource.model)
        row = {"$ref": f"#/components/schemas/{short}"}
        lists, create, change = QUERIES[resource.list], ACTIONS[resource.create], ACTIONS[resource.update]
        listing = {
            "type": "object",
            "properties": {"count": {"type": "integer"}, "rows": {"type": "array", "items": row}},
        }
        paths[f"/api/v1/{name}"] = {
            "get": {
                "tags": [name],
                **_operation_names(lists.label),
                "description": lists.doc,
                "operationId": f"list_{short}",
                "parameters": _query_parameters(t for t in lists.parameters if t.name != "filters"),
                "responses": _table_answers(listing),
            },
            "post": {
                "tags": [name],
                **_operation_names(create.label),
                "description": create.doc,
                "operationId": f"create_{short}",
                "requestBody": _body(create.parameters),
                "responses": _answers(row, "201", "409"),
            },
        }
        key = {"name": "key", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[^/]+$"}}
        match = {
            "name": "If-Match",
            "in": "header",
            "required": False,
            "schema": {"type": "string", "pattern": "^[0-9]{1,9}$"},
        }
        paths[f"/api/v1/{name}/{{key}}"] = {
            "get": {
                "tags": [name],
                "summary": short,
                "operationId": f"get_{short}",
                "parameters": [key],
                "responses": _answers(row),
            },
            "patch": {
                "tags": [name],
                **_operation_names(change.label),
                "description": change.doc,
                "operationId": f"change_{short}",
                "parameters": [key, match],
                "requestBody": _body(change.parameters, (resource.key, "version"), loose=True),
                "responses": _answers(row, "200", "409", "412"),
            },
        }
    for name, asked in sorted(QUERIES.items()):
        paths[f"/api/v1/queries/{name}"] = {
            "get": {
                "tags": ["q"],
                **_operation_names(asked.label),
                "description": asked.doc,
                "operationId": f"q_{name}",
                "parameters": _query_parameters(asked.parameters),
                "x-needs": asked.needs,
                "responses": _table_answers({}),
            }
        }
    for name, verb in sorted(ACTIONS.items()):
        if verb.is_public:
            paths[f"/api/v1/actions/{name}"] = {
                "post": {
                    "tags": ["do"],
                    **_operation_names(verb.label),
                    "description": verb.doc,
                    "operationId": f"do_{name}",
                    "x-needs": verb.needs,
                    **({"x-registration": verb.registration} if verb.registration else {}),
                    "requestBody": _body(verb.parameters),
                    "responses": _answers({}, "200", "409", "412"),
                }
            }
    return {
        "openapi": "3.1.0",
        "info": {"title": "dakehu 大客户", "version": __version__},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
    }


def for_reading() -> list[dict[str, Any]]:
    """Return the description as a page shows it: one entry per address and method."""
    made = []
    for path, methods in openapi()["paths"].items():
        for method, operation in methods.items():
            fields = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            required = set(fields.get("required", ()))
            parameters = [
                {"name": n, "title": f["title"], "required": n in required, "description": f.get("description", "")}
                for n, f in fields.get("properties", {}).items()
            ]
            parameters += [
                {"name": p["name"], "title": p["schema"].get("title", ""), "required": p["required"], "description": ""}
                for p in operation.get("parameters", ())
            ]
            made.append(
                {
                    "path": path,
                    "method": method.upper(),
                    "summary": operation["summary"],
                    "doc": operation.get("description", ""),
                    "takes": parameters,
                }
            )
    return made
