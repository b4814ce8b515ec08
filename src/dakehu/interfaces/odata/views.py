"""The addresses of OData below its root: service document, metadata, sets, entities, navigations, counts."""

import re
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

from dakehu.exchange.odata.entity_sets import EntitySet, entity_sets
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.interfaces.odata import pull
from dakehu.interfaces.odata.metadata import metadata_xml
from dakehu.interfaces.odata.options import raw_options, read_options
from dakehu.interfaces.odata.pull import Source
from dakehu.interfaces.odata.refusals import NotSupported
from dakehu.interfaces.odata.responses import PLAIN, XML, answer, odata_view

ROOT = "/odata/v4/"
STEP = re.compile(r"([A-Za-z]\w*)(?:\((?:id=)?(\d{1,18})\))?", re.ASCII)
COUNT = "$count"


@odata_view
def root_view(request: HttpRequest) -> HttpResponse:
    """Return the service document: the entity sets that the reader may list."""
    root = _root(request)
    listed = [
        {"name": one.name, "kind": "EntitySet", "url": one.name, "title": str(one.label)}
        for one in entity_sets().values()
    ]
    return answer(orjson.dumps({"@odata.context": f"{root}$metadata", "value": listed}))


@odata_view
def metadata_view(request: HttpRequest) -> HttpResponse:
    """Return the metadata of the sets, always as XML."""
    return answer(metadata_xml(entity_sets()).encode(), XML)


@odata_view
def rows_view(request: HttpRequest, path: str) -> HttpResponse:
    """Return rows of a set, an entity, a navigation of an entity, or a count of these."""
    raw = raw_options(dict(request.GET.lists()))
    sets = entity_sets()
    steps = path.strip("/").split("/")
    counted = len(steps) > 1 and steps[-1] == COUNT
    source, is_one = _source("/".join(steps[:-1] if counted else steps), sets)
    options = read_options(raw, source.entity_set, sets, request.headers.get("Prefer", ""))
    if counted:
        if is_one:
            raise NotFound()
        return answer(str(pull.count(source, options)).encode(), PLAIN)
    if is_one:
        return answer(pull.entity(source, options, sets, _root(request)))
    return answer(pull.collection(source, options, sets, _root(request)))


def _root(request: HttpRequest) -> str:
    return request.build_absolute_uri(ROOT)


def _source(path: str, sets: dict[str, EntitySet]) -> tuple[Source, bool]:
    """Return (rows of a path, whether it is at most one row). Raises NotFound for what the reader does not see."""
    steps = [STEP.fullmatch(step) for step in path.split("/")]
    if path.startswith("$") or len(steps) > 2:
        raise NotSupported(bilingual("这个地址", "this address"))
    first = steps[0]
    if first is None or first[1] not in sets or None in steps:
        raise NotFound(bilingual("地址", "address"))
    one = sets[first[1]]
    rows = one.rows()
    if first[2] is None:
        if len(steps) > 1:
            raise NotFound(bilingual("地址", "address"))
        return Source(path, one, rows), False
    rows = rows.filter(pk=int(first[2]))
    return _follow_step(path, one, rows, steps[1], sets) if len(steps) > 1 else (Source(path, one, rows), True)


def _follow_step(path: str, one: EntitySet, rows: Any, step: Any, sets: dict[str, EntitySet]) -> tuple[Source, bool]:
    """Return the rows that the one entity of `rows` leads to by a navigation."""
    way = one.navigations.get(step[1])
    if way is None and step[1] in one.properties:
        raise NotSupported(bilingual("单个属性的地址", "the address of one property"))
    if way is None or not rows.exists():
        raise NotFound()
    target = sets[way.target]
    if way.is_own_key:
        found = target.rows().filter(pk__in=list(rows.order_by().values_list(f"{way.key}_id", flat=True)))
    else:
        found = target.rows().filter(**{f"{way.key}_id__in": list(rows.order_by().values_list("pk", flat=True))})
    if step[2] is not None:
        found = found.filter(pk=int(step[2]))
    return Source(path, target, found), step[2] is not None or not way.is_many
