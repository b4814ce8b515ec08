"""Responses of this interface: one version header, OData's JSON, errors in its shape, compressed where accepted."""

import functools
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from isal import igzip

from dakehu.exchange.odata.entity_sets import opened_permissions
from dakehu.foundation.access.actor import acting_as
from dakehu.foundation.access.permissions import Permission
from dakehu.foundation.base import system_faults
from dakehu.foundation.base.errors import Refused, TooManyRequests
from dakehu.foundation.base.i18n import bilingual, in_language
from dakehu.interfaces import rate_limits
from dakehu.interfaces.authentication import SAFE, WrongMethod, actor_of
from dakehu.interfaces.odata.refusals import NotSupported, error_body
from dakehu.interfaces.routes import route_of

log = logging.getLogger("dakehu.odata")
DOOR = "odata"
JSON = "application/json;odata.metadata=minimal;odata.streaming=false;IEEE754Compatible=false;charset=utf-8"
XML, PLAIN = "application/xml;charset=utf-8", "text/plain;charset=utf-8"
VERSION = "OData-Version"
SMALL = 1_000  # bytes below which a response is not compressed
REALM = 'Basic realm="dakehu", charset="UTF-8"'

View = Callable[..., HttpResponse]


def answer(body: Iterable[bytes] | bytes, content_type: str = JSON, status: int = 200) -> HttpResponse:
    """Return a complete answer with one version header of OData."""
    content = body if isinstance(body, bytes) else b"".join(body)
    return HttpResponse(content, content_type=content_type, status=status, headers={VERSION: "4.0"})


def refusal_response(refusal: Refused) -> HttpResponse:
    """Return a refusal as an OData error."""
    made: Any = answer(orjson.dumps(error_body(refusal.status, str(refusal))), status=refusal.status)
    made._has_been_logged = True  # an unsupported feature (501) is not a server fault
    if refusal.status == 401:
        made.headers["WWW-Authenticate"] = REALM
    if refusal.status == 405:
        made.headers["Allow"] = "GET, HEAD"
    if isinstance(refusal, TooManyRequests):
        made.headers["Retry-After"] = str(refusal.wait)
    return made


def odata_view(view: View) -> View:
    """Wrap a view: read-only, one actor, the reader's language, refusals and faults as OData errors."""

    @csrf_exempt
    @functools.wraps(view)
    def run(request: Any, *args: Any, **named: Any) -> HttpResponse:
        with in_language(request.headers.get("Accept-Language", "zh").lower()):
            try:
                made = _read(view, request, *args, **named)
            except Refused as refusal:
                made = refusal_response(refusal)
            except Exception as fault:
                made = _fault_response(request, fault)
        return _encode_response(request, made)

    return run


def _read(view: View, request: Any, *args: Any, **named: Any) -> HttpResponse:
    if request.method not in SAFE:
        if request.path.rstrip("/").endswith("$batch"):
            raise NotSupported(bilingual("批量请求 $batch", "batch requests ($batch)"))
        raise WrongMethod(bilingual("此地址只供读取。", "This address is for reading only."))
    actor = actor_of(request, DOOR, {Permission.ODATA: opened_permissions()})
    rate_limits.check_person(request, actor.user_id)
    with acting_as(replace(actor, door=DOOR, request_id=getattr(request, "request_id", ""))):
        return view(request, *args, **named)


def _fault_response(request: HttpRequest, fault: Exception) -> HttpResponse:
    number = getattr(request, "request_id", "")
    log.error("request %s failed at %s", number, route_of(request), exc_info=fault)
    known = system_faults.explain(fault)
    words = bilingual(
        "程序出错，编号 {id}，请告知管理员。", "A fault, number {id}; please tell your administrator.", id=number
    )
    status = 503 if known else 500
    return answer(orjson.dumps(error_body(status, str(known or words))), status=status)


def _encode_response(request: HttpRequest, made: HttpResponse) -> HttpResponse:
    """Compress the answer where the program accepts it; drop the body for HEAD."""
    content = made.content
    if len(content) > SMALL and "gzip" in request.headers.get("Accept-Encoding", ""):
        content = igzip.compress(content, 1)
        made.headers["Content-Encoding"] = "gzip"
    made.headers["Vary"] = "Authorization, Accept-Encoding"
    made.headers["Content-Length"] = str(len(content))
    made.content = b"" if request.method == "HEAD" else content
    return made
