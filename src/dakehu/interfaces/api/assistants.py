"""Serve assistants over the Model Context Protocol at /mcp: every query the token's holder may call is a tool.

Streamable HTTP without sessions: each POST is one JSON-RPC message and gets one JSON answer, so any process can serve it.
Assistants read and never write. Each call writes one audit entry, which names the query without its parameters.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from dakehu import __version__
from dakehu.foundation.access.actor import Actor, acting_as, current_actor
from dakehu.foundation.actions.labels import declare_steps
from dakehu.foundation.actions.registry import act
from dakehu.foundation.audit.chain import plain_value
from dakehu.foundation.base import firm_settings, system_faults
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual, in_language
from dakehu.foundation.gates import QUERIES, ask
from dakehu.foundation.records.recorded import add_audit_note
from dakehu.interfaces import rate_limits
from dakehu.interfaces.api.openapi import schema_of_take
from dakehu.interfaces.api.responses import refusal_answer, writable
from dakehu.interfaces.authentication import SignInFirst, token_actor

log = logging.getLogger("dakehu.api")
PROTOCOLS = ("2025-11-25", "2025-06-18", "2025-03-26")  # the newest first; all use this transport
PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, INTERNAL_ERROR = -32700, -32600, -32601, -32602, -32603
LARGEST = 1_000_000  # bytes of a message
STEP = "assistants.ask"
INSTRUCTIONS = bilingual(
    "dakehu 是证券公司服务大客户的工作台。每个工具是一项查询，只返回令牌持有人有权看到的内容；打码的值保持打码。金额单位为人民币元，比率为小数，日期按北京时间。",
    "dakehu is the desk on which a securities broker serves its key clients. Each tool is a query and returns what the token's holder may "
    "see; masked values stay masked. Amounts are in CNY, rates are fractions, dates are those of Asia/Shanghai.",
)

declare_steps({STEP: bilingual("AI 助手查询", "An assistant asked")})


class ProtocolError(Exception):
    """A JSON-RPC error: its code and a sentence."""

    def __init__(self, code: int, message: Any) -> None:
        super().__init__(str(message))
        self.code = code


@csrf_exempt  # it accepts tokens only, never a browser session
def mcp_view(request: HttpRequest) -> HttpResponse:
    """Answer one JSON-RPC message; 202 without a body for a notification."""
    wanted = request.headers.get("Accept-Language", "zh").lower()
    with in_language(wanted):
        try:
            _check_allowed(request)
            if request.method != "POST":
                return HttpResponse(status=405, headers={"Allow": "POST"})
            actor = _actor_of(request)
        except Refused as refusal:
            return refusal_answer(refusal)
        with acting_as(actor):
            return _answer(request)


def _check_allowed(request: HttpRequest) -> None:
    """Raise Refused while assistants are switched off, or where the request comes from a page of another site."""
    if not firm_settings.current("ASSISTANTS"):
        raise _Off(
            bilingual(
                "AI 助手查询没有开启。管理员可以在“系统 → 机构设置”里开启。",
                "Assistants are switched off. An administrator may switch them on under System → Firm settings.",
            )
        )
    origin = request.headers.get("Origin", "")
    if origin and urlsplit(origin).netloc != request.get_host():
        raise _Off(bilingual("不接受其他网站发来的请求。", "Requests from other sites are not taken."))


class _Off(Refused):
    status = 403


def _actor_of(request: HttpRequest) -> Actor:
    """Return the actor of a request's token. Raises SignInFirst without one, TooManyRequests."""
    given = request.headers.get("Authorization", "")
    if not given:
        rate_limits.check_stranger(request)
        raise SignInFirst(bilingual("请使用个人访问令牌。", "Use a personal access token."))
    actor = token_actor(request, given, "mcp", writes=False)
    rate_limits.check_person(request, actor.user_id)
    return replace(actor, door="mcp", request_id=getattr(request, "request_id", ""))


def _answer(request: HttpRequest) -> HttpResponse:
    number: Any = None
    try:
        message = _message_of(request)
        number, method = message.get("id"), str(message.get("method", ""))
        if number is None:
            return HttpResponse(status=202)
        handler = METHODS.get(method)
        if handler is None:
            raise ProtocolError(METHOD_NOT_FOUND, bilingual("没有方法 {name}。", "No method {name}.", name=method))
        body: dict[str, Any] = {"result": handler(_object(message.get("params", {})))}
    except ProtocolError as fault:
        body = {"error": {"code": fault.code, "message": str(fault)}}
    return _json({"jsonrpc": "2.0", "id": number, **body})


