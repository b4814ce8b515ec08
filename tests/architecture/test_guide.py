"""The guide is short, in both languages, and agrees with the commands."""

import re
from pathlib import Path

import pytest

from dakehu.interfaces.cli.arguments import parser
from dakehu.interfaces.web.views import guide

PAGES = (
    "start",
    "sign-in",
    "today",
    "moments",
    "clients",
    "client",
    "calendar",
    "together",
    "tiers",
    "growth",
    "compliance",
    "wording",
    "conduct",
    "advice",
    "appraisal",
    "innovation",
    "plans",
    "learning",
    "exams",
    "support",
    "privacy",
    "work",
    "campaigns",
    "complaints",
    "care",
    "surveys",
    "feedback",
    "outreach",
    "risk",
    "insight",
    "predictions",
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
    "staff",
    "audit",
    "system",
    "nightly",
    "operations",
    "upgrade",
    "incidents",
    "workbook",
    "command-line",
    "api",
    "python",
    "protect",
)


def text_of(code: str, name: str) -> str:
    return (guide.FOLDER / code / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", ["zh", "en"])
def test_every_page_of_the_guide_exists(code):
    assert set(guide.pages(code)) == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_tell_the_same_in_eighty_lines_at_most(name):
    report = {code: text_of(code, name) for code in ("zh", "en")}
    for text in report.values():
        assert len(text.splitlines()) <= 80 and guide.TITLE.search(text)
    for mark in (r"^## ", r"^\|", r"^```", r"^- ", r"^\d\. "):
        counts = [len(re.findall(mark, text, re.MULTILINE)) for text in report.values()]
        assert counts[0] == counts[1], f"{mark} {counts}"


@pytest.mark.parametrize("code", ["zh", "en"])
def test_links_between_the_pages_lead_somewhere(code):
    for name in PAGES:
        linked = re.findall(r"\(/guide/([a-z-]+)/\)", text_of(code, name))
        assert set(linked) <= set(PAGES), name


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/clients/",
        "/clients/7/",
        "/market/",
        "/calendar/",
        "/tiers/",
        "/import/",
        "/export/",
        "/staff/",
        "/audit/",
        "/system/",
        "/me/",
        "/guide/",
    ],
)
def test_every_page_of_the_desk_has_its_page_of_the_guide(address):
    assert guide.guide_for(address).strip("/").rpartition("/")[2] in PAGES


@pytest.mark.parametrize("code", ["zh", "en"])
def test_the_guide_names_every_command(code):
    commands = next(a.choices for a in parser()._actions if a.choices and "serve" in a.choices)
    text = text_of(code, "command-line")
    assert [name for name in commands if not re.search(rf"`{name}\b", text)] == []


def test_the_papers_point_to_the_guide():
    assert (Path(__file__).parents[2] / "docs/guide/README.md").exists()


def test_chinese_text_has_full_width_punctuation():
    beside = re.compile(r"[\u4e00-\u9fff”）》](?:\*\*)?[,;:?!(](?!\))|\([^()\n]*[\u4e00-\u9fff]")
    for name in PAGES:
        report = re.sub(r"```.*?```|`[^`\n]*`|\]\([^)\n]*\)", "", text_of("zh", name), flags=re.S)
        found = [line for line in report.splitlines() if beside.search(line)]
        assert not found, f"{name}: {found}"


@pytest.mark.parametrize("code", ["zh", "en"])
def test_every_picture_of_the_guide_is_there(code):
    shown = [path for name in PAGES for path in re.findall(r"!\[[^\]]+\]\(/static/([^)]+)\)", text_of(code, name))]
    assert len(shown) >= 9
    assert [path for path in shown if not (guide.FOLDER.parent / "static" / path).exists()] == []
