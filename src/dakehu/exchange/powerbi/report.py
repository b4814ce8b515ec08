"""The report of the project: one page with the key figures of the book, its composition and the underlying list. Pure.

Source: Microsoft, Power BI enhanced report format (PBIR), and its JSON schemas.
"""

import hashlib
from typing import Any

from dakehu.exchange.powerbi.model import Model, Table
from dakehu.foundation.base.i18n import bilingual

SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric/item/report/"
PAGE_TITLE = bilingual("客户概览", "Clients")
WIDTH, HEIGHT, EDGE, GAP = 1280, 720, 16, 12
CARD_HEIGHT, MOST_CARDS = 96, 5
GROUPED_BY = (("Tier", "code"), ("Clients", "segment"), ("Clients", "risk_level"), ("Clients", "status"))
LISTED = (
    ("Clients", "code"),
    ("Clients", "name"),
    ("Clients", "segment"),
    ("Tier", "code"),
    ("Clients", "risk_level"),
    ("Clients", "assets"),
    ("Clients", "last_contact_on"),
    ("Clients", "next_contact_on"),
)
SUMMED = (("Clients", "assets"), ("Figures", "market_value"), ("Figures", "profit"))

Field = dict[str, Any]


def report_files(model: Model) -> dict[str, Any]:
    """Return {path below the definition: JSON} of the report's one page. No visuals without a client table."""
    page = object_id("page")
    files: dict[str, Any] = {
        "version.json": {"$schema": f"{SCHEMAS}definition/versionMetadata/1.0.0/schema.json", "version": "2.0.0"},
        "report.json": {"$schema": f"{SCHEMAS}definition/report/3.0.0/schema.json", "themeCollection": {}},
        "pages/pages.json": {
            "$schema": f"{SCHEMAS}definition/pagesMetadata/1.0.0/schema.json",
            "pageOrder": [page],
            "activePageName": page,
        },
        f"pages/{page}/page.json": {
            "$schema": f"{SCHEMAS}definition/page/2.0.0/schema.json",
            "name": page,
            "displayName": PAGE_TITLE.in_(model.language),
            "displayOption": "FitToPage",
            "height": HEIGHT,
            "width": WIDTH,
        },
    }
    for number, visual in enumerate(_visuals(model)):
        visual["position"] |= {"z": number, "tabOrder": number}
        files[f"pages/{page}/visuals/{visual['name']}/visual.json"] = visual
    return files


def object_id(*parts: str) -> str:
    """Return the name of a page or visual: twenty characters derived from `parts`."""
    return hashlib.sha256("/".join(("dakehu", *parts)).encode()).hexdigest()[:20]


def _visuals(model: Model) -> list[dict[str, Any]]:
    clients = model.table_of("Clients")
    if clients is None:
        return []
    made = _cards(model)
    top = EDGE + CARD_HEIGHT + GAP
    left = 400
    amount = _first_measure(model, SUMMED[:1]) or _measure(clients, 0)
    groups = [field for name, source in GROUPED_BY if (field := _field(model, name, source))][:2]
    height = (HEIGHT - top - EDGE - GAP) // 2
    for number, group in enumerate(groups):
        value = amount if number == 0 else _measure(clients, 0)
        place = (EDGE, top + number * (height + GAP), left, height)
        made.append(_visual("clusteredBarChart", place, {"Category": [group], "Y": [value]}))
    values = [field for name, source in LISTED if (field := _field(model, name, source))]
    records = model.table_of("Interactions")
    if records is not None and records.measures:
        values.append(_measure(records, 0))
    place = (EDGE + left + GAP, top, WIDTH - 2 * EDGE - left - GAP, HEIGHT - top - EDGE)
    made.append(_visual("tableEx", place, {"Values": values}))
    return made


def _cards(model: Model) -> list[dict[str, Any]]:
    """Return a card for the number of clients, each sum that the reader may see, and related row counts."""
    fields = [_measure(table, 0) for name in ("Clients",) if (table := model.table_of(name)) and table.measures]
    fields += [field for one in SUMMED if (field := _first_measure(model, [one]))]
    for name in ("Interactions", "FollowUps", "Requests"):
        table = model.table_of(name)
        if table is not None and table.measures:
            fields.append(_measure(table, 0))
    fields = fields[:MOST_CARDS]
    width = (WIDTH - 2 * EDGE - GAP * (len(fields) - 1)) // max(1, len(fields))
    return [
        _visual("card", (EDGE + number * (width + GAP), EDGE, width, CARD_HEIGHT), {"Values": [field]})
        for number, field in enumerate(fields)
    ]


def _first_measure(model: Model, wanted: Any) -> Field | None:
    """Return the sum of the first of these columns that has one."""
    for name, source in wanted:
        table = model.table_of(name)
        column = table.column_of(source) if table is not None else None
        if table is not None and column is not None:
            for number, measure in enumerate(table.measures):
                if measure.expression.endswith(f"[{column.name}])"):
                    return _measure(table, number)
    return None


def _field(model: Model, name: str, source: str) -> Field | None:
    table = model.table_of(name)
    column = table.column_of(source) if table is not None else None
    return None if table is None or column is None else _projection("Column", table.name, column.name)


def _measure(table: Table, number: int) -> Field:
    return _projection("Measure", table.name, table.measures[number].name)


def _projection(kind: str, entity: str, name: str) -> Field:
    return {
        "field": {kind: {"Expression": {"SourceRef": {"Entity": entity}}, "Property": name}},
        "queryRef": f"{entity}.{name}",
        "nativeQueryRef": name,
    }


def _visual(kind: str, place: tuple[int, int, int, int], roles: dict[str, list[Field]]) -> dict[str, Any]:
    x, y, width, height = place
    named = [field["queryRef"] for fields in roles.values() for field in fields]
    return {
        "$schema": f"{SCHEMAS}definition/visualContainer/2.1.0/schema.json",
        "name": object_id("visual", kind, *named),
        "position": {"x": x, "y": y, "height": height, "width": width},
        "visual": {
            "visualType": kind,
            "query": {"queryState": {role: {"projections": fields} for role, fields in roles.items()}},
            "drillFilterOtherVisuals": True,
        },
    }
