"""Campaigns: the list, a new one from the client list, one with its editor, preview, approval and results."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from dakehu.domains.growth.campaigns import queries as campaigns
from dakehu.domains.team import queries as team
from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask, perform, render_rows
from dakehu.foundation.gates.output import columns_of
from dakehu.foundation.schema.fields import labels_of, model_of
from dakehu.interfaces.web.views.clients.grid import asked_of
from dakehu.interfaces.web.views.clients.listing import ready_views

SIZE = 50
SHOWN = ("name", "kind", "state", "owner", "sent_at")
TONES = {"draft": "", "waiting": "warn", "approved": "accent", "sending": "accent", "sent": "good"}
VERDICTS = {
    "too_few": bilingual("人数太少，不能下结论", "Too few to tell"),
    "more": bilingual("高于对照组", "More than the control group"),
    "fewer": bilingual("低于对照组", "Fewer than the control group"),
    "none": bilingual("未见差别", "No difference shown"),
}
CRUMBS = [{"label": bilingual("营销活动", "Campaigns"), "url": "/campaigns/"}]
DETAILS = (
    "kind",
    "aim",
    "owner",
    "english_tag",
    "outcome",
    "window_days",
    "control_percent",
    "control_minimum",
    "cost",
)


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """?state=waiting: the visible campaigns, the newest first."""
    state = request.GET.get("state", "")
    found = campaigns.campaigns(
        filters={"state": state} if state else {}, order="-sent_at" if state == "sent" else None
    )
    rows = list(found[:SIZE])
    (column,) = columns_of(model_of("growth.Campaign"), ("state",))
    shown = render_rows(rows, SHOWN, shown=True)
    content = {
        "page_title": bilingual("营销活动", "Campaigns"),
        "labels": labels_of("growth.Campaign"),
        "rows": [
            {**text, "id": row.pk, "tone": TONES.get(str(row.state), "")} for row, text in zip(rows, shown, strict=True)
        ],
        "count": found.count(),
        "given": state,
        "states": [(one.value, one.text) for one in column.choice_set],
    }
    return render(request, "growth/campaigns.html", content)


@require_safe
def new(request: HttpRequest) -> HttpResponse:
    """The form of a new campaign for the clients of the address, that of the client list."""
    text, filters, _ = asked_of(request.GET)
    content = {
        "page_title": bilingual("新建营销活动", "Add a campaign"),
        "crumbs": CRUMBS,
        "query": request.GET.urlencode(),
        "count": ask("clients.list", {"text": text, "filters": filters, "limit": 1})["count"],
        "segment": segment_lines({"text": text, "filters": filters}),
    }
    return render(request, "growth/campaign_new.html", content)


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Add a campaign for the clients of a list and open it."""
    text, filters, _ = asked_of(dict(parse_qsl(request.POST.get("query", ""))))
    row = perform("growth.add_campaign", {"name": request.POST.get("name", ""), "text": text, "filters": filters})
    return HttpResponseRedirect(f"/campaigns/{row.pk}/")


@require_POST
def segment(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the clients of a view of the client list."""
    chosen = request.POST.get("view", "")
    found = next((query for key, _, query in views() if key == chosen), None)
    if found is None:
        raise NotFound(bilingual("视图", "view"))
    text, filters, _ = asked_of(dict(parse_qsl(found)))
    perform("growth.change_campaign", {"campaign": pk, "text": text, "filters": filters})
    return HttpResponseRedirect(f"/campaigns/{pk}/")


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """?sample=3: a campaign: its clients, its text, the current result of the rules, its approval, and its results."""
    found = ask("growth.campaign_page", {"campaign": pk})
    plain, labels = found["campaign"], labels_of("growth.Campaign")
    sample = int(request.GET["sample"]) if request.GET.get("sample", "").isdecimal() else 0
    is_out = bool(plain["sent_at"])
    results = ask("growth.campaign_results", {"campaign": pk}) if is_out else None
    content: dict[str, Any] = {
        **found,
        "page_title": found["shown"]["name"],
        "crumbs": CRUMBS,
        "tone": TONES.get(plain["state"], ""),
        "facts": [(labels[name], found["shown"][name]) for name in DETAILS if found["shown"].get(name)],
        "segment_lines": segment_lines(found["segment"]),
        "segment_query": urlencode({**found["segment"]["filters"], "q": found["segment"]["text"]}),
        "views": [(key, label) for key, label, _ in views()],
        "preview": ask("growth.campaign_preview", {"campaign": pk, "offset": sample})
        if found["can"]["preview"]
        else None,
        "next_sample": sample + 1,
        "results": results,
        "effects": [{**line, "said": VERDICTS[line["verdict"]]} for line in results["effects"]] if results else [],
        "members": ask("growth.campaign_members", {"campaign": pk}) if found["list"] else None,
    }
    return render(request, "growth/campaign.html", content)


def views() -> list[tuple[str, Any, str]]:
    """Return the views of the client list: [(key, label, address)]."""
    own = [(str(view.pk), view.name, view.state.get("query", "")) for view in team.views(page="clients")]
    return [(view["key"] or "all", view["label"], view["query"]) for view in ready_views()] + own


def segment_lines(found: dict[str, Any]) -> list[str]:
    """Return a filter of clients as text, one line per condition."""
    labels = labels_of("clients.Client")
    signs = {"ge": "≥", "le": "≤", "gt": ">", "lt": "<", "ne": "≠", "has": "∋", "in": "∈"}
    lines = [f"“{found['text']}”"] if found["text"] else []
    for key, value in found["filters"].items():
        name, _, op = key.partition(".")
        lines.append(f"{labels.get(name, name)} {signs.get(op, op or '=')} {value}")
    return lines
