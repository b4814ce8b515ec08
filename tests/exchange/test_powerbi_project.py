"""A Power BI project that reads the desk: complete, reproducible, and without faults by schemas or own checks."""

import json
import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from dakehu.exchange.powerbi.checks import find_faults
from dakehu.exchange.powerbi.project import archive
from dakehu.exchange.powerbi.tmdl import object_name
from dakehu.foundation.access.actor import acting_as
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.base.i18n import in_language
from dakehu.foundation.gates import ask
from dakehu.interfaces.cli.arguments import parser
from dakehu.interfaces.cli.commands.exports import export_file
from tests.cast import acting

ROOT = "http://127.0.0.1:8000/odata/v4/"
FABRIC = "https://developer.microsoft.com/json-schemas/fabric/"
SCHEMAS = Path(__file__).parents[2] / "../shared/data/connect/pbir-schemas/fabric"
NODE = Path(os.environ.get("DAKEHU_NODE_CLIENTS", "/nowhere"))
MODEL = "大客户.SemanticModel/definition/"


def project_of(user, language="zh"):
    with acting(user), in_language(language):
        return ask("powerbi.project", {"address": ROOT})


@pytest.fixture
def files(lin):
    return project_of(lin)["files"]


def schema_faults(files):
    """Yield faults by Microsoft's own schemas, which refer to each other by path."""
    import jsonschema
    import referencing
    from referencing.jsonschema import DRAFT7

    every = {FABRIC + str(p.relative_to(SCHEMAS)): json.loads(p.read_text()) for p in SCHEMAS.rglob("*.json")}
    resources = [(at, DRAFT7.create_resource({**one, "$id": at})) for at, one in every.items()]
    registry = referencing.Registry().with_resources(resources)
    for path, text in files.items():
        if not path.endswith(".tmdl"):
            one = json.loads(text)
            judge = jsonschema.Draft7Validator({**every[one["$schema"]], "$id": one["$schema"]}, registry=registry)
            yield from (f"{path}: {fault.message}" for fault in judge.iter_errors(one))


def test_a_project_is_the_same_bytes_in_every_export_and_holds_no_secret(lin, zhang):
    first = project_of(lin)
    again = project_of(lin)
    assert archive(first["files"]) == archive(again["files"])
    assert first["faults"] == []
    with acting(lin):
        assert first["tables"] == len(ask("odata.entity_sets", {}))
    assert first["relations"] >= 7
    whole = "\n".join(first["files"].values())
    assert whole.count(ROOT) == 1  # the URL, as a parameter, and nothing else of this desk
    assert "张三" not in whole and "dk_" not in whole
    english = project_of(lin, "en")
    assert english["name"] == "KeyClients.pbip.zip" and english["faults"] == []
    assert "KeyClients.SemanticModel/definition/tables/Clients.tmdl" in english["files"]


def test_the_model_has_labels_formats_measures_and_relations(files):
    clients = files[f"{MODEL}tables/客户.tmdl"]
    assert "\tmeasure 资产规模合计 = SUM('客户'[资产规模])\n\t\tformatString: #,0.00\n" in clients
    assert "/// 客户姓名 Client name" in clients and "\tcolumn 客户姓名\n\t\tdataType: string\n" in clients
    assert "\tcolumn 编号\n\t\tdataType: int64\n\t\tisHidden\n\t\tisKey\n" in clients
    relations = files[f"{MODEL}relationships.tmdl"]
    assert (
        "\tfromCardinality: one\n\tcrossFilteringBehavior: bothDirections\n\tfromColumn: 客户指标.客户\n" in relations
    )
    assert "\tfromColumn: 服务记录.客户\n\ttoColumn: 客户.编号\n" in relations
    assert object_name("约 谈's") == "'约 谈''s'"


def test_a_reader_who_sees_amounts_masked_gets_no_sum_of_them(an, admin):
    made = project_of(an)
    assert made["faults"] == []
    clients = made["files"][f"{MODEL}tables/客户.tmdl"]
    assert "SUM" not in clients and "\tcolumn 资产规模\n\t\tdataType: string\n" in clients
    assert any('"客户数"' in text for path, text in made["files"].items() if path.endswith("visual.json"))
    with acting(admin), pytest.raises(NotAllowed):
        ask("powerbi.project", {"address": ROOT})
    with acting_as(None), pytest.raises(Exception, match="no actor"):
        ask("powerbi.project", {"address": ROOT})


