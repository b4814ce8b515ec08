"""Every column of every sheet of an exported workbook: typed values are imported, and emptied cells become empty."""

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dakehu.exchange.exports import service as exports
from dakehu.exchange.imports import service as imports
from dakehu.exchange.sheets import frames
from dakehu.exchange.sheets.definitions import worksheets
from dakehu.foundation.gates import perform
from dakehu.foundation.gates.input import field_behind, spec_behind
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

PARTS = ("clients", "investments", "interactions", "needs", "follow_ups")
NAMING = ("client_code", "client_name")
TYPED: dict[str, Any] = {
    "money": 12345.67,
    "rate": 0.0321,
    "integer": 12,
    "date": date(2025, 2, 3),
    "datetime": datetime(2025, 2, 3, 9, 30),
    "bool": "否",
    "text": "改过的文字",
}
OWN: dict[str, Any] = {
    "code": "C0777",
    "phone": "13900001111",
    "mail": "new@example.cn",
    "landline": "021-55556666",
    "wechat": "wx_new01",
    "id_number": "11010519491231002X",
    "staff": "林晓",
    "owner": "林晓",
    "branch": "上海陆家嘴营业部",
    "tax_residency": "中国",
    "risk_valid_to": date(2028, 1, 1),
    "promise_due_on": date(2028, 2, 3),
    "due_on": date(2028, 2, 3),
    "id_expires_on": date(2030, 1, 1),
}
MASKED = {
    "id_number": "110***********002X",
    "phone": "138****5678、139****1111",
    "mail": "n***w@example.cn",
    "landline": "021-****6666",
    "wechat": "****ew01",
}
# Fields that cannot be empty, fields left unchanged by an empty cell, and contacts and staff, ended on the desk.
STAYS = {
    "clients": {"code", "name", "kind", "status", "staff", "phone", "is_risk_minimum"},
    "investments": {"invested_on", "amount", "product"},
    "interactions": {"held_at", "summary", "channel", "staff"},
    "needs": {"noted_on"},
    "follow_ups": {"due_on", "subject", "every", "remind_days", "state"},
}


@pytest.fixture
def filled(zhou, lin, zhang) -> Any:
    with acting(zhou):
        perform("clients.add_contact", {"client": zhang.pk, "kind": "手机", "value": "13812345678", "primary": True})
        perform(
            "ledger.add_investment",
            {"client": zhang.pk, "invested_on": "2024-01-15", "amount": 5, "product": "华夏成长", "result": "持平"},
        )
        perform(
            "service.log_interaction",
            {"client": zhang.pk, "held_at": "2024-03-01 10:00", "summary": "初访", "promise": "回电"},
        )
        perform("clients.record_needs", {"client": zhang.pk, "goal": "稳健"})
        perform("service.plan_follow_up", {"client": zhang.pk, "due_on": "2027-01-05", "subject": "回访"})
    return zhang


def sheet_of(path: Path, part: str) -> tuple[Any, Any]:
    book = openpyxl.load_workbook(path)
    return book, book[worksheets()[part].title.in_("zh")]


def other_than(parameter: Any, now: Any) -> Any:
    """Return another value that the column accepts."""
    if parameter.name in OWN:
        return OWN[parameter.name]
    kind = frames.kind(parameter)
    if kind == "choice":
        return next(word.zh for word in field_behind(parameter).choice_set if word.zh != now)
    return TYPED[kind]


def said(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) and value.time() == time.min else value


def columns_of(part: str, sheet: Any) -> dict[str, tuple[Any, int]]:
    """Return {column: (parameter, position)} of a sheet, without the columns that identify the client."""
    headings = [str(cell.value) for cell in sheet[1]]
    parameters = [
        parameter for parameter in frames.exportable_columns(worksheets()[part]) if parameter.name not in NAMING
    ]
    return {parameter.name: (parameter, headings.index(spec_behind(parameter).heading) + 1) for parameter in parameters}


@pytest.mark.parametrize("part", PARTS)
def test_what_is_typed_into_every_column_at_once_comes_back(zhou, filled, tmp_path, part):
    with acting(zhou):
        exports.write_filled(path=tmp_path / "out.xlsx")
        book, sheet = sheet_of(tmp_path / "out.xlsx", part)
        columns = columns_of(part, sheet)
        typed = {
            name: other_than(parameter, sheet.cell(2, place).value) for name, (parameter, place) in columns.items()
        }
        for name, (_, place) in columns.items():
            sheet.cell(2, place).value = typed[name]
        book.save(tmp_path / "in.xlsx")
        report = imports.run_import(tmp_path / "in.xlsx")
        assert report["faults"] == [] and report["updated"] >= 1
        exports.write_filled(path=tmp_path / "again.xlsx")
        _, sheet = sheet_of(tmp_path / "again.xlsx", part)
        came = {name: said(sheet.cell(2, place).value) for name, (_, place) in columns.items()}
        assert came == {**typed, **{name: text for name, text in MASKED.items() if name in typed}}


@pytest.mark.parametrize("part", PARTS)
def test_what_is_emptied_in_every_column_that_may_be_is_empty(zhou, filled, tmp_path, part):
    with acting(zhou):
        exports.write_filled(path=tmp_path / "out.xlsx")
        book, sheet = sheet_of(tmp_path / "out.xlsx", part)
        columns = columns_of(part, sheet)
        full = {name for name, (_, place) in columns.items() if sheet.cell(2, place).value is not None}
        stays = STAYS[part]
        assert full > stays, "give the row something that may be emptied"
        for name in full - stays:
            sheet.cell(2, columns[name][1]).value = None
        book.save(tmp_path / "in.xlsx")
        report = imports.run_import(tmp_path / "in.xlsx")
        assert report["faults"] == [] and report["updated"] == 1
        exports.write_filled(path=tmp_path / "again.xlsx")
        _, sheet = sheet_of(tmp_path / "again.xlsx", part)
        left = {name for name, (_, place) in columns.items() if sheet.cell(2, place).value is not None}
        assert left == stays