def _message_of(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > LARGEST:
        raise ProtocolError(INVALID_REQUEST, bilingual("消息太大。", "The message is too large."))
    try:
        message = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise ProtocolError(PARSE_ERROR, bilingual("不是 JSON。", "This is not JSON.")) from None
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        raise ProtocolError(
            INVALID_REQUEST, bilingual("应为一条 JSON-RPC 2.0 消息。", "Send one JSON-RPC 2.0 message.")
        )
    if not isinstance(message.get("id"), (str, int, type(None))):
        raise ProtocolError(INVALID_REQUEST, bilingual("id 应为文字或整数。", "The id must be text or a whole number."))
    return message


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ProtocolError(INVALID_PARAMS, bilingual("参数应为一个对象。", "Parameters must be an object."))
    return value


def _json(body: Any) -> HttpResponse:
    try:
        text = orjson.dumps(body, default=plain_value, option=orjson.OPT_NON_STR_KEYS)
    except (orjson.JSONEncodeError, RecursionError):
        text = orjson.dumps(writable(body), default=plain_value, option=orjson.OPT_NON_STR_KEYS)
    return HttpResponse(text, content_type="application/json")


def initialize(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the negotiated protocol version and the server information."""
    asked = parameters.get("protocolVersion")
    return {
        "protocolVersion": asked if asked in PROTOCOLS else PROTOCOLS[0],
        "capabilities": {"tools": {"listChanged": False}},
        "serverInfo": {"name": "dakehu", "title": "dakehu 大客户", "version": __version__},
        "instructions": str(INSTRUCTIONS),
    }


def list_tools(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return a tool for each query that the reader may call, ordered by name."""
    may = current_actor().may
    return {"tools": [_tool(name) for name in sorted(QUERIES) if may(QUERIES[name].needs)]}


def _tool(name: str) -> dict[str, Any]:
    asked = QUERIES[name]
    properties = {one.name: schema_of_take(one) for one in asked.parameters}
    properties.setdefault("limit", {"type": "integer", "minimum": 1, "maximum": 1000})
    properties.setdefault("offset", {"type": "integer", "minimum": 0})
    schema: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    required = [one.name for one in asked.parameters if one.required]
    if required:
        schema["required"] = required
    return {
        "name": tool_name(name),
        "title": str(asked.label),
        "description": f"{asked.zh} {asked.en}. {asked.doc}".strip(),
        "inputSchema": schema,
        "annotations": {"readOnlyHint": True, "openWorldHint": False},
    }


def tool_name(query: str) -> str:
    """Return the name of a query's tool: some assistants accept only letters, digits, _ and -."""
    return query.replace(".", "-")


def call_tool(parameters: dict[str, Any]) -> dict[str, Any]:
    """Call a query. A refusal is returned as an answer marked as an error that the assistant can read."""
    name = str(parameters.get("name", ""))
    query = {tool_name(one): one for one in QUERIES}.get(name)
    if query is None:
        raise ProtocolError(INVALID_PARAMS, bilingual("没有工具 {name}。", "No tool {name}.", name=name))
    given = _object(parameters.get("arguments") or {})
    try:
        with act(STEP):
            answer = ask(query, given)
            add_audit_note(query=query, rows=_count(answer))
    except Refused as refusal:
        return _content(refusal.as_plain(), is_error=True)
    except Exception as fault:
        known = system_faults.explain(fault)
        log.exception("tool %s failed", query)
        sentence = known or bilingual("程序出错，请告知管理员。", "A fault; please tell your administrator.")
        raise ProtocolError(INTERNAL_ERROR, sentence) from None
    return _content(answer)


def _count(answer: Any) -> int:
    """Return the number of rows in an answer."""
    if isinstance(answer, dict):
        return len(answer["rows"]) if isinstance(answer.get("rows"), list) else 1
    return len(answer) if isinstance(answer, list) else int(answer is not None)


def _content(answer: Any, is_error: bool = False) -> dict[str, Any]:
    plain = json.loads(orjson.dumps(answer, default=plain_value, option=orjson.OPT_NON_STR_KEYS))
    structured = plain if isinstance(plain, dict) else {"result": plain}
    text = orjson.dumps(plain).decode()
    return {"content": [{"type": "text", "text": text}], "structuredContent": structured, "isError": is_error}


METHODS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "initialize": initialize,
    "ping": lambda parameters: {},
    "tools/list": list_tools,
    "tools/call": call_tool,
}
