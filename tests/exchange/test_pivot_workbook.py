"""A pivot as a workbook: a native pivot table, its cache limited to the reader's own rows and clearance."""

import io
import shutil
import subprocess
import warnings
import zipfile

import openpyxl
import pytest

from dakehu.exchange.pivots.service import export_pivot
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import perform
from tests.cast import acting

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def clients(lin, wang, zhang, qian):
    with acting(lin):
        for code, level, assets in (("C1001", "C4", "6000000.10"), ("C1002", "C5", "800000.20")):
            perform("clients.create", {"name": f"李{code}", "code": code, "risk_level": level, "assets": assets})


def parts_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name).decode() for name in package.namelist() if name.endswith(".xml")}


def test_the_cache_holds_ones_own_rows_and_the_page_the_same_total(lin, wang, clients):
    with acting(lin):
        name, content = export_pivot({"rows": "risk_level", "columns": "kind", "measure": "sum:assets"})
    assert name.endswith(".xlsx")
    parts = parts_of(content)
    cache = "".join(text for part, text in parts.items() if "pivotCache" in part)
    assert "C1001" in cache and "C0002" not in "".join(parts.values()) and "李C1001" not in "".join(parts.values())
    book = openpyxl.load_workbook(io.BytesIO(content))
    (pivot,) = [pivot for sheet in book for pivot in sheet._pivots]
    assert len(pivot.cache.records.r) == 3
    figures = book["数值"]
    assert figures.cell(figures.max_row, figures.max_column).value == 6_800_000.30
    with acting(wang):
        content = export_pivot({"rows": "kind"})[1]
    assert "C0001" not in "".join(parts_of(content).values())


def test_who_may_not_see_an_amount_exports_no_pivot_of_it_and_who_may_not_export_none(an, admin, clients):
    with acting(an):
        with pytest.raises(Refused, match="不能按"):
            export_pivot({"rows": "kind", "measure": "sum:assets"})
        content = export_pivot({"rows": "assets", "columns": "risk_level"})[1]
    text = "".join(parts_of(content).values())
    assert "500–1,000 万" in text and "6000000" not in text
    with acting(admin), pytest.raises(NotAllowed):
        export_pivot({"rows": "kind"})


def test_what_excel_cannot_aggregate_is_counted_by_the_desk(lin, clients):
    with acting(lin):
        content = export_pivot({"rows": "kind", "measure": "median:assets"})[1]
    figures = openpyxl.load_workbook(io.BytesIO(content))["数值"]
    assert figures.cell(figures.max_row, 2).value == 3_400_000.15


def test_libreoffice_opens_the_pivot_with_the_same_numbers(lin, clients, tmp_path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed here, so nothing independent opens the pivot.")
    with acting(lin):
        content = export_pivot({"rows": "risk_level", "measure": "sum:assets"})[1]
    (tmp_path / "pivot.xlsx").write_bytes(content)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [office, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "out")]
    subprocess.run([*command, str(tmp_path / "pivot.xlsx")], check=True, capture_output=True, timeout=240)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = openpyxl.load_workbook(tmp_path / "out" / "pivot.xlsx", data_only=True)
    values = {row[0].value: row[1].value for row in theirs["透视表"].iter_rows(min_row=5, max_col=2)}
    assert values["C4 积极型"] == 6_000_000.10 and 6_800_000.30 in values.values()
    with zipfile.ZipFile(tmp_path / "out" / "pivot.xlsx") as package:
        assert any("pivotTables/pivotTable" in name for name in package.namelist())
