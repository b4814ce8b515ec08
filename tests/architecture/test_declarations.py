"""Domains declare their resources: each is reachable in every interface, and imports follow the order of the layers."""

import ast
import importlib
from configparser import ConfigParser
from functools import cache
from pathlib import Path

import grimp
import pytest

from dakehu.exchange.sheets.definitions import exported_worksheets
from dakehu.foundation.actions.registry import ACTIONS
from dakehu.foundation.base.i18n import Bilingual
from dakehu.foundation.domain_config import modules_of
from dakehu.foundation.gates import QUERIES
from dakehu.foundation.schema import calendar_sources, resources
from dakehu.foundation.schema.fields import model_of
from dakehu.foundation.schema.resources import Resource, declare
from dakehu.interfaces.api.openapi import openapi

ROOT = Path(__file__).parents[2]
DECLARED = list(resources.resources())
OPEN = ("queries", "actions", "permissions", "resources")  # public to interfaces and exchange in every domain


@cache
def graph_of_dakehu() -> grimp.ImportGraph:
    return grimp.build_graph("dakehu", cache_dir=None)


@pytest.mark.parametrize("one", DECLARED, ids=lambda one: one.model)
def test_what_a_resource_names_exists(one):
    assert model_of(one.model).names == one.names
    named = (one.create, one.update, one.delete, *one.offers, *(b.many for b in one.bulk), *(b.one for b in one.bulk))
    assert [name for name in named if name and name not in ACTIONS] == []
    assert [name for name in (one.list, one.get, one.of_client) if name and name not in QUERIES] == []
    for name in filter(None, (one.update, one.delete)):
        assert one.key in {parameter.name for parameter in ACTIONS[name].parameters}, f"{name} does not take {one.key}"
    assert not one.tab or one.of_client, "a tab needs the query of the rows of one client"


@pytest.mark.parametrize("one", [one for one in DECLARED if one.path], ids=lambda one: one.path)
def test_every_resource_with_an_address_is_in_the_api_and_its_description(one):
    described = openapi()["paths"]
    assert set(described[f"/api/v1/{one.path}"]) == {"get", "post"}
    assert set(described[f"/api/v1/{one.path}/{{key}}"]) == {"get", "patch"}
    assert one.list and one.create and one.update


@pytest.mark.parametrize("one", DECLARED, ids=lambda one: one.model)
def test_the_actions_of_a_resource_are_open_to_page_api_and_command_line(one):
    for name in filter(None, (one.create, one.update, one.delete, *one.offers)):
        assert ACTIONS[name].is_public, name


@pytest.mark.parametrize("one", DECLARED, ids=lambda one: one.model)
def test_a_declared_worksheet_is_in_the_workbook_and_takes_what_its_action_takes(one):
    if one.worksheet is None:
        return
    part = exported_worksheets()[one.worksheet.name]
    required = {p.name for p in ACTIONS[one.create].parameters if p.required} - {"client"}
    assert part.model == one.model and required <= {p.name for p in part.parameters}
    is_imported = one.worksheet.evaluate and one.worksheet.import_rows
    assert one.key == "client" or bool(is_imported) is not one.worksheet.is_read_only


def test_what_one_does_for_a_client_is_offered_about_a_client():
    offered = resources.offered_actions()
    assert len(offered) == len(set(offered))
    assert {"service.log_interaction", "clients.change", "clients.record_needs", "ledger.add_investment"} <= set(
        offered
    )
    assert "clients.create" not in offered


def test_a_resource_declared_twice_is_refused():
    with pytest.raises(ValueError, match="declared twice"):
        declare(Resource("clients.Contact", path="people"))
    with pytest.raises(ValueError, match="declared twice"):
        declare(Resource("clients.KeyDate", path="clients"))


def test_a_domain_registers_all_its_modules_but_configuration_and_migrations():
    names = modules_of("dakehu.domains.clients")
    assert "dakehu.domains.clients.duplicates.merge" in names and "dakehu.domains.clients.resources" in names
    assert not [name for name in names if "migrations" in name or name.endswith(".apps")]


# --- imports -------------------------------------------------------------------------------------------


def undeclared(graph: grimp.ImportGraph) -> list[str]:
    """Return imports by interfaces or exchange of modules that a domain does not make public."""
    found = []
    for domain in sorted(graph.find_children("dakehu.domains")):
        public = {f"{domain}.{name}" for name in importlib.import_module(domain).PUBLIC}
        for module in graph.find_descendants(domain):
            if module.rpartition(".")[2] in OPEN or module in public:
                continue
            importers = graph.find_modules_that_directly_import(module)
            outside = (m for m in importers if m.startswith(("dakehu.interfaces.", "dakehu.exchange.")))
            found += [f"{importer} → {module}" for importer in outside]
    return sorted(found)


