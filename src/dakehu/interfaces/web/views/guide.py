"""The guide: written in markdown, shown next to the pages it describes."""

import re
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from dakehu.foundation.base.errors import NotFound
from dakehu.foundation.base.i18n import bilingual, language
from dakehu.interfaces.web import markdown

FOLDER = Path(__file__).parents[1] / "guide"
TAG = re.compile(r"<[^>]*>")
TITLE = re.compile(r"^# +(.+)$", re.MULTILINE)
FIRST = "start"
ORDER = (
    FIRST,
    "sign-in",
    "today",
    "moments",
    "clients",
    "client",
    "calendar",
    "together",
    "work",
    "tiers",
    "growth",
    "campaigns",
    "risk",
    "insight",
    "predictions",
    "complaints",
    "care",
    "surveys",
    "feedback",
    "outreach",
    "compliance",
    "wording",
    "conduct",
    "advice",
    "plans",
    "learning",
    "exams",
    "support",
    "privacy",
    "appraisal",
    "innovation",
    "rules",
    "market",
    "import",
    "daily-data",
    "export",
    "odata",
    "connections",
    "messages",
    "mail",
    "linked-sheets",
    "other-calendars",
    "webhooks",
    "undo",
    "workbook",
    "protect",
    "staff",
    "audit",
    "system",
    "nightly",
    "operations",
    "upgrade",
    "incidents",
    "command-line",
    "api",
    "python",
)
# The address of a page of the desk → the guide page about it.
ABOUT = {
    "import": "import",
    "export": "export",
    "connections": "connections",
    "messages": "messages",
    "notices": "messages",
    "mail": "mail",
    "undo": "undo",
    "staff": "staff",
    "audit": "audit",
    "system": "system",
    "clients": "clients",
    "calendar": "calendar",
    "complaints": "complaints",
    "feedback": "feedback",
    "improvements": "feedback",
    "ideas": "innovation",
    "trials": "innovation",
    "services": "innovation",
    "outreach": "outreach",
    "compliance": "wording",
    "approvals": "compliance",
    "advice": "plans",
    "suitability": "advice",
    "call-backs": "advice",
    "moments": "rules",
    "market": "market",
    "predictions": "predictions",
    "rhythm": "predictions",
    "tiers": "tiers",
    "risk": "risk",
    "appraisal": "appraisal",
    "prospects": "growth",
    "pool": "growth",
    "opportunities": "growth",
    "tasks": "work",
    "workload": "work",
    "hand-overs": "work",
    "campaigns": "campaigns",
    "events": "campaigns",
    "surveys": "surveys",
    "knowledge": "learning",
    "learning": "learning",
    "support": "support",
    "training": "support",
    "me": "sign-in",
    "sign-in": "sign-in",
    "": "today",
}


@cache
def pages(code: str) -> dict[str, str]:
    """Return {page: title} in reading order, of those written in this language."""
    found = {}
    for path in (FOLDER / code).glob("*.md"):
        title = TITLE.search(path.read_text(encoding="utf-8"))
        found[path.stem] = title.group(1).strip() if title else path.stem
    place = {name: i for i, name in enumerate(ORDER)}
    return dict(sorted(found.items(), key=lambda item: (place.get(item[0], len(ORDER)), item[0])))


@cache
def html_of(name: str, code: str) -> SafeString:
    """Return a page as HTML without its title, which the frame shows."""
    text = (FOLDER / code / f"{name}.md").read_text(encoding="utf-8")
    return markdown.html_of(TITLE.sub("", text, count=1))


EXCERPT = 60  # characters before and after a match
NAMES_MAX = 80  # characters of a search text that are used


def search(text: str, code: str) -> list[dict[str, str]]:
    """Return {name, title, excerpt} of the guide pages with every word of the text, titles first; [] without words."""
    words = text.casefold().split()
    found = []
    for name, title in pages(code).items():
        plain = plain_text(name, code)
        folded = f"{title} {plain}".casefold()
        if words and all(word in folded for word in words):
            place = max(plain.casefold().find(words[0]), 0)
            excerpt = plain[max(0, place - EXCERPT) : place + len(words[0]) + EXCERPT]
            in_title = all(word in title.casefold() for word in words)
            found.append((not in_title, {"name": name, "title": title, "excerpt": excerpt}))
    return [hit for _, hit in sorted(found, key=lambda entry: entry[0])]


@cache
def plain_text(name: str, code: str) -> str:
    """Return a page's text without markdown: no tags, one space between words."""
    return " ".join(unescape(TAG.sub(" ", html_of(name, code))).split())


def guide_for(path: str) -> str:
    """Return the guide page about an address of the desk, as a URL: the value of `links.guide`."""
    parts = [part for part in path.split("/") if part]
    first = parts[0] if parts else ""
    if first == "clients" and len(parts) > 1:
        return f"/guide/{'plans' if parts[2:3] == ['plan'] else 'client'}/"
    if parts[:2] in (["learning", "exams"], ["learning", "attempts"], ["learning", "questions"]):
        return "/guide/exams/"
    if parts[:2] == ["compliance", "privacy"]:
        return "/guide/privacy/"
    if parts[:2] == ["connections", "odata"]:
        return "/guide/odata/"
    if parts[:2] in (["connections", "sheets"], ["connections", "webhooks"]):
        return f"/guide/{'linked-sheets' if parts[1] == 'sheets' else 'webhooks'}/"
    if first == "compliance" and parts[1:2] == ["conflicts"]:
        return "/guide/compliance/"
    if first == "compliance" and parts[1:2] != ["wording"]:
        return "/guide/conduct/"
    return f"/guide/{ABOUT.get(first, FIRST)}/"


def page(request: HttpRequest, name: str) -> HttpResponse:
    """The full page, or (requested by the drawer) its text only."""
    code = language()
    known = pages(code)
    if name == "index":
        name = FIRST
    if name not in known:
        raise NotFound(bilingual("说明页", "guide page"), name)
    beside = request.headers.get("X-Requested-With") == "fetch"
    asked = request.GET.get("q", "").strip()[:NAMES_MAX]
    context: dict[str, Any] = {
        "page_title": known[name],
        "crumbs": [{"label": bilingual("使用指南", "Guide"), "url": "/guide/"}],
        "text": html_of(name, code),
        "guide_pages": known.items(),
        "here": name,
        "asked": asked,
        "hits": search(asked, code) if asked else [],
    }
    answer = render(request, "guide/text.html" if beside else "guide/page.html", context)
    answer["Vary"] = "X-Requested-With"
    return answer