def test_planted_faults_are_found(files):
    visual = next(path for path, text in files.items() if path.endswith("visual.json") and '"客户姓名"' in text)
    relations, clients = f"{MODEL}relationships.tmdl", f"{MODEL}tables/客户.tmdl"
    double = "relationship x\n\tfromColumn: 服务记录.客户\n\ttoColumn: 客户.编号\n"
    planted = (
        (visual, ('"Property": "客户姓名"', '"Property": "姓名"'), "column 客户.姓名 is not there"),
        (visual, ('"Entity": "客户"', '"Entity": "客户们"'), "客户们"),
        (
            relations,
            ("fromColumn: 服务记录.客户", "fromColumn: 服务记录.客户号"),
            "a relation leads nowhere: 服务记录.客户号",
        ),
        (relations, ("toColumn: 客户.编号", "toColumn: 客户指标.编号"), "a relation of 客户指标 to itself"),
        (relations, ("relationship ", f"{double}\nrelationship "), "two active ways from"),
        (clients, ("SUM('客户'[资产规模])", "SUM('客户'[资产])"), "measure 资产规模合计 names 客户[资产]"),
        (clients, ("\tcolumn 客户姓名\n", "\tcolumn 客户号\n"), "客户号 is there twice"),
        (clients, ('Table.SelectColumns(Rows, {"id", ', "Table.SelectColumns(Rows, {"), "does not choose the columns"),
        (f"{MODEL}model.tmdl", ("ref table 客户指标\n", ""), "table 客户指标 is not referred to"),
        (f"{MODEL}tables/投资登记.tmdl", ("measure 投资登记数", "measure 客户数"), "measure 客户数 is in two tables"),
    )
    for path, (before, after), expected in planted:
        assert before in files[path], (path, before)
        faults = find_faults({**files, path: files[path].replace(before, after, 1)})
        assert any(expected in fault for fault in faults), (expected, faults)


@pytest.mark.skipif(
    not SCHEMAS.is_dir() or find_spec("jsonschema") is None, reason=f"no schemas of Microsoft's at {SCHEMAS}"
)
def test_microsofts_schemas_find_nothing_but_planted_faults(files, an):
    assert list(schema_faults(files)) == []
    assert list(schema_faults(project_of(an)["files"])) == []
    visual = next(path for path in files if path.endswith("visual.json"))
    page = next(path for path in files if path.endswith("page.json"))
    for path, before, after in (
        (visual, '"drillFilterOtherVisuals"', '"drillFilter"'),
        (visual, '"width"', '"wide"'),
        (page, '"FitToPage"', '"Fit"'),
        ("大客户.pbip", '"version": "1.0",', ""),
        ("大客户.Report/definition.pbir", '"byPath"', '"byWay"'),
    ):
        assert before in files[path], (path, before)
        assert list(schema_faults({path: files[path].replace(before, after, 1)})), (path, after)


@pytest.mark.skipif(
    shutil.which("node") is None or not (NODE / "node_modules/@microsoft/powerquery-parser").is_dir(),
    reason="Microsoft's parser of M is not installed: scripts/odata_clients.py, DAKEHU_NODE_CLIENTS",
)
def test_microsofts_parser_reads_the_query_of_every_table(files):
    from tests.interfaces.odata.test_live_files import PARSE

    texts = [text.split("\t\tsource =\n")[1] for path, text in files.items() if "/tables/" in path]
    module = str((NODE / "node_modules/@microsoft/powerquery-parser").resolve())
    done = subprocess.run(
        ["node", "-e", PARSE, module], input=json.dumps([*texts, "let a = in"]), capture_output=True, text=True
    )
    assert json.loads(done.stdout) == [True] * len(texts) + [False]


@pytest.mark.skipif(
    shutil.which("pbip-compiler") is None or find_spec("pbixray") is None,
    reason="pbip-compiler and pbixray are not installed (pip install pbip-compiler==0.2.0 pbixray==0.15.5)",
)
def test_the_compiled_file_reads_back(files, tmp_path):
    import pbixray

    for path, text in files.items():
        (tmp_path / "in" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / path).write_text(text, encoding="utf-8")
    made = tmp_path / "desk.pbix"
    subprocess.run(["pbip-compiler", "--pbip", tmp_path / "in", "--output", made], check=True, capture_output=True)
    read = pbixray.PBIXRay(str(made))
    assert len(read.tables) == sum("/tables/" in path for path in files)
    assert "资产规模合计" in set(read.dax_measures["Name"])


def test_the_command_line_writes_the_project_and_counts_its_faults(lin, tmp_path, capsys):
    path = tmp_path / "desk.pbip.zip"
    words = ["export", str(path), "--json"]
    with acting(lin):
        with pytest.raises(Refused, match="--live"):
            export_file(parser().parse_args(words))
        assert not path.exists()
        export_file(parser().parse_args([*words, "--live", ROOT]))
    report = json.loads(capsys.readouterr().out)
    assert report["faults"] == 0 and report["json_files"] >= 12 and report["measures"] > 10
    assert path.read_bytes() == archive(project_of(lin)["files"])