def test_interfaces_and_exchange_import_only_what_a_domain_shows():
    assert undeclared(graph_of_dakehu()) == [], "import its queries or actions, or list the module as PUBLIC"


def test_an_import_past_what_a_domain_shows_is_found():
    graph = grimp.build_graph("dakehu", cache_dir=None)
    graph.add_import(importer="dakehu.interfaces.web.views.today", imported="dakehu.domains.clients.identifiers")
    assert undeclared(graph) == ["dakehu.interfaces.web.views.today → dakehu.domains.clients.identifiers"]


@pytest.mark.parametrize("domain", sorted(graph_of_dakehu().find_children("dakehu.domains")))
def test_what_a_domain_lists_as_public_is_there_and_used(domain):
    graph = graph_of_dakehu()
    for name in importlib.import_module(domain).PUBLIC:
        importers = graph.find_modules_that_directly_import(f"{domain}.{name}")
        assert [m for m in importers if m.startswith(("dakehu.interfaces.", "dakehu.exchange."))], name


def loops(imports: dict[str, set[str]]) -> list[list[str]]:
    """Return groups of files that import one another: what remains when files without open imports are removed."""
    left = {name: set(of) for name, of in imports.items()}
    while True:
        ends = {name for name, of in left.items() if not of & set(left)}
        called = {one for of in left.values() for one in of}
        gone = ends | {name for name in left if name not in called}
        if not gone:
            return [sorted(left)] if left else []
        left = {name: of - gone for name, of in left.items() if name not in gone}


def imports_of(graph: grimp.ImportGraph) -> dict[str, set[str]]:
    return {name: graph.find_modules_directly_imported_by(name) & graph.modules for name in graph.modules}


def test_no_files_import_one_another():
    assert loops(imports_of(graph_of_dakehu())) == []


def test_files_that_import_one_another_are_found():
    graph = grimp.build_graph("dakehu", cache_dir=None)
    graph.add_import(importer="dakehu.foundation.base.i18n", imported="dakehu.foundation.base.errors")
    found = loops(imports_of(graph))
    assert found and {"dakehu.foundation.base.i18n", "dakehu.foundation.base.errors"} <= set(found[0])


def layers_of(contract: str) -> list[set[str]]:
    """Return the layers of a contract in .importlinter, highest first."""
    settings = ConfigParser()
    settings.read(ROOT / ".importlinter")
    lines = settings[f"importlinter:contract:{contract}"]["layers"].split("\n")
    return [{part.strip() for part in line.split("|")} for line in lines if line.strip()]


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("base.clock", "access.actor"),
        ("access.keys", "database.lock_timeout"),
        ("schema.fields", "search.index"),
        ("jobs.queue", "records.recorded"),
        ("records.bulk", "audit.chain"),
        ("calendar.trading_days", "actions.registry"),
        ("actions.registry", "gates.output"),
        ("gates.input", "imports.batches"),
    ],
)
def test_an_import_that_rises_in_the_foundation_is_found(lower, higher):
    graph, layers = grimp.build_graph("dakehu", cache_dir=None), layers_of("foundation")
    assert not graph.find_illegal_dependencies_for_layers(layers=layers, containers={"dakehu.foundation"})
    graph.add_import(importer=f"dakehu.foundation.{lower}", imported=f"dakehu.foundation.{higher}")
    assert graph.find_illegal_dependencies_for_layers(layers=layers, containers={"dakehu.foundation"})


def kinds_of_entries(source: str) -> list[str]:
    """Return the kinds passed in calls of CalendarEntry."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    made = [call for call in calls if getattr(call.func, "id", "") == "CalendarEntry"]
    words = [word for call in made for word in call.keywords if word.arg == "kind"]
    return [word.value.value for word in words if isinstance(word.value, ast.Constant)]


def test_every_kind_of_entry_in_the_calendar_has_a_name_in_both_languages():
    kinds = [kind for path in ROOT.glob("src/**/calendar*.py") for kind in kinds_of_entries(path.read_text())]
    kinds += [kind for path in ROOT.glob("src/**/calendar/*.py") for kind in kinds_of_entries(path.read_text())]
    assert {"meeting", "review", "prospect", "issue"} <= set(kinds)
    assert [kind for kind in kinds if not isinstance(calendar_sources.kind_name(kind), Bilingual)] == []
