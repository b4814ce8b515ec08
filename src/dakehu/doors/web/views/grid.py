"""Rows for the client grid: filtered, sorted and paged here, so that a hundred thousand clients feel like a hundred."""

import json
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from dakehu.doors.web.views.faults import plain
from dakehu.foundation import scope
from dakehu.foundation.fields import model_of
from dakehu.foundation.gates import columns_of, perform, present
from dakehu.foundation.gates.present import Column
from dakehu.foundation.refusals import Refused
from dakehu.foundation.sealed import DOTS
from dakehu.rooms.clients import queries as clients
from dakehu.rooms.team import queries as team

OURS = ("page", "size", "sort", "q", "view", "ids")
LONGEST_PAGE = 200
KINDS = {"money": "money", "rate": "share", "number": "number", "choice": "tag", "bool": "yes"}
WIDTHS = {
    "name": 190,
    "code": 120,
    "assets": 124,
    "branch": 170,
    "risk_level": 124,
    "kind": 104,
    "status": 104,
    "segment": 110,
}
FIRST = ("name", "code", "segment", "kind", "risk_level", "assets", "status", "last_contact_on", "next_contact_on")
TONES = {
    "risk_level": {"C1": "good", "C2": "good", "C3": "accent", "C4": "warn", "C5": "bad"},
    "status": {"active": "good", "prospect": "accent", "dormant": "warn", "closed": "", "restricted": "bad"},
}
KEPT = "clients.columns"  # the page under which one's own choice of columns is kept


def grid_columns() -> list[Column]:
    """Every column that a list may show, the telling ones first; sealed values and texts of any length stay out."""
    every = [c for c in columns_of(model_of("clients.Client")) if c.kind not in ("sealed", "json", "long")]
    place = {name: number for number, name in enumerate(FIRST)}
    return sorted(every, key=lambda column: place.get(column.name, len(FIRST)))


def described_columns() -> list[dict[str, Any]]:
    """The columns as the grid draws them, in the reader's own choice where they made one."""
    clearance = scope.current_actor().clearance
    chosen = {row["field"]: row for row in kept_columns()}
    made = []
    for column in grid_columns():
        stored = hasattr(column.field, "attname")
        cleared = column.facts.sensitivity <= clearance
        one: dict[str, Any] = {
            "field": column.name, "title": column.label, "kind": KINDS.get(column.kind, "text"),
            "hidden": not column.facts.listed, "sort": stored and cleared, "filter": stored and cleared,
            "help": column.facts.help, "width": WIDTHS.get(column.name, 118),
        }  # fmt: skip
        if column.words is not None:
            tones = TONES.get(column.name, {})
            one["choices"] = [{"value": m.value, "label": m.text, "tone": tones.get(m.value, "")} for m in column.words]
        if column.name == "name":
            one["kind"] = "link"
        if column.name == "status":
            one["kind"] = "state"
        if column.name == "assets":
            one["sum"] = cleared
        if column.name in chosen:
            one["hidden"] = bool(chosen[column.name].get("hidden"))
            one["width"] = chosen[column.name].get("width") or one["width"]
        made.append(one)
    order = [row["field"] for row in kept_columns()]
    return sorted(made, key=lambda one: order.index(one["field"]) if one["field"] in order else len(order))


def kept_columns() -> list[dict[str, Any]]:
    me = scope.current_actor().user_id
    view = next((v for v in team.views(page=KEPT) if v.owner_id == me), None)
    return list(view.state.get("columns", [])) if view is not None else []


def asked_of(given: Any) -> tuple[str, dict[str, Any], str]:
    """(text, filters, order) out of the address: `f.<field>` are the boxes under the headings, everything else
    that is not ours is a filter as `narrow` takes it."""
    kinds = {column.name: column for column in grid_columns()}
    filters: dict[str, Any] = {}
    for key, value in given.items():
        if key in OURS or not value:
            continue
        name = key.removeprefix("f.")
        if not key.startswith("f."):
            filters[key] = value
        elif name in kinds:
            filters |= boxed(kinds[name], value)
    return given.get("q", ""), filters, given.get("sort", "")


def boxed(column: Column, value: str) -> dict[str, Any]:
    """What somebody typed under a heading: text is contained, `>100万` and `100万-500万` are ranges."""
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
    """The largest first; by code for readers who may not see assets, because an order would tell them."""
    assets = next(c for c in grid_columns() if c.name == "assets")
    return "-assets" if assets.facts.sensitivity <= scope.current_actor().clearance else "code"


@require_safe
def rows(request: HttpRequest) -> JsonResponse:
    """{rows, last_page, total, sums} for one page of the grid."""
    try:
        found = matching(request.GET)
        page, size = max(1, int(request.GET.get("page", 1))), int(request.GET.get("size", 100))
    except Refused as refusal:
        return plain(dict(refusal.messages), refusal.status)
    except ValueError:
        return plain({"page": ["page, size: 1, 2, 3 …"]}, 400)
    size = min(max(size, 1), LONGEST_PAGE)
    from django.db.models import Count, Sum

    cleared = scope.current_actor().clearance
    columns = grid_columns()
    sums = {c.name: Sum(c.name) for c in columns if c.name == "assets" and c.facts.sensitivity <= cleared}
    whole = found.order_by().aggregate(total=Count("pk"), **sums)
    total = whole.pop("total")
    part = found[(page - 1) * size : page * size]
    answer = {
        "rows": [as_cells(row, columns) for row in present(part, [c.name for c in columns])],
        "last_page": max(1, -(-total // size)), "total": total,
        "sums": {name: format(value, "f") if isinstance(value, Decimal) else value for name, value in whole.items()},
    }  # fmt: skip
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False})


def as_cells(row: dict[str, Any], columns: list[Column]) -> dict[str, Any]:
    made: dict[str, Any] = {"id": row["id"], "url": f"/clients/{row['id']}/", "peek": f"/clients/{row['id']}/peek"}
    for column in columns:
        value = row[column.name]
        if isinstance(value, dict):
            value = value["name"]
        made[column.name] = DOTS if value == DOTS else (value if value != "" else None)
    return made


@require_POST
def keep_columns(request: HttpRequest) -> JsonResponse:
    """Remember which columns one shows, how wide and in which order."""
    known = {column.name for column in grid_columns()}
    try:
        sent = json.loads(request.body)["columns"]
        columns = [
            {"field": c["field"], "width": min(int(c["width"]), 900), "hidden": bool(c["hidden"])}
            for c in sent
            if c["field"] in known
        ]
    except (ValueError, KeyError, TypeError):
        return plain({"columns": ["{columns: [{field, width, hidden}]}"]}, 400)
    perform("team.save_view", {"page": KEPT, "name": KEPT, "state": {"columns": columns}})
    return JsonResponse({"kept": len(columns)})
