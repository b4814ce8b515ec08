"""The query options of a request, checked against the properties that the reader may see."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from dakehu.exchange.odata.entity_sets import KEY, EntitySet, Navigation, Property
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import limits
from dakehu.foundation.gates.conditions import Condition, columns_in
from dakehu.interfaces.odata.filters import cannot_use, find_property, parse_filter
from dakehu.interfaces.odata.refusals import NotAcceptable, NotSupported

KNOWN = ("$filter", "$orderby", "$top", "$skip", "$count", "$select", "$expand", "$skiptoken", "$format")
EXPANDED = re.compile(r"\s*(\w+)\s*(?:\(([^()]*)\))?\s*(?:,|$)")
PREFERRED = re.compile(r"(?:odata\.)?maxpagesize\s*=\s*(\d{1,9})(?!\d)", re.ASCII)
LITERAL = re.compile(r"'(?:[^']|'')*'")
KEPT = ("$filter", "$orderby", "$select", "$expand")  # options repeated in the address of the next page


@dataclass(frozen=True)
class Expansion:
    """A navigation expanded for every row, and the properties shown of its rows."""

    way: Navigation
    properties: list[Property]
    is_selected: bool


@dataclass(frozen=True)
class Options:
    """The request for an entity set. `asked` are the options as sent, for the next page and the audit."""

    properties: list[Property]
    is_selected: bool
    condition: Condition | None
    order: str  # as in gates: "-assets,name"
    by_number: frozenset[str]
    top: int | None
    skip: int
    is_counted: bool
    expansions: list[Expansion]
    token: str
    asked: dict[str, str]
    page_size: int | None = None  # preferred by the program
    is_sealed: bool = False  # the filter searches for an encrypted value

    @property
    def recorded(self) -> dict[str, str]:
        """Return the options for the audit, without an encrypted value that was searched for."""
        if not self.is_sealed:
            return self.asked
        return {**self.asked, "$filter": LITERAL.sub("'…'", self.asked["$filter"])}


def raw_options(given: Mapping[str, list[str]]) -> dict[str, str]:
    """Return the OData options among the parameters of an address; others belong to the program and are ignored.

    Raises NotSupported for an unsupported one, before anything is read.
    """
    made: dict[str, str] = {}
    for name, values in given.items():
        if not name.startswith("$"):
            continue
        if name not in KNOWN:
            raise NotSupported(bilingual("选项 {name}", "the option {name}", name=name[:40]))
        if len(values) > 1:
            raise Refused(bilingual("选项 {name} 重复。", "The option {name} comes twice.", name=name))
        fault = limits.find_text_fault(values[0])
        if fault is not None:
            raise Refused(fault)
        made[name] = values[0].strip()
    wanted = made.get("$format", "json").partition(";")[0].strip().lower()
    if wanted not in ("json", "application/json", "xml", "application/xml"):
        raise NotAcceptable(bilingual("只提供 JSON。", "JSON only."))
    return made


def preferred_size(header: str) -> int | None:
    """Return the page size that a `Prefer` header requests, None without one."""
    found = PREFERRED.search(header)
    return max(1, int(found[1])) if found else None


def read_options(raw: dict[str, str], one: EntitySet, sets: dict[str, EntitySet], prefer: str = "") -> Options:
    """Check the options of a request for rows of `one`. Raises Refused with their errors."""
    selected = _parse_select(raw.get("$select", ""), one)
    order, by_number = _parse_order(raw.get("$orderby", ""), one, sets)
    counted = raw.get("$count", "false").lower()
    if counted not in ("true", "false"):
        raise Refused(bilingual("$count 应为 true 或 false。", "$count must be true or false."))
    condition = parse_filter(raw["$filter"], one, sets) if raw.get("$filter") else None
    sealed = {item.column for item in one.properties.values() if item.is_sealed}
    return Options(
        properties=selected or list(one.properties.values()),
        is_selected=bool(selected),
        condition=condition,
        order=order,
        by_number=by_number,
        top=_parse_count(raw, "$top"),
        skip=_parse_count(raw, "$skip") or 0,
        is_counted=counted == "true",
        expansions=_parse_expand(raw.get("$expand", ""), one, sets),
        token=raw.get("$skiptoken", ""),
        asked={name: raw[name] for name in KEPT if raw.get(name)},
        page_size=preferred_size(prefer),
        is_sealed=condition is not None and not sealed.isdisjoint(columns_in(condition)),
    )


def _parse_select(text: str, one: EntitySet) -> list[Property]:
    """Return the named properties, in this order; [] for all of them."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names or "*" in names:
        return []
    wanted = dict.fromkeys(name for name in names if name not in one.navigations)
    return [find_own_property(name, one) for name in wanted or (KEY,)]


def find_own_property(name: str, one: EntitySet) -> Property:
    found = one.properties.get(name)
    if found is None:
        raise Refused(bilingual("没有“{name}”这一列。", "There is no property “{name}”.", name=name[:80]))
    return found


def _parse_order(text: str, one: EntitySet, sets: dict[str, EntitySet]) -> tuple[str, frozenset[str]]:
    """Return (order as in gates, key columns in it that are sorted by id)."""
    parts, by_number = [], set()
    for item in text.split(","):
        words = item.split()
        if not words:
            continue
        if len(words) > 2 or words[1:] not in ([], ["asc"], ["desc"]):
            raise Refused(bilingual("$orderby 无法读取。", "The $orderby cannot be read."))
        column, found = find_property(words[0], one, sets)
        if not found.can_sort or ("/" in words[0] and one.navigations[words[0].partition("/")[0]].is_own_key):
            raise cannot_use(found)
        if found.reading is not None and found.reading.is_number:
            by_number.add(column)
        parts.append(f"-{column}" if words[1:] == ["desc"] else column)
    if len(parts) > 8:
        raise Refused(bilingual("最多按八列排序。", "Sort by eight properties at most."))
    return ",".join(parts), frozenset(by_number)


def _parse_count(raw: dict[str, str], name: str) -> int | None:
    text = raw.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 11 and int(text) < 2**31):
        raise Refused(
            bilingual("{name} 应为不小于 0 的整数。", "{name} must be a whole number, not negative.", name=name)
        )
    return int(text)


def _parse_expand(text: str, one: EntitySet, sets: dict[str, EntitySet]) -> list[Expansion]:
    made: list[Expansion] = []
    place = 0
    while text and place < len(text):
        found = EXPANDED.match(text, place)
        if found is None:
            raise NotSupported(bilingual("这种 $expand", "such an $expand"))
        place = found.end()
        way = one.navigations.get(found[1])
        if len(made) == 4:
            raise NotSupported(bilingual("超过四项的 $expand", "more than four relations in $expand"))
        if way is None:
            raise Refused(bilingual("没有“{name}”这种关联。", "There is no relation “{name}”.", name=found[1][:80]))
        inner = _parse_nested_options(found[2] or "")
        target = sets[way.target]
        chosen = _parse_select(inner.get("$select", ""), target)
        made.append(Expansion(way, chosen or list(target.properties.values()), bool(chosen)))
    return made


def _parse_nested_options(text: str) -> dict[str, str]:
    """Return the options inside an `$expand`: `$select` only."""
    made = {}
    for item in filter(None, (part.strip() for part in text.split(";"))):
        name, _, value = item.partition("=")
        if name.strip() != "$select":
            raise NotSupported(bilingual("$expand 内的 {name}", "{name} inside $expand", name=name[:40]))
        made["$select"] = value
    return made
