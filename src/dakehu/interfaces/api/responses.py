"""Responses of the API: JSON, one shape for every refusal, the right status."""

import base64
import functools
import logging
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from dakehu.foundation.audit.chain import plain_value
from dakehu.foundation.base import system_faults
from dakehu.foundation.base.errors import Conflict, NotFound, Refused, TooManyRequests
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.files.store import Content, Upload
from dakehu.interfaces.routes import route_of

log = logging.getLogger("dakehu.api")
View = Callable[..., HttpResponseBase]
DEEPEST = 64  # levels of an answer that had to be shortened
BYTES, JSON = "application/octet-stream", "application/json; charset=utf-8"


def json_answer(made: Any, status: int = 200, **headers: str) -> HttpResponse:
    """Return any plain values as JSON. Sealed values are replaced by dots. Values that JSON cannot represent are shortened:
    a failed serialisation would hide that the act was done."""
    try:
        body = orjson.dumps(made, default=plain_value, option=orjson.OPT_NON_STR_KEYS)
    except (orjson.JSONEncodeError, RecursionError):
        log.exception("an answer had to be shortened")
        body = orjson.dumps(writable(made), default=plain_value, option=orjson.OPT_NON_STR_KEYS)
    return HttpResponse(body, status=status, content_type=JSON, headers=headers)


def writable(value: Any, depth: int = 0) -> Any:
    """Return the value as far as JSON can represent it: deeper levels and other kinds as dots or text, lone surrogates as "?"."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else str(value)
    if depth >= DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {writable(str(name)): writable(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [writable(inner, depth + 1) for inner in value]
    return writable(plain_value(value), depth + 1)


def content_answer(request: HttpRequest, report: dict[str, Any]) -> StreamingHttpResponse:
    """Return a file with its metadata, slice by slice: as bytes if BYTES is requested, else as JSON with `content` in base64."""
    size = report["size"]
    if BYTES in request.headers.get("Accept", ""):
        answer = StreamingHttpResponse(iter(report["content"]), content_type=BYTES)
        answer["Content-Disposition"] = content_disposition_header(True, report["name"]) or "attachment"
    else:
        head, tail = orjson.dumps({**report, "content": ""})[:-2], b'"}'
        answer = StreamingHttpResponse(_in_base64(head, report["content"], tail), content_type=JSON)
        size = len(head) + (size + 2) // 3 * 4 + len(tail)
    answer["Content-Length"] = str(size)
    return answer


def _in_base64(head: bytes, content: Content, tail: bytes) -> Iterator[bytes]:
    """Slices have a multiple of three bytes, except the last one, so that their base64 can be concatenated."""
    yield head
    for part in content:
        yield base64.b64encode(part)
    yield tail


def refusal_answer(refusal: Refused, status: int | None = None) -> HttpResponse:
    """{"messages": {field: [sentence]}}; a conflict also carries the present values, their version and, field by
    field, the sent and the stored values."""
    made: dict[str, Any] = {"messages": refusal.as_plain()}
    if isinstance(refusal, Conflict):
        made |= refusal.as_details()
    headers = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {}
    if isinstance(refusal, TooManyRequests):
        headers["Retry-After"] = str(refusal.wait)
    return json_answer(made, status or refusal.status, **headers)


def speaks_json(view: View) -> View:
    """Convert refusals into their responses, and faults into a request id: no stack trace is sent to the client."""

    @functools.wraps(view)
    def run(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **named)
        except Refused as refusal:
            return refusal_answer(refusal)
        except (MultiPartParserError, BadRequest, SuspiciousOperation, UnreadablePostError):
            return refusal_answer(Refused(bilingual("请求内容无法读取。", "The request cannot be read.")))
        except Exception as fault:
            number = getattr(request, "request_id", "")
            log.exception("request %s failed at %s", number, route_of(request))
            sentence = bilingual(
                "程序出错，编号 {id}，请告知管理员。",
                "A fault, number {id}; please tell your administrator.",
                id=number,
            )
            known = system_faults.explain(fault)
            return json_answer({"messages": {"": [str(known or sentence)]}}, 503 if known else 500)

    return run


def body_of(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object that was sent, or the fields and files of a form. Raises Refused for anything else."""
    if request.content_type == "multipart/form-data":
        sent = {name: Upload(file.name or "", file.file) for name, file in request.FILES.items()}
        return {**request.POST.dict(), **sent}
    if not request.body:
        return {}
    try:
        made = orjson.loads(request.body)
    except orjson.JSONDecodeError as fault:
        raise Refused(bilingual("正文不是 JSON:{why}", "The body is not JSON: {why}", why=str(fault))) from None
    if not isinstance(made, dict):
        raise Refused(bilingual("正文应为一个 JSON 对象。", "The body must be one JSON object."))
    return made


def address_not_found() -> NotFound:
    return NotFound(bilingual("这个地址", "address"))
