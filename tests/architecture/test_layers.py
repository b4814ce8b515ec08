"""The arrows of the house only fall, and every table stays in its room."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
ROOMS = "dakehu.domains"


@cache
def the_house() -> grimp.ImportGraph:
    return grimp.build_graph("dakehu", cache_dir=None)


def models_of_rooms() -> dict[str, set[str]]:
    """Each room's name with its models modules, `models.py` or everything in `models/`."""
    graph = the_house()
    return {
        room: {f"{room}.models"} | graph.find_descendants(f"{room}.models")
        for room in graph.find_children(ROOMS)
        if f"{room}.models" in graph.modules
    }


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def strangers_at_the_tables(allowed: str) -> list[str]:
    """Who imports a room's models from outside: "importer → models" for importers below `allowed`."""
    graph = the_house()
    return sorted(
        f"{importer} → {table}"
        for room, tables in models_of_rooms().items()
        for table in tables
        for importer in graph.find_modules_that_directly_import(table)
        if not within(importer, room) and within(importer, allowed)
    )


def test_the_arrows_only_fall():
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr


def test_every_room_has_tables_to_guard():
    assert {room.rpartition(".")[2] for room in models_of_rooms()} >= {"team", "clients", "ledger", "service"}


def test_no_room_imports_another_rooms_models():
    assert strangers_at_the_tables(ROOMS) == [], "ask the room's queries or call its actions instead"


def test_doors_never_import_models():
    assert strangers_at_the_tables("dakehu.interfaces") == [], (
        "reach a model's facts through foundation.fields.model_of"
    )


def test_nothing_else_imports_models():
    assert strangers_at_the_tables("dakehu") == []
