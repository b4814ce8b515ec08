"""The papers say what the code does: both readmes, the changelog, the guides' neighbours."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROLES = {
    "README.md": ("elationship manager", "eam lead", "ompliance officer", "nalyst", "dministrator"),
    "README.zh.md": ("客户经理", "团队", "合规", "分析", "管理员"),
}
FIRST_SCREEN = 45  # lines


def paper(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ROLES)
def test_the_first_screen_shows_one_picture_both_commands_and_all_five_roles(name):
    screen = "\n".join(paper(name).splitlines()[:FIRST_SCREEN])
    assert len(re.findall(r"!\[[^\]]*\]\([^)]+\)", screen)) >= 1
    assert "make demo" in screen and "make test" in screen
    assert [role for role in ROLES[name] if role not in screen] == []


@pytest.mark.parametrize("name", ["README.md", "README.zh.md", "CONTRIBUTING.md", "SECURITY.md", "docs/house.md"])
def test_every_link_inside_the_repository_leads_somewhere(name):
    folder = (ROOT / name).parent
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", paper(name)) + re.findall(r'src="([^"]+)"', paper(name))
    inside = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in inside if not (folder / link).exists()] == []


def test_the_changelog_names_the_version_that_is_installed():
    heading = re.search(r"^## (\d+\.\d+\.\d+)", paper("CHANGELOG.md"), re.MULTILINE)
    assert heading and heading[1] == version("dakehu"), "run `make setup-dev` after a new heading"


def test_the_licence_is_apache_2():
    assert "Apache License" in paper("LICENSE") and "Version 2.0, January 2004" in paper("LICENSE")


def test_every_make_target_describes_itself():
    targets = re.findall(r"^([a-z][a-z-]*):(?!=)(.*)$", paper("Makefile"), re.MULTILINE)
    assert targets and [name for name, rest in targets if "## " not in rest] == []


def test_each_decision_has_its_own_number_and_says_what_was_given_up():
    records = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    numbers = [int(record.name[:4]) for record in records]
    assert len(set(numbers)) == len(records) >= 12
    for record in records:
        text = record.read_text(encoding="utf-8")
        missing = [
            part for part in ("**Situation.**", "**Choice.**", "**Given up.**", "**Revisit**") if part not in text
        ]
        assert missing == [], record.name


def test_every_dependency_says_why_it_is_here():
    block = re.search(r"^dependencies = \[\n(.*?)^\]", paper("pyproject.toml"), re.MULTILINE | re.DOTALL)
    assert block
    assert [line.strip() for line in block[1].splitlines() if line.strip() and "#" not in line] == []
