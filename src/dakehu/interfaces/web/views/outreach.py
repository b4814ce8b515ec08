"""Calls after a shock: the list of the day, the sheet of a call, the report, the scripts."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.care.permissions import OUTREACH_CALL
from dakehu.domains.clients import queries as clients
from dakehu.foundation.access.actor import current_actor
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask
from dakehu.interfaces.web.views.client.head import peek_of

CRUMBS = [{"label": bilingual("急跌致电", "Calls after a shock"), "url": "/outreach/"}]
TABS = (
    ("list", "/outreach/", bilingual("致电名单", "Calls")),
    ("cases", "/distress/?source=call", bilingual("情绪个案", "Distress")),
    ("report", "/outreach/report/", bilingual("报告", "Report")),
    ("scripts", "/outreach/scripts/", bilingual("话术", "Scripts")),
)


def _campaign_filter(request: HttpRequest) -> dict[str, Any]:
    """Return the campaign named by the address, {} for the newest."""
    number = request.GET.get("outreach", "")
    return {"outreach": int(number)} if number.isdecimal() and len(number) < 10 else {}


def _frame(request: HttpRequest, chosen: str) -> dict[str, Any]:
    """Return the shared context of the section: tabs, and the campaigns to choose from."""
    kept = urlencode(_campaign_filter(request))
    tabs = [
        {"label": label, "url": f"{url}?{kept}" if kept and "?" not in url else url, "current": name == chosen}
        for name, url, label in TABS
    ]
    return {"tabs": tabs, "page_title": bilingual("急跌致电", "Calls after a shock")}


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """?outreach=3&whose=mine: the calls of a campaign, one's own first for users who make them."""
    is_team = len(current_actor().covers) > 1 or not current_actor().may(OUTREACH_CALL)
    whose = request.GET.get("whose") or ("all" if is_team else "mine")
    asked = _campaign_filter(request)
    found = ask("care.outreach_list", {**asked, "mine": whose == "mine"})
    content = {
        **_frame(request, "list"),
        **found,
        "whose": whose,
        "is_team": is_team,
        "others": ask("care.outreaches", {}),
        "kept": urlencode(asked),
    }
    return render(request, "outreach/page.html", content)


@require_safe
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the sheet of one call, as a page that fits a phone."""
    found = ask("care.outreach_call", {"call": pk})
    asked = {
        "call": pk,
        "version": found["call"]["row_version"],
        "note": found["note"],
        "next_on": "",  # the day of the next contact is agreed with the client, not that of the list
    }
    content = {
        **peek_of(clients.get_client(found["call"]["client"]["id"])),
        **found,
        "log_query": urlencode(asked),
        "page_title": bilingual("致电单", "Sheet of a call"),
        "crumbs": CRUMBS,
    }
    return render(request, "outreach/call.html", content)


@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Redirect to the register, which lists cases of every source."""
    return HttpResponseRedirect("/distress/?source=call")


@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """?outreach=3: the report on a campaign, by default the newest."""
    found = ask("care.outreach_report", _campaign_filter(request))
    content = {**_frame(request, "report"), **found, "others": ask("care.outreaches", {})}
    return render(request, "outreach/report.html", content)


@require_safe
def scripts(request: HttpRequest) -> HttpResponse:
    """Show the scripts in force with their versions."""
    found = [
        {**one, "change_query": urlencode({"code": one["code"], "zh": one["zh"], "en": one["en"]})}
        for one in ask("care.outreach_scripts", {})
    ]
    return render(request, "outreach/scripts.html", {**_frame(request, "scripts"), "scripts": found})
