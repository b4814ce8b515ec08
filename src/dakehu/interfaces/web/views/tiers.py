"""Tier schemes: their tiers, standards and clients, and the what-if of other boundaries."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.tiers import queries as tiers
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import QUERIES, ask, render_rows
from dakehu.interfaces.web.rows import with_addresses

WAN = 10_000  # bounds are typed in this unit, as usual in the industry
STEP = 10  # of the slider, in WAN
TONES = {"active": "good", "draft": "warn"}
MOVED = "b."  # prefix of a lower bound in the address


@require_safe
def scheme_page(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A scheme, by default the one in force; the others next to it."""
    found = ask("tiers.scheme", {"scheme": pk} if pk else {})
    schemes = _schemes()
    if found is None and schemes:
        found = ask("tiers.scheme", {"scheme": schemes[0]["id"]})
    page = {
        "page_title": bilingual("客户分级", "Client tiers"),
        "found": found and {**found, "rows": found["tiers"][::-1]},
        "schemes": schemes,
        "may_try": current_actor().may(QUERIES["tiers.what_if"].needs),
        "grid": _flavour_grid(found["flavours"]) if found else [],
        "month": {"content": with_addresses(ask("tiers.month", {})), "size": "full"},
    }
    return render(request, "tiers/page.html", page)


def _schemes() -> list[dict[str, Any]]:
    """Return all schemes with the texts of their state and window."""
    rows = list(tiers.scheme_rows())
    shown = render_rows(rows, ("state", "window"), shown=True)
    plain = render_rows(rows)
    return [
        {**one, "state_text": text["state"], "window_text": text["window"], "tone": TONES.get(one["state"], "")}
        for one, text in zip(plain, shown, strict=True)
    ]


def _flavour_grid(flavours: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return service flavours as rows of one trading frequency, each with a cell for each risk preference."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for flavour in flavours:
        rows.setdefault(flavour["frequency"], []).append(flavour)
    return list(rows.values())


@require_safe
def what_if(request: HttpRequest) -> HttpResponse:
    """?scheme=3&b.T4=500: a scheme with other lower bounds, in units of 10,000 yuan; for htmx only the result."""
    given = request.GET
    asked: dict[str, Any] = {"scheme": given["scheme"]} if given.get("scheme", "").isdigit() else {}
    plain = ask("tiers.what_if", asked)
    bounds, fault = _bounds(given, plain), ""
    found = plain
    if bounds:
        try:
            found = ask("tiers.what_if", {**asked, "bounds": bounds})
        except Refused as refusal:
            fault = " ".join(text for texts in refusal.as_plain().values() for text in texts)
    page = {
        "page_title": bilingual("分级试算", "Try a tier scheme"),
        "crumbs": [{"label": bilingual("客户分级", "Client tiers"), "url": "/tiers/"}],
        "found": found,
        "fault": fault,
        "bounds_json": json.dumps(bounds),
        "sliders": [_slider(row, bounds) for row in plain["tiers"] if row["lower_bound"] is not None],
        "schemes": _schemes(),
        "largest": max((max(row["now"], row["then"]) for row in found["tiers"]), default=0) or 1,
    }
    inside = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    return render(request, "tiers/what_if_result.html" if inside else "tiers/what_if.html", page)


def _bounds(given: Any, plain: dict[str, Any]) -> dict[str, str]:
    """Return {tier: lower bound in yuan} of those changed by the address; invalid numbers are passed on to be refused."""
    bounds = {}
    for row in plain["tiers"]:
        typed = given.get(f"{MOVED}{row['code']}", "").strip()
        if row["lower_bound"] is None or not typed:
            continue
        try:
            yuan = Decimal(typed.replace(",", "")) * WAN
            moved = format(yuan.quantize(Decimal("0.01")), "f")
        except InvalidOperation:
            moved = typed
        if moved != row["lower_bound"]:
            bounds[row["code"]] = moved
    return bounds


def _slider(row: dict[str, Any], bounds: dict[str, str]) -> dict[str, Any]:
    """Return the slider of a tier: its value and the end of its range in units of 10,000 yuan."""
    stored = Decimal(row["lower_bound"]) / WAN
    try:
        value = Decimal(bounds.get(row["code"], row["lower_bound"])) / WAN
    except InvalidOperation:
        value = stored
    return {
        "code": row["code"],
        "label": row["label"],
        "value": f"{value.normalize():f}",
        "stored": f"{stored.normalize():f}",
        "end": int(max(stored * 2, value, Decimal(100))),
        "step": STEP,
        "fixed": stored == 0,
    }
