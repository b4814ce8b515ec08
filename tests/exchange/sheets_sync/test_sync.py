"""A linked sheet is handled like a workbook: edits in it are imported by the ordinary import."""

import pytest

from dakehu.domains.clients.models import Client
from dakehu.domains.ledger.models import Investment
from dakehu.foundation.base.errors import NotAllowed, Refused
from dakehu.foundation.gates import perform
from tests.cast import acting
from tests.exchange.sheets_sync.desks import link, sync

pytestmark = pytest.mark.django_db
CLIENTS, INVESTMENTS = "基本信息", "投资历史"


def test_the_second_run_pulls_and_pushes_nothing(desk, linked, google):
    before = len(google.calls)
    report = sync(desk, linked)
    assert (report["pulled"], report["pushed"], report["both"], report["batch"]) == (0, 0, 0, None)
    assert len(google.calls) - before == 3  # a token, its location, its value


@pytest.mark.postgres
def test_edits_of_both_sides_meet_cell_by_cell_and_undo_takes_them_back(desk, linked, google, person):
    row = person.find(CLIENTS, "客户号", "K1")
    person.type(CLIENTS, row, "职业", "医生")
    person.type(CLIENTS, row, "资产规模", 3000000)
    with acting(desk):
        perform("clients.change", {"client": "K1", "assets": "2000000", "address": "北京市西城区金融街1号"})
    report = sync(desk, linked)
    assert (report["pulled"], report["both"]) == (1, 1)
    with acting(desk):
        client = Client.objects.get(code="K1")
        assert (client.occupation, str(client.assets), client.address) == (
            "医生",
            "2000000.00",
            "北京市西城区金融街1号",
        )
    line = person.rows(CLIENTS)[row]
    assert 2000000 in line and "北京市西城区金融街1号" in line
    assert sync(desk, linked)["pushed"] == 0
    with acting(desk):
        perform("workbook.undo", {"batch": report["batch"]})
        assert Client.objects.get(code="K1").occupation == "教师"
    after = sync(desk, linked)
    assert (after["pulled"], after["pushed"]) == (0, 1)
    assert person.rows(CLIENTS)[row][person.place(CLIENTS, "职业")] == "教师"


def test_typed_rows_come_in_once_get_their_key_and_faults_stay_with_their_reason(desk, linked, google, person):
    for number, (code, day) in enumerate((("K2", "2025-03-04"), ("K9", "2025-03-05")), len(person.rows(INVESTMENTS))):
        for heading, value in (("客户号", code), ("投资日期", day), ("投资金额", 5000), ("投资产品", f"新基金{code}")):
            person.type(INVESTMENTS, number, heading, value)
    report = sync(desk, linked)
    assert (report["created"], report["aside"], report["pushed"]) == (1, 1, 1)
    assert "K9" not in str(report["tables"]) and report["tables"]["investments"]["reasons"]
    again = sync(desk, linked)
    assert (again["created"], again["pushed"], again["aside"]) == (0, 0, 1)
    with acting(desk):
        assert Investment.objects.filter(product="新基金K2").count() == 1


def test_formulas_other_columns_and_other_worksheets_are_left_alone(desk, linked, google, person):
    tab = person.sheet_id(CLIENTS)
    span = {"sheetId": tab, "dimension": "COLUMNS", "startIndex": 2, "endIndex": 3}
    person.change({"insertDimension": {"range": span}})
    row = person.find(CLIENTS, "客户号", "K2")
    body = {"values": [["我的笔记"], ["私人"]]}
    values = person.api.values()
    values.update(spreadsheetId="s", range=f"'{CLIENTS}'!C{row}", body=body, valueInputOption="RAW").execute()
    body = {"values": [["自己的表"]]}
    values.update(spreadsheetId="s", range="工作表1!A1", body=body, valueInputOption="RAW").execute()
    assets = person.place(CLIENTS, "资产规模")
    person.type(CLIENTS, row, "资产规模", "=1+2")
    with acting(desk):
        perform("clients.change", {"client": "K2", "occupation": "律师", "assets": "77"})
    report = sync(desk, linked)
    assert report["both"] == 1 and report["left"] == 1
    line = google.book.tab(CLIENTS)["rows"][row]
    assert line[assets] == {"formulaValue": "=1+2"} and line[2] == {"stringValue": "私人"}
    assert "律师" in [cell and cell.get("stringValue") for cell in line]
    assert person.rows("工作表1") == [["自己的表"]]
    assert sync(desk, linked)["pushed"] == 0


def test_contacts_and_what_is_above_the_chosen_sensitivity_never_leave(desk, admin, google):
    row = link(admin, desk, google, sensitivity="public")
    sync(desk, row)
    seen = str(google.book.sheets)
    for secret in ("欧阳静", "1391234567", "139****", "1000000.25", "10000"):
        assert secret not in seen
    assert "K1" in seen


def test_only_the_owner_runs_a_sheet_and_only_once_it_is_switched_on(desk, zhou, admin, google):
    row = link(admin, desk, google)
    with pytest.raises(NotAllowed):
        sync(zhou, row)
    with acting(admin):
        perform("sheets.switch_off", {"sheet": row.pk})
    with pytest.raises(Refused):
        sync(desk, row)
    assert not google.calls
