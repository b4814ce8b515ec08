"""Rows for the client grid: filtered, sorted and paged on the server, so that a hundred thousand clients stay fast."""

import json
from dataclasses import replace
from typing import Any

from django.db.models import Avg, Count, Sum
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from dakehu.domains.clients import queries as clients
from dakehu.domains.clients.bulk_edit import cells
from dakehu.domains.team import queries as team
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.access.encrypted_fields import DOTS
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import columns_of, fetched_fields, perform, render_rows
from dakehu.foundation.gates.output import Column, plain_of
from dakehu.foundation.schema.fields import may, model_of
from dakehu.foundation.schema.related_columns import ColumnExtension, Series, extension_rows, extensions_of
from dakehu.interfaces.web.forms import rows_to_choose
from dakehu.interfaces.web.views.errors import plain

OURS = ("page", "size", "sort", "q", "view", "ids", "after", "before", "last", "show")
LONGEST_PAGE = 200
SPARK_WIDTH = 116
KINDS = {"money": "money", "rate": "share", "number": "number", "choice": "tag", "bool": "yes"}
WIDTHS = {
    "name": 190,
    "code": 120,
    "assets": 124,
    "branch": 170,
    "risk_level": 138,
    "kind": 104,
    "status": 104,
    "segment": 110,
}
FIRST = ("name", "code", "segment", "kind", "risk_level", "assets", "status", "last_contact_on", "next_contact_on")
PLACES = {name: place for place, name in enumerate(FIRST)}
TONES = {
    "risk_level": {"C1": "good", "C2": "good", "C3": "accent", "C4": "warn", "C5": "bad"},
    "status": {"active": "good", "prospect": "accent", "dormant": "warn", "closed": "", "restricted": "bad"},
}
EDITORS = {
    "money": "number",
    "rate": "number",
    "number": "number",
    "date": "date",
    "choice": "choice",
    "key": "key",
    "bool": "choice",
}
KEPT = "clients.columns"  # the page under which one's own choice of columns is stored


def grid_columns() -> list[Column]:
    """Return every column that a list may show, the most informative first; sealed values and long texts are excluded."""
    every = [c for c in columns_of(model_of("clients.Client"), beside=True) if c.kind not in ("sealed", "json", "long")]
    return sorted(every, key=lambda column: PLACES.get(column.name, len(FIRST)))


def _width_of(heading: str) -> int:
    """Return the width of a column that shows its full heading with the sort mark."""
    return round(sum(8 if sign.isascii() else 14 for sign in heading)) + 42


def described_columns(view: str = "") -> list[dict[str, Any]]:
    """Return the columns of the grid under a view, as chosen by the reader if they did."""
    actor = current_actor()
    clearance = actor.clearance
    kept = kept_columns(view)
    chosen = {row["field"]: row for row in kept}
    edited = {
        parameter.name: parameter
        for parameter in ACTIONS["clients.change"].parameters
        if actor.may(ACTIONS["clients.change"].needs)
    }
    made = []
    for column in grid_columns():
        stored = hasattr(column.field, "attname")
        cleared = column.spec.sensitivity <= clearance
        one: dict[str, Any] = {
            "field": column.name,
            "title": column.label,
            "kind": KINDS.get(column.kind, "text"),
            "hidden": not column.spec.listed,
            "sort": stored and cleared,
            "filter": stored and cleared,
            "help": column.spec.help,
            "width": max(WIDTHS.get(column.name, 118), _width_of(str(column.label))),
        }
        if hasattr(column.choice_set, "many"):
            one["kind"] = "text"
        elif column.choice_set is not None:
            tones = TONES.get(column.name, {})
            one["choices"] = [
                {"value": m.value, "label": m.text, "tone": tones.get(m.value, "")} for m in column.choice_set
            ]
        if column.name == "name":
            one["kind"] = "link"
        if column.name == "status":
            one["kind"] = "state"
        if cleared and column.name in edited and may(column.spec.edited_by):
            one["edit"] = EDITORS.get(column.kind, "text") if one["kind"] != "text" else "text"
            one["many"] = column.name in cells.editable_fields()
            if column.kind == "key":
                one["options"] = [text for _, text in rows_to_choose(edited[column.name])]
            one["must"] = not column.field.blank and not column.field.null
        if column.name in chosen:
            one["hidden"] = bool(chosen[column.name].get("hidden"))
            one["width"] = chosen[column.name].get("width") or one["width"]
        made.append(one)
    made += _series_column(chosen)
    order = [row["field"] for row in kept]
    return sorted(made, key=lambda one: order.index(one["field"]) if one["field"] in order else len(order))


