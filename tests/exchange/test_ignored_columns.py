"""An import never drops a column silently: a column without a field is reported with its position and reason."""

from pathlib import Path
from typing import Any

import pytest

from dakehu.domains.clients.models import Client
from dakehu.exchange.exports import service as exports
from dakehu.exchange.imports import service as imports
from dakehu.foundation.base.errors import Refused
from tests.cast import acting
from tests.interfaces.web.browsers import desk

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Return a table of two clients with an unknown heading, and with one of a value that the desk calculates."""
    path = tmp_path / "客户.csv"
    path.write_text(
        "客户姓名,手机,爱好,最近联系,空列\n张三,13812345678,高尔夫,2024-01-05,\n李四,13912345678,,,\n", encoding="utf-8"
    )
    return path


def places(report: dict[str, Any]) -> dict[str, tuple[str, int, str]]:
    return {c["heading"]: (c["column"], c["filled"], c["reason"]) for c in report["ignored"]}


def test_an_unknown_heading_is_reported_with_its_place_and_the_number_of_filled_cells(lin, table):
    with acting(lin):
        report = imports.run_import(table)
    assert report["created"] == 2
    assert places(report) == {"爱好": ("C", 1, "unknown_heading"), "最近联系": ("D", 1, "calculated")}
    unknown = report["ignored"][0]
    assert "爱好" in unknown["zh"] and "爱好" in unknown["en"] and unknown["model"] == "clients.Client"


def test_the_dry_run_says_the_same_and_a_column_without_a_value_loses_nothing(lin, table):
    with acting(lin):
        assert places(imports.run_import(table, dry_run=True)).keys() == {"爱好", "最近联系"}


def test_strict_refuses_the_file_and_writes_nothing(lin, table):
    with acting(lin):
        with pytest.raises(Refused, match="爱好"):
            imports.run_import(table, strict=True)
        assert Client.objects.count() == 0


def test_strict_takes_a_file_whose_only_extra_columns_are_our_own(lin, zhang, tmp_path):
    with acting(lin):
        exports.write_filled(path=tmp_path / "filled.xlsx")
        report = imports.run_import(tmp_path / "filled.xlsx", strict=True)
    assert report["unchanged"] >= 1
    assert {column["reason"] for column in report["ignored"]} <= {"calculated"}


def test_a_column_that_feeds_a_field_already_fed_is_named_as_repeated(lin, tmp_path):
    path = tmp_path / "twice.csv"
    path.write_text("客户姓名,职业,职位\n张三,医生,主任\n", encoding="utf-8")
    with acting(lin):
        report = imports.run_import(path, dry_run=True)
    assert places(report)["职位"][2] == "repeated"


def test_a_sheet_that_nobody_understands_is_named_column_by_column(lin, tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "客户"
    for row in (("客户姓名", "手机"), ("张三", "13812345678")):
        book.active.append(row)
    other = book.create_sheet("班车时刻")
    for row in (("线路", "发车"), ("一号线", "07:30"), ("二号线", "07:45")):
        other.append(row)
    book.save(tmp_path / "two.xlsx")
    with acting(lin):
        report = imports.run_import(tmp_path / "two.xlsx")
    named = {c["sheet"] for c in report["ignored"]} | {rest["sheet"] for rest in report.get("left_out", [])}
    assert "班车时刻" in named


def test_an_administrator_who_adds_the_field_gets_the_column_in(lin, admin, table):
    from dakehu.foundation.gates import perform
    from dakehu.foundation.schema import custom_fields

    with acting(admin):
        perform("fields.add", {"zh": "爱好", "en": "Hobby", "kind": "text"})
    custom_fields.load()
    with acting(lin):
        assert "爱好" not in places(imports.run_import(table))


def test_the_form_of_a_new_field_begins_with_the_unknown_heading(admin):
    page = desk(admin).get("/system/fields/new", {"zh": "爱好", "model": "clients.Client"}).content.decode()
    assert 'value="爱好"' in page


def test_a_column_left_out_because_its_content_does_not_fit_is_not_called_a_choice(lin, tmp_path):
    path = tmp_path / "type.csv"
    path.write_text("客户姓名,手机,type\n张三,13812345678,Sale\n李四,13912345678,Purchase\n", encoding="utf-8")
    with acting(lin):
        report = imports.run_import(path, dry_run=True)
    assert places(report)["type"] == ("C", 2, "unfit_content")
