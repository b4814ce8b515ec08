"""Every address of the API in a few lines each: `ask` for reading, `perform` for writing."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from dakehu.foundation.base.errors import NotFound, Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.base.renamed import Kind
from dakehu.foundation.files.store import Content
from dakehu.foundation.gates import QUERIES, ask, perform, perform_with_merge, render_row
from dakehu.foundation.gates.registry import answer
from dakehu.foundation.schema import resources
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.resources import Resource
from dakehu.interfaces.api import arrow, openapi
from dakehu.interfaces.api.authentication import asked_by
from dakehu.interfaces.api.deprecation import marks_former_names
from dakehu.interfaces.api.responses import address_not_found, body_of, content_answer, json_answer

PAGE = ("limit", "offset", "order", "text")


def parameters(request: HttpRequest) -> dict[str, Any]:
    """Return the query parameters. A value that begins with { or [ is JSON."""
    made: dict[str, Any] = {}
    for name, value in request.GET.items():
        if value[:1] in "{[" and value:
            try:
                made[name] = orjson.loads(value)
            except orjson.JSONDecodeError as fault:
                raise Refused({name: [bilingual("不是 JSON:{why}", "Not JSON: {why}", why=str(fault))]}) from None
        else:
            made[name] = value
    for name in ("limit", "offset"):
        if name in made and not (str(made[name]).isdecimal() and int(made[name]) < 2**31):
            raise Refused({name: [bilingual("应为不小于 0 的整数。", "Must be a whole number, not negative.")]})
    return made


@marks_former_names(Kind.QUERY, "api-query")
@asked_by("GET")
def query_view(request: HttpRequest, name: str) -> HttpResponseBase:
    given = parameters(request)
    if arrow.is_wanted(request):
        return _call_for_visible_client(lambda: arrow.arrow_answer(name, given), given)  # type: ignore[no-any-return]
    _refuse_shape(given)
    return json_answer(_call_for_visible_client(lambda: ask(name, given), given))


@marks_former_names(Kind.ACTION, "api-action")
@asked_by("POST")
def action_view(request: HttpRequest, name: str) -> HttpResponseBase:
    raw = body_of(request)
    made = _call_for_visible_client(lambda: perform(name, raw), raw)
    if isinstance(made, dict) and isinstance(made.get("content"), Content):
        return content_answer(request, made)
    return json_answer(answer(made))


def resource_named(name: str) -> Resource:
    found = resources.by_path().get(name)
    if found is None:
        raise address_not_found()
    return found


def _refuse_shape(given: dict[str, Any]) -> None:
    """Raise Refused for parameters that only an Arrow answer supports, instead of ignoring them."""
    sentence = bilingual(
        "只用于 Arrow（Accept: {media}）。", "For Arrow only (Accept: {media}).", media=arrow.MEDIA_TYPE
    )
    found = {name: [sentence] for name in arrow.SHAPE if given.get(name)}
    if found:
        raise Refused(found)


@asked_by("GET", "POST")
def collection_view(request: HttpRequest, name: str) -> HttpResponseBase:
    """GET lists (other parameters are filters, such as `assets.ge=1000000`); POST creates one."""
    resource = resource_named(name)
    if request.method == "POST":
        body = body_of(request)
        made = _call_for_visible_client(lambda: perform(resource.create, body), body)
        return json_answer(render_row(made), 201, Location=f"/api/v1/{_path_of(made, name)}/{made.pk}")
    given = parameters(request)
    known = {t.name for t in QUERIES[resource.list].parameters}
    is_arrow = arrow.is_wanted(request)
    own = ("limit", "offset", *(arrow.SHAPE if is_arrow else ()))
    if not is_arrow:
        _refuse_shape(given)
    raw = {k: given.pop(k) for k in (*PAGE, *arrow.SHAPE) if k in given and (k in known or k in own)}
    if given:
        raw["filters"] = given
    if is_arrow:
        return arrow.arrow_answer(resource.list, raw)
    return json_answer(ask(resource.list, raw))


@asked_by("GET", "PATCH")
def one_view(request: HttpRequest, name: str, key: str) -> HttpResponse:
    """GET shows one; PATCH changes it. `If-Match: <row_version>` guards against overwriting: a field that
    another user has changed since is refused (412, with both values). `base` in the body, the values that were read,
    allows fields that no other user changed."""
    resource = resource_named(name)
    if request.method == "GET":
        if resource.get:
            made = _call_for_visible_row(lambda: ask(resource.get, {resource.key: key}), resource.key)
        else:
            row = model_of(resource.model).objects.filter(pk=key if key.isdecimal() else 0).first()
            if row is None:
                raise NotFound()
            made = render_row(row)
        return json_answer(made, ETag=f'"{made["row_version"]}"')
    raw = body_of(request)
    match, base = request.headers.get("If-Match", "").strip('W/" '), raw.pop("base", {})
    if not isinstance(base, dict):
        raise Refused({"base": [bilingual("应为一个 JSON 对象。", "Must be one JSON object.")]})
    version = match or raw.pop("version", None)
    made = _call_for_visible_row(
        lambda: perform_with_merge(resource.update, {**raw, resource.key: key}, base, version).row, resource.key
    )
    return json_answer(render_row(made), ETag=f'"{made.row_version}"')


def _path_of(row: Any, name: str) -> str:
    """Return the address of a row's own resource: a created row may belong to another resource (a complaint among feedback)."""
    return next((one.path for one in resources.resources() if one.path and one.model == row._meta.label), name)


def _call_for_visible_client(do: Any, given: dict[str, Any]) -> Any:
    """Do the same for a client named in the request; a missing client remains a 400."""
    return _call_for_visible_row(do, "client") if given.get("client") else do()


def _call_for_visible_row(do: Any, key: str) -> Any:
    """Return 404 instead of 400 for a row in the address that is not visible to the reader."""
    try:
        return do()
    except Refused as refusal:
        if type(refusal) is Refused and set(refusal.messages) == {key}:
            raise NotFound() from None
        raise


@asked_by("GET")
def openapi_view(request: HttpRequest) -> HttpResponse:
    return json_answer(openapi.openapi())


@asked_by("GET")
def docs_view(request: HttpRequest) -> HttpResponse:
    return render(request, "api/docs.html", {"described": openapi.for_reading()})


@asked_by("GET", "POST", "PUT", "PATCH", "DELETE")
def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    raise address_not_found()
