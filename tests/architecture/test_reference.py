"""The reference agrees with the code: generating it again changes nothing, and nothing is missing."""

import argparse
import importlib.util
from pathlib import Path

import pytest

from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.env import SETTINGS
from dakehu.foundation.gates import QUERIES
from dakehu.interfaces.cli.arguments import parser
from dakehu.interfaces.cli.commands import COMMANDS

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"


def maker():
    spec = importlib.util.spec_from_file_location("make_reference", ROOT / "scripts" / "make_reference.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def paper(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", ["actions.md", "queries.md", "commands.md", "roles.md", "data-dictionary.md", "../renamed.md"]
)
def test_making_the_reference_anew_changes_nothing(name):
    assert maker().PAGES[name]().rstrip() + "\n" == paper(name), "run python scripts/make_reference.py"


def test_no_page_of_the_reference_is_left_from_earlier():
    assert {page.name for page in REFERENCE.glob("*.md")} == {name for name in maker().PAGES if "/" not in name}


def test_every_action_and_every_query_is_in_the_reference():
    assert [name for name in ACTIONS if f"## `{name}`" not in paper("actions.md")] == []
    assert [name for name in QUERIES if f"## `{name}`" not in paper("queries.md")] == []


def test_every_setting_is_in_the_reference():
    # Defaults may contain this run's data directory, so the settings page is compared by names and descriptions.
    text = paper("settings.md")
    assert [n for n, (_, zh, en) in SETTINGS.items() if f"`{n}`" not in text or zh not in text or en not in text] == []


def test_every_command_is_in_the_reference_and_does_something():
    chosen = next(a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    assert set(chosen.choices) == set(COMMANDS)
    assert [name for name in COMMANDS if f"## `dakehu {name}`" not in paper("commands.md")] == []
