"""A response with rows: the rows, their values as OData JSON, and the link to the next page.

The first page of a pull is recorded with the number of rows of all its pages; a later page is opened only by the sealed
place issued with an earlier one, so that no row is sent without a record.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from django.core import signing

from dakehu.domains.compliance.supervised_exports import permits
from dakehu.domains.compliance.supervised_exports.choices import ExportWay
from dakehu.domains.team.pulls import record_pull
from dakehu.exchange.odata.entity_sets import DECIMAL, KEY, EntitySet, Property
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates.conditions import apply_condition
from dakehu.foundation.gates.pagination import number_page_of
from dakehu.foundation.gates.row_values import Cells, read_values
from dakehu.interfaces.odata.options import Expansion, Options
from dakehu.interfaces.odata.refusals import LapsedPage, NotSupported

PAGE = 5_000
PAGE_EXPANDED = 500  # where every row includes many others
SLICE = 1_000  # rows converted to JSON at a time
SALT = "dakehu.odata.page"
TOKEN_SECONDS = 86_400


@dataclass(frozen=True)
class Source:
    """The rows of an address, before any option: `path` is the address below the root."""

    path: str
    entity_set: EntitySet
    rows: Any


def collection(source: Source, options: Options, sets: dict[str, EntitySet], root: str) -> Iterator[bytes]:
    """Return a page of rows as JSON, in slices. Records a first page."""
    rows = _filter_rows(source, options)
    place, left, is_later = _place_of(source, options)
    if not is_later:
        left = options.top
    total = rows.count() if options.is_counted or not is_later else 0
    if not is_later:
        matched = max(0, total - options.skip)
        number = matched if left is None else min(left, matched)
        permits.check_rows(ExportWay.ODATA, rows, number)
        _record(source, options, number)
    most = PAGE_EXPANDED if any(item.way.is_many for item in options.expansions) else PAGE
    most = min(most, options.page_size or most)
    size = most if left is None else min(left, most)
    page = (
        number_page_of(rows, options.order, size, after=place, skip=options.skip, by_number=options.by_number)
        if size
        else None
    )
    numbers, after = (page.numbers, page.after) if page is not None else ([], "")
    left = None if left is None else left - len(numbers)
    head: dict[str, Any] = {"@odata.context": f"{root}$metadata#{context_of(source.entity_set, options)}"}
    if options.is_counted:
        head["@odata.count"] = total
    if after and left != 0:
        head["@odata.nextLink"] = _next_link(source, options, after, left, root)
    return _json(head, numbers, source.entity_set, options, sets)


def count(source: Source, options: Options) -> int:
    """Return the number of rows that pass the filter. Recorded, as a count discloses information too."""
    rows = _filter_rows(source, options)
    number = int(rows.count())
    _record(source, options, number)
    return number


def entity(source: Source, options: Options, sets: dict[str, EntitySet], root: str) -> bytes:
    """Return the one row of a source as JSON. Raises NotFound without one visible to the reader."""
    if options.condition is not None or options.order or options.top is not None or options.skip or options.is_counted:
        raise NotSupported(bilingual("对单条记录的筛选", "a filter on one entity"))
    numbers = list(source.rows.order_by().values_list("pk", flat=True)[:1])
    if not numbers:
        raise NotFound()
    _record(source, options, 1)
    made = _dictionaries(numbers, source.entity_set, options, sets)
    context = f"{root}$metadata#{context_of(source.entity_set, options)}/$entity"
    return orjson.dumps({"@odata.context": context, **made[0]})


def context_of(one: EntitySet, options: Options) -> str:
    """Return `@odata.context` of an answer: the set, and the properties where they were chosen."""
    chosen = [item.name for item in options.properties] if options.is_selected else []
    inner = [
        f"{item.way.name}({','.join(one.name for one in item.properties)})"
        for item in options.expansions
        if item.is_selected
    ]
    names = ",".join([*chosen, *inner])
    return f"{one.name}({names})" if names else one.name


def _filter_rows(source: Source, options: Options) -> Any:
    rows = source.rows.order_by()
    return rows if options.condition is None else apply_condition(rows, options.condition)


def _record(source: Source, options: Options, rows: int) -> None:
    record_pull(entity_set=source.path, asked=options.recorded, rows=rows)


# --- pages -------------------------------------------------------------------------------------------


def _digest(source: Source, options: Options) -> str:
    body = orjson.dumps([source.path, options.asked], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(body).hexdigest()[:24]


def _place_of(source: Source, options: Options) -> tuple[str, int | None, bool]:
    """Return (place to continue from, rows still wanted, whether it is a later page). Raises LapsedPage for a place that was not
    issued to this reader, for this request, within a day."""
    if not options.token:
        return "", None, False
    try:
        place, left, whose, digest = signing.loads(options.token, salt=SALT, max_age=TOKEN_SECONDS)
    except (signing.BadSignature, ValueError):
        place, left, whose, digest = "", None, None, ""
    if not place or whose != current_actor().user_id or digest != _digest(source, options):
        raise LapsedPage(
            bilingual(
                "这一页的位置已失效，请重新刷新。", "This place in the list has lapsed; refresh from the beginning."
            )
        )
    return place, left, True


def _next_link(source: Source, options: Options, after: str, left: int | None, root: str) -> str:
    place = [after, left, current_actor().user_id, _digest(source, options)]
    token = signing.dumps(place, salt=SALT, compress=True)
    return (
        f"{root}{quote(source.path, safe='/()')}?{urlencode({**options.asked, '$skiptoken': token}, quote_via=quote)}"
    )


# --- JSON --------------------------------------------------------------------------------------------


def _json(
    head: dict[str, Any], numbers: list[int], one: EntitySet, options: Options, sets: dict[str, EntitySet]
) -> Iterator[bytes]:
    yield orjson.dumps(head)[:-1] + b',"value":['
    for start in range(0, len(numbers), SLICE):
        made = orjson.dumps(_dictionaries(numbers[start : start + SLICE], one, options, sets))[1:-1]
        yield b"," + made if start and made else made
    yield b"]}"


def _dictionaries(
    numbers: list[int], one: EntitySet, options: Options, sets: dict[str, EntitySet]
) -> list[dict[str, Any]]:
    """Return rows with their expanded navigations."""
    names, rows, found = _values(one, numbers, options.properties)
    made = [dict(zip(names, row, strict=True)) for row in rows]
    for item in options.expansions:
        follow = _related_single_rows if item.way.is_own_key else _related_rows
        others = follow(one, sets[item.way.target], item, found)
        for number, row in zip(found, made, strict=True):
            row[item.way.name] = others.get(number, [] if item.way.is_many else None)
    return made


def _related_single_rows(one: EntitySet, target: EntitySet, item: Expansion, numbers: list[int]) -> dict[int, Any]:
    """Return {id of a row: the row that its key references}."""
    key_name = f"{item.way.key}_id"
    keys = dict(one.model.objects.filter(pk__among=numbers).values_list("pk", key_name))
    wanted = sorted({key for key in keys.values() if key is not None})
    listed = list(target.rows().order_by().filter(pk__among=wanted).values_list("pk", flat=True))
    names, rows, found = _values(target, listed, item.properties)
    by_number = {number: dict(zip(names, row, strict=True)) for number, row in zip(found, rows, strict=True)}
    return {number: by_number.get(key) for number, key in keys.items()}


def _related_rows(one: EntitySet, target: EntitySet, item: Expansion, numbers: list[int]) -> dict[int, Any]:
    """Return {id of a row: the row or rows whose key references it}."""
    key_name = f"{item.way.key}_id"
    rows_there = target.rows().order_by("pk").filter(**{f"{key_name}__in": numbers})
    owner = dict(rows_there.values_list("pk", key_name))
    names, rows, found = _values(target, list(owner), item.properties)
    made: dict[int, Any] = {}
    for number, row in zip(found, rows, strict=True):
        values = dict(zip(names, row, strict=True))
        if item.way.is_many:
            made.setdefault(owner[number], []).append(values)
        else:
            made[owner[number]] = values
    return made


def _values(
    one: EntitySet, numbers: list[int], properties: list[Property]
) -> tuple[list[str], Iterator[tuple[Any, ...]], list[int]]:
    """Return (names, rows of values, ids) of the existing rows."""
    own, *cells = read_values(one.model, numbers, [item.reading for item in properties if item.reading is not None])
    left = iter(cells)
    columns = [own if item.name == KEY else _as_json(next(left), item) for item in properties]
    return [item.name for item in properties], zip(*columns, strict=True), own


def _as_json(cells: Cells, item: Property) -> Cells:
    """Return decimals as exact JSON numbers, other values unchanged."""
    if item.edm != DECIMAL:
        return cells
    return [
        cell if cell is None or isinstance(cell, (int, float)) else orjson.Fragment(format(Decimal(cell), "f"))
        for cell in cells
    ]
