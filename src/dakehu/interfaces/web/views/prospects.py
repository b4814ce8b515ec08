"""Prospects: the list, one of them, and the pool from which they are claimed."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from dakehu.domains.growth.prospects import queries as prospects
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform, render_rows
from dakehu.foundation.gates.output import columns_of
from dakehu.foundation.gates.pagination import page_of
from dakehu.foundation.schema.fields import labels_of, model_of

SIZE = 50
SHOWN = (
    "name",
    "source",
    "interests",
    "expected_assets",
    "marketing",
    "owner",
    "state",
    "next_contact_on",
    "recycle_on",
)
FILTERS = ("state", "source", "owner")
TONES = {"new": "accent", "followed": "warn", "converted": "good", "invalid": ""}
DETAILS = (
    "name",
    "kind",
    "employer",
    "position",
    "city",
    "phone",
    "mail",
    "id_number",
    "marketing",
    "marketing_on",
    "source",
    "source_note",
    "interest_kind",
    "interests",
    "expected_assets",
    "remark",
)


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """?state=new&source=referral&owner=3&name=陈: visible prospects, the newest first; by default open ones."""
    given = {name: request.GET.get(name, "") for name in (*FILTERS, "name", "sort", "after", "before")}
    filters: dict[str, Any] = {name: given[name] for name in FILTERS if given[name]}
    if given["state"] in ("", "open"):
        filters = {**filters, "state.in": ["new", "followed"]}
        filters.pop("state", None)
    if given["name"]:
        filters["name.has"] = given["name"]
    order = given["sort"] or "-added_on"
    found = prospects.prospects(filters=filters, order=order)
    page = page_of(found, order, SIZE, after=given["after"], before=given["before"])
    plain, shown = render_rows(page.rows, SHOWN), render_rows(page.rows, SHOWN, shown=True)
    model = model_of("growth.Prospect")
    kept = {name: value for name, value in given.items() if value and name not in ("after", "before")}
    choices = {column.name: list(column.choice_set) for column in columns_of(model, ("state", "source"))}
    content = {
        "page_title": bilingual("线索", "Prospects"),
        "labels": labels_of("growth.Prospect"),
        "rows": [
            {**text, "plain": values, "tone": TONES.get(values["state"], "")}
            for text, values in zip(shown, plain, strict=True)
        ],
        "count": found.count(),
        "given": given,
        "states": [("open", bilingual("跟进中的", "Open")), *((one.value, one.text) for one in choices["state"])],
        "sources": [(one.value, one.text) for one in choices["source"]],
        "after": "?" + urlencode({**kept, "after": page.after}) if page.after else "",
        "before": "?" + urlencode({**kept, "before": page.before}) if page.before else "",
        "thanks": ask("growth.referrals", {"filters": {"thanked_on.empty": True}, "limit": 20}),
    }
    inside = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    return render(request, "growth/prospect_rows.html" if inside else "growth/prospects.html", content)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One prospect: identity, contacts, pool history, opportunities."""
    found = ask("growth.prospect_page", {"prospect": pk})
    labels = labels_of("growth.Prospect")
    plain, shown = found["prospect"], found["shown"]
    content = {
        **found,
        "page_title": shown["name"],
        "crumbs": [{"label": bilingual("线索", "Prospects"), "url": "/prospects/"}],
        "tone": TONES.get(plain["state"], ""),
        "is_open": plain["state"] in ("new", "followed"),
        "facts": [(labels[name], shown[name]) for name in DETAILS if name in labels and shown.get(name)],
    }
    return render(request, "growth/prospect.html", content)


@require_safe
def pool(request: HttpRequest) -> HttpResponse:
    """?pool=2&source=event&city=上海&offset=50: the prospects of a pool, masked, and one's remaining limits."""
    given = {name: request.GET.get(name, "") for name in ("pool", "source", "city", "offset")}
    found = ask("growth.pool", {**{name: value for name, value in given.items() if value}, "limit": SIZE})
    offset = int(given["offset"] or 0)
    kept = {name: value for name, value in given.items() if value and name != "offset"}
    (source,) = columns_of(model_of("growth.Prospect"), ("source",))
    content = {
        "page_title": bilingual("公海", "Pool"),
        "found": found,
        "chosen": next((row for row in found["pools"] if row["id"] == found["pool"]), None),
        "labels": labels_of("growth.Prospect"),
        "given": given,
        "sources": [(choice.value, choice.text) for choice in source.choice_set],
        "first": offset + 1,
        "last": offset + len(found["rows"]),
        "after": "?" + urlencode({**kept, "offset": offset + SIZE}) if offset + SIZE < found["count"] else "",
        "before": "?" + urlencode({**kept, "offset": max(offset - SIZE, 0)}) if offset else "",
    }
    inside = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    return render(request, "growth/pool_rows.html" if inside else "growth/pool.html", content)


@require_POST
def view_of_pool(request: HttpRequest, pk: int) -> HttpResponse:
    """A prospect of the pool in full, for a dialog; each view counts towards the day's limit."""
    shown = perform("growth.view_prospect", {"prospect": pk})
    labels = labels_of("growth.Prospect")
    content = {
        "facts": [(labels[name], value) for name, value in shown.items() if name in labels and value],
        "left": shown["views_left"],
        "pk": pk,
    }
    return render(request, "growth/pool_view.html", content)
