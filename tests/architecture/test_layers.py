"""Imports only point down the layers, and models are imported only within their own domain."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
DOMAINS = "dakehu.domains"


@cache
def import_graph() -> grimp.ImportGraph:
    return grimp.build_graph("dakehu", cache_dir=None)


def models_of_domains() -> dict[str, set[str]]:
    """Return the models modules of each domain: `models.py`, or everything in `models/`."""
    graph = import_graph()
    return {
        domain: {f"{domain}.models"} | graph.find_descendants(f"{domain}.models")
        for domain in graph.find_children(DOMAINS)
        if f"{domain}.models" in graph.modules
    }


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def foreign_imports_of_models(package: str) -> list[str]:
    """Return imports of a domain's models from outside it, as "importer → models", for importers inside `package`."""
    graph = import_graph()
    return sorted(
        f"{importer} → {table}"
        for domain, tables in models_of_domains().items()
        for table in tables
        for importer in graph.find_modules_that_directly_import(table)
        if not within(importer, domain) and within(importer, package)
    )


def test_the_import_contracts_hold():
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr


def test_every_domain_has_tables_to_guard():
    assert {domain.rpartition(".")[2] for domain in models_of_domains()} >= {"team", "clients", "ledger", "service"}


def test_no_domain_imports_the_models_of_another():
    assert foreign_imports_of_models(DOMAINS) == [], "use the queries and actions of that domain instead"


def test_interfaces_never_import_models():
    assert foreign_imports_of_models("dakehu.interfaces") == [], (
        "reach a model through foundation.schema.fields.model_of"
    )


def test_nothing_else_imports_models():
    assert foreign_imports_of_models("dakehu") == []
