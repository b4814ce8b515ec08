"""An exported workbook fits its paper, and a pivot names its fields in one language."""

import re
import zipfile

import pytest
from openpyxl import load_workbook

from dakehu.exchange.exports import service as exports
from dakehu.foundation.gates import perform
from tests.cast import acting

pytestmark = pytest.mark.django_db
A3, A4 = "8", "9"


@pytest.fixture
def written(tmp_path, lin, zhang):
    with acting(lin):
        perform(
            "ledger.add_investment",
            {
                "client": zhang.code,
                "invested_on": "2023-01-15",
                "amount": 500_000,
                "value": 520_000,
                "product": "A",
                "product_kind": "股票",
                "horizon": "长期",
            },
        )
        exports.write_filled(path=tmp_path / "book.xlsx", language="zh")
    return tmp_path / "book.xlsx"


def test_the_sheet_of_clients_prints_on_a3_over_pages_that_can_be_read_with_the_name_on_each(written):
    sheet = load_workbook(written)["基本信息"]
    assert (str(sheet.page_setup.paperSize), sheet.page_setup.orientation) == (A3, "landscape")
    assert 2 <= sheet.page_setup.fitToWidth <= 6 and not sheet.page_setup.fitToHeight
    assert sheet.print_title_cols == "$A:$B" and sheet.print_title_rows == "$1:$1"


def test_a_sheet_that_fits_prints_on_a_page_of_a4(written):
    sheet = load_workbook(written)["定期跟进计划"]
    assert (str(sheet.page_setup.paperSize), sheet.page_setup.fitToWidth or 1) == (A4, 1)


def test_a_pivot_names_the_fields_it_groups_by_in_the_language_of_the_workbook(written):
    with zipfile.ZipFile(written) as package:
        parts = [name for name in package.namelist() if name.startswith("xl/pivotTables/pivotTable")]
        named = [
            name for part in parts for name in re.findall(r'<pivotField name="([^"]*)"', package.read(part).decode())
        ]
    assert named and not re.search("[A-Za-z]", "".join(named))
