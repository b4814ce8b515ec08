"""Opened clients and exports, by user: for compliance."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dakehu.domains.team import queries as team
from dakehu.foundation.base import firm_settings
from dakehu.foundation.base.i18n import bilingual
from dakehu.foundation.gates import ask
from dakehu.interfaces.web.views.compliance_tabs import tabs_at

PAGE = 100  # rows that the queries return at a time
URL = "/compliance/readings/"
DOORS = {
    "web": bilingual("网页", "Pages"),
    "api": bilingual("接口", "API"),
    "mcp": bilingual("AI 助手", "Assistant"),
    "cli": bilingual("命令行", "Command line"),
    "worker": bilingual("后台", "Background"),
}


@require_safe
def readings(request: HttpRequest) -> HttpResponse:
    """?show=exports&person=林晓&client=C0001&since=2026-11-01&until=…&before=120: newest first."""
    given = {
        name: request.GET.get(name, "").strip() for name in ("show", "person", "client", "since", "until", "before")
    }
    is_exports = given["show"] == "exports"
    names = ("person", "since", "until", "before") if is_exports else ("person", "client", "since", "until", "before")
    asked = {name: given[name] for name in names if given[name]}
    rows = ask("compliance.exports" if is_exports else "compliance.readings", asked)
    content = {
        "page_title": bilingual("查阅与导出", "Reading and export"),
        **tabs_at(URL),
        "rows": [{**row, "door_text": DOORS.get(row["door"], row["door"])} for row in rows],
        "is_exports": is_exports,
        "given": given,
        "people": [
            ("", bilingual("所有人员", "Everybody")),
            *((one.name, one.name) for one in team.users().order_by("name")),
        ],
        "days": firm_settings.current("READ_LOG_DAYS"),
        "older": urlencode({**given, "before": rows[-1]["id"]}) if len(rows) == PAGE else "",
    }
    return render(request, "compliance/readings.html", content)