def _series_column(chosen: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the column of small lines, for readers who may see their numbers; hidden until chosen."""
    series = _series()
    if series is None:
        return []
    own = chosen.get(series.field, {})
    column = {
        "field": series.field,
        "title": series.spec.label,
        "kind": "spark",
        "hidden": bool(own.get("hidden", True)),
        "sort": False,
        "filter": False,
        "help": series.spec.help,
        "width": own.get("width") or SPARK_WIDTH,
    }
    return [column]


def _series() -> Series | None:
    """Return the series of figures of a client, None where the reader may not see them."""
    extension = _series_source()
    return extension.series if extension is not None else None


def _series_source() -> ColumnExtension | None:
    clearance = current_actor().clearance
    extensions = extensions_of(model_of("clients.Client"))
    return next((one for one in extensions if one.series and one.series.spec.sensitivity <= clearance), None)


def _lines_of(rows: list[Any]) -> dict[int, list[Any]]:
    """Return {client: the numbers of its small line}."""
    extension = _series_source()
    if extension is None or extension.series is None:
        return {}
    field, beside = extension.series.field, extension_rows(extension, (row.pk for row in rows))
    return {pk: getattr(row, field) for pk, row in beside.items()}


def kept_columns(view: str = "") -> list[dict[str, Any]]:
    """Return the reader's own columns of a view; else those with which the view was shared; else their default ones."""
    me = current_actor().user_id
    mine = {row.name: row for row in team.views(page=KEPT) if row.owner_id == me}
    if f"{KEPT}:{view}" in mine:
        return list(mine[f"{KEPT}:{view}"].state.get("columns", []))
    if view.isdigit():
        shared = next((row for row in team.views(page="clients") if row.pk == int(view)), None)
        if shared is not None and shared.state.get("columns"):
            return list(shared.state["columns"])
    return list(mine[KEPT].state.get("columns", [])) if KEPT in mine else []


def asked_of(given: Any) -> tuple[str, dict[str, Any], str]:
    """Return (text, filters, order) of the address: `f.<field>` are the boxes under the headings, everything else
    unknown is a filter as for `narrow`."""
    kinds = {column.name: column for column in grid_columns()}
    filters: dict[str, Any] = {}
    for key, value in given.items():
        if key in OURS or not value:
            continue
        name = key.removeprefix("f.")
        if not key.startswith("f."):
            filters[key] = value
        elif name in kinds:
            filters |= parse_filter_box(kinds[name], value)
    return given.get("q", ""), filters, given.get("sort", "")


def parse_filter_box(column: Column, value: str) -> dict[str, Any]:
    """Return the filter of an input under a heading: text is contained, `>100万` and `100万-500万` are ranges."""
    if column.kind in ("text", "key"):
        return {f"{column.name}.has": value}
    if column.kind not in ("money", "number", "rate", "date", "datetime"):
        return {column.name: value}
    for sign, op in ((">=", "ge"), ("<=", "le"), ("≥", "ge"), ("≤", "le"), (">", "gt"), ("<", "lt")):
        if value.startswith(sign):
            return {f"{column.name}.{op}": value.removeprefix(sign).strip()}
    for mark in ("~", "–", "至", " - "):
        if mark in value:
            low, _, high = value.partition(mark)
            return {f"{column.name}.ge": low.strip(), f"{column.name}.le": high.strip()}
    return {f"{column.name}.{'eq' if column.kind in ('date', 'datetime') else 'ge'}": value}


def matching(given: Any) -> Any:
    text, filters, order = asked_of(given)
    return clients.clients(text=text, filters=filters, order=order or default_order())


def default_order() -> str:
    """Return the default order: largest first; by code for readers who may not see assets, which it would disclose."""
    assets = next(c for c in grid_columns() if c.name == "assets")
    return "-assets" if assets.spec.sensitivity <= current_actor().clearance else "code"


@require_safe
def rows(request: HttpRequest) -> JsonResponse:
    """{rows, before, after, total, more}: one page of the grid, the places of its neighbours, and the number of rows
    (`more`: beyond the counting limit). `after`, `before` or `last` select the page; `show` (names with
    commas) the columns, all by default."""
    columns, given = grid_columns(), request.GET
    if given.get("show"):
        wanted = set(given["show"].split(","))
        columns = [column for column in columns if column.name in wanted]
    try:
        text, filters, order = asked_of(given)
        listing = clients.listing(text=text, filters=filters, order=order)
        size = min(max(int(given.get("size", 100)), 1), LONGEST_PAGE)
        keys = [column.name for column in columns if column.kind == "key"]
        found, names = listing.rows.select_related(*keys), fetched_fields(listing.rows.model, columns)
        page = replace(listing, rows=found.only(*names) if names else found).page(
            order or default_order(),
            size,
            after=given.get("after", ""),
            before=given.get("before", ""),
            last="last" in given,
        )
    except Refused as refusal:
        return plain(dict(refusal.messages), refusal.status)
    except ValueError:
        return plain({"size": [bilingual("每页行数应为整数。", "The number of rows must be whole.")]}, 400)
    total, more = listing.counted(page)
    made = [as_cells(row, columns) for row in render_rows(page.rows, [c.name for c in columns])]
    series = _series()
    if series is not None and series.field in given.get("show", "").split(","):
        lines = _lines_of(page.rows)
        for row in made:
            row[series.field] = lines.get(row["id"]) or None
    return JsonResponse(
        {"rows": made, "before": page.before, "after": page.after, "total": total, "more": more},
        json_dumps_params={"ensure_ascii": False},
    )


@require_safe
def sums(request: HttpRequest) -> JsonResponse:
    """{count, assets: {sum, average, filled} or null}: over the full filtered list, within the reader's scope. Assets
    only for readers who may see them; the average is over clients whose assets are known."""
    try:
        found = matching(request.GET).order_by()
    except Refused as refusal:
        return plain(dict(refusal.messages), refusal.status)
    assets = next(c for c in grid_columns() if c.name == "assets")
    asked = {"count": Count("pk")}
    if assets.spec.sensitivity <= current_actor().clearance:
        asked |= {"sum": Sum("assets"), "average": Avg("assets"), "filled": Count("assets")}
    report = found.aggregate(**asked)
    made = {name: plain_of(report[name]) for name in ("sum", "average", "filled")} if "sum" in report else None
    return JsonResponse({"count": report["count"], "assets": made})


def as_cells(row: dict[str, Any], columns: list[Column]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": row["id"],
        "row_version": row["row_version"],
        "url": f"/clients/{row['id']}/",
        "peek": f"/clients/{row['id']}/peek",
    }
    for column in columns:
        value = row[column.name]
        if isinstance(value, dict):
            value = value["name"]
        if hasattr(column.choice_set, "many") and value not in (None, "", DOTS):
            value = column.choice_set.text_of(value)
        made[column.name] = DOTS if value == DOTS else (value if value != "" else None)
    made["why"] = row.get("why_missing", {})
    return made


def own_columns(request: HttpRequest) -> JsonResponse:
    """The columns of a view as the reader has them; POST {view, columns} stores visibility, width and
    order; POST {view, columns: []} restores those of the view."""
    if request.method != "POST":
        return JsonResponse(
            {"columns": described_columns(request.GET.get("view", ""))}, json_dumps_params={"ensure_ascii": False}
        )
    try:
        sent = json.loads(request.body)
        view, columns = str(sent.get("view") or "")[:20], clean_columns(sent["columns"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return plain({"columns": ["{view, columns: [{field, width, hidden}]}"]}, 400)
    name = f"{KEPT}:{view}" if view else KEPT
    if columns:
        perform("team.save_view", {"page": KEPT, "name": name, "state": {"columns": columns}})
    else:
        me = current_actor().user_id
        for row in team.views(page=KEPT):
            if row.owner_id == me and row.name == name:
                perform("team.delete_view", {"view": row.pk})
    return JsonResponse({"kept": len(columns)})


def clean_columns(sent: Any) -> list[dict[str, Any]]:
    """Return the columns as arranged by the user, without unknown ones. Raises KeyError, TypeError, ValueError."""
    series = _series()
    known = {column.name for column in grid_columns()} | ({series.field} if series else set())
    return [
        {"field": c["field"], "width": min(int(c["width"]), 900), "hidden": bool(c["hidden"])}
        for c in sent
        if c["field"] in known
    ]
