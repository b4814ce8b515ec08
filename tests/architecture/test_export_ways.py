"""Every place that can export client records is listed in export_ways.toml; exports of many clients are supervised."""

import ast
import tomllib
from pathlib import Path

from dakehu.domains.compliance.supervised_exports.choices import ExportWay

ROOT = Path(__file__).parents[2] / "src"
TABLE = tomllib.loads(Path(__file__).with_name("export_ways.toml").read_text(encoding="utf-8"))
LAYERS = ("domains", "exchange", "interfaces")
WRITERS = {  # what writes files, or responses that programs store
    "csv",
    "zipfile",
    "tarfile",
    "httpx",
    "tableauhyperapi",
    "dakehu.domains.team.pulls",
    "dakehu.exchange.arrow.stream.stream_of",
    "dakehu.exchange.connectors.http",
    "dakehu.exchange.reports.typst_pdf",
    "dakehu.exchange.workbook.writing",
    "dakehu.foundation.schema.outgoing_sources.OutgoingSource",
    "dakehu.foundation.gates.registry.run_query",
    "django.http.StreamingHttpResponse",
    "dakehu.interfaces.web.views.imports.wizard.download_response",
    "dakehu.exchange.bi.functions.CREATE_LOGIN",
}
# Modules that read and write files for others, which are listed: the workbook library, the verifier, the example data.
LIBRARIES = ("dakehu.exchange.workbook.", "dakehu.exchange.evidence.verify", "dakehu.interfaces.cli.example.")
WRITING_CALLS = {"write_csv", "write_parquet", "write_ipc", "write_ipc_stream", "write_excel", "write_database"}
HEADER = "Content-Disposition"
MARKS = {HEADER, *WRITING_CALLS, *(name.rpartition(".")[2] for name in WRITERS)}  # parse only files with one of these
CHECKS = {"check_export", "use_permit", "is_permit_missing", "is_way_closed", "check_all_clients", "check_rows"}


def modules():
    for layer in LAYERS:
        for path in sorted((ROOT / "dakehu" / layer).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            text = path.read_text(encoding="utf-8")
            if any(mark in text for mark in MARKS) and not name.startswith(LIBRARIES):
                yield name, ast.parse(text)


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def lets_out(tree):
    if WRITERS & set(imported(tree)):
        return True
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value == HEADER:
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITING_CALLS:
            return True
    return False


def checked_ways(name):
    """Return the export ways that a module checks, from its calls of permit functions."""
    path = ROOT / Path(*name.split(".")).with_suffix(".py")
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Attribute):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in CHECKS and ast.unparse(node.args[0]).startswith("ExportWay."):
            found.add(node.args[0].attr)
    return found


def test_every_place_where_records_leave_is_listed_and_nothing_else():
    found = {name for name, tree in modules() if lets_out(tree)}
    assert found - set(TABLE) == set(), "list these in export_ways.toml, and supervise what lets out many clients"
    assert set(TABLE) - found == set(), "these let nothing out any more"


def test_a_place_is_supervised_or_says_why_not():
    for name, entry in TABLE.items():
        assert set(entry) in ({"way", "checked_in"}, {"reason"}), name
        if "way" in entry:
            assert ExportWay[entry["way"]].name in checked_ways(entry["checked_in"]), name
        else:
            assert len(entry["reason"]) > 15, name


def test_every_way_is_checked_somewhere():
    checked = {entry["way"] for entry in TABLE.values() if "way" in entry}
    assert checked == {way.name for way in ExportWay}
