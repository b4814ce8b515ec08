"""Documents agree with the code: the readmes, the architecture, the changelog, decisions, dependencies."""

import re
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROLES = {
    "README.md": ("elationship manager", "eam lead", "ompliance officer", "nalyst", "dministrator"),
    "README.zh.md": ("客户经理", "团队", "合规", "分析", "管理员"),
}
FIRST_SCREEN = 45  # lines
DECISIONS = ROOT / "docs/decisions"
DOCUMENTS = (
    "README.md",
    "README.zh.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "THREAT_MODEL.md",
    "docs/decisions/README.md",
    "docs/contributing.md",
)


@cache
def document(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ROLES)
def test_the_first_screen_shows_one_picture_both_commands_and_all_five_roles(name):
    screen = "\n".join(document(name).splitlines()[:FIRST_SCREEN])
    assert len(re.findall(r"!\[[^\]]*\]\([^)]+\)", screen)) >= 1
    assert "make demo" in screen and "make test" in screen
    assert [role for role in ROLES[name] if role not in screen] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_inside_the_repository_leads_somewhere(name):
    folder = (ROOT / name).parent
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document(name)) + re.findall(r'src="([^"]+)"', document(name))
    inside = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in inside if not (folder / link).exists()] == []


def test_the_changelog_names_the_version_that_is_installed():
    heading = re.search(r"^## (\d+\.\d+\.\d+)", document("CHANGELOG.md"), re.MULTILINE)
    assert heading and heading[1] == version("dakehu"), "run `make setup-dev` after a new heading"


def test_the_licence_is_apache_2():
    assert "Apache License" in document("LICENSE") and "Version 2.0, January 2004" in document("LICENSE")


def test_every_make_target_describes_itself():
    targets = re.findall(r"^([a-z][a-z-]*):(?!=)(.*)$", document("Makefile"), re.MULTILINE)
    assert targets and [name for name, rest in targets if "## " not in rest] == []


def decisions() -> dict[int, tuple[str, str]]:
    """Return file name and text of each decision record by number. Two records with one number fail."""
    found: dict[int, tuple[str, str]] = {}
    for path in sorted(DECISIONS.glob("[0-9]*.md")):
        number = int(path.name[:4])
        assert number not in found, f"{path.name} and {found[number][0]} have one number"
        found[number] = path.name, path.read_text(encoding="utf-8")
    return found


def test_decisions_are_numbered_without_a_gap():
    assert list(decisions()) == list(range(1, len(decisions()) + 1))


def test_each_decision_says_what_was_chosen_and_what_was_given_up():
    for name, text in decisions().values():
        wanted = ("**Situation.**", "**Choice.**", "**Given up.**", "**Revisit**")
        assert [part for part in wanted if part not in text] == [], name


# A title is a searchable instruction: it begins with a verb and uses no metaphor of a house.
METAPHORS = {
    "house",
    "room",
    "rooms",
    "door",
    "doors",
    "storey",
    "storeys",
    "arrow",
    "arrows",
    "told",
    "ahead",
    "alike",
}


def test_the_title_of_each_decision_is_an_instruction_in_plain_words():
    for number, (name, text) in decisions().items():
        title = re.fullmatch(r"# (\d{4}) (.+)", text.splitlines()[0])
        assert title and int(title[1]) == number, f"{name}: the first line is `# {number:04d} Title`"
        words = re.findall(r"[a-z']+", title[2].lower())
        assert not METAPHORS & set(words), f"{name}: {title[2]}"
        assert words[0] not in {"a", "an", "the", "what", "who", "one", "two"}, f"{name}: begin with a verb: {title[2]}"
        assert re.sub(r"[^a-z0-9]+", "-", title[2].lower()).strip("-") == name[5:-3], (
            f"{name}: is not named by its title"
        )


def test_the_index_of_decisions_is_complete_and_says_what_was_superseded():
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    for number, (name, text) in decisions().items():
        title = text.splitlines()[0][len("# 0000 ") :]
        rows = [line for line in index.splitlines() if line.startswith(f"| [{number:04d}]({name}) | {title} | ")]
        assert len(rows) == 1, (
            f"docs/decisions/README.md lacks: | [{number:04d}]({name}) | {title} | DATE | accepted |  |"
        )
        _, _, _, day, status, later, _ = (cell.strip() for cell in rows[0].split("|"))
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) and status in ("accepted", "superseded", "amended"), rows[0]
        assert (later == "") == (status == "accepted"), rows[0]
        assert status == "accepted" or f"**{status.capitalize()}** by {later}." in text, (
            f"{name} does not say so itself"
        )


def test_every_dependency_says_why_it_is_here():
    block = re.search(r"^dependencies = \[\n(.*?)^\]", document("pyproject.toml"), re.MULTILINE | re.DOTALL)
    assert block
    assert [line.strip() for line in block[1].splitlines() if line.strip() and "#" not in line] == []
