"""A run with an exhausted quota, a killed process or a disordered sheet: nothing partly done, nothing twice."""

import copy
import json

import pytest
from django.db import transaction

from dakehu.domains.ledger.models import Investment
from dakehu.exchange.imports import service as imports
from dakehu.exchange.sheets_sync import acknowledging, exchanging
from dakehu.exchange.sheets_sync.google import GoogleSheets
from dakehu.exchange.sheets_sync.models import LinkedSheet
from dakehu.foundation.audit.models import AuditEntry
from dakehu.foundation.base.errors import Refused
from dakehu.foundation.gates import perform
from dakehu.interfaces.cli.main import main
from tests.cast import acting, as_system
from tests.exchange.sheets_sync.desks import sync
from tests.exchange.sheets_sync.test_sync import CLIENTS, INVESTMENTS

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """Ends a run as a killed process does: nothing after it is executed."""


def type_investment(person, product):
    row = len(person.rows(INVESTMENTS))
    for heading, value in (("客户号", "K2"), ("投资日期", "2025-03-04"), ("投资金额", 5000), ("投资产品", product)):
        person.type(INVESTMENTS, row, heading, value)


def killed_after(monkeypatch, owner, name, times=1):
    """Raise Killed right after the n-th call of a function."""
    done, left = getattr(owner, name), [times]

    def run(*given, **named):
        made = done(*given, **named)
        left[0] -= 1
        if not left[0]:
            raise Killed
        return made

    monkeypatch.setattr(owner, name, run)


POINTS = [
    (GoogleSheets, "write", 1),  # the metadata of typed rows is written
    (imports, "apply_batch", 1),  # imported, not yet recorded in the sheet
    (acknowledging, "acknowledge", 1),
    (exchanging.Exchange, "_save_planned", 1),  # about to write
    (GoogleSheets, "write", 2),  # written, not yet recorded on the desk
]


def test_a_run_killed_anywhere_is_followed_by_one_that_goes_on(desk, linked, google, person, monkeypatch):
    type_investment(person, "新基金")
    person.type(CLIENTS, person.find(CLIENTS, "客户号", "K1"), "职业", "医生")
    with acting(desk):
        perform("clients.change", {"client": "K1", "address": "北京市西城区金融街1号"})
    book = google.book
    for owner, name, times in POINTS:
        google.book = copy.deepcopy(book)
        with transaction.atomic():
            with monkeypatch.context() as patch:
                killed_after(patch, owner, name, times)
                with pytest.raises(Killed):
                    sync(desk, linked)
            sync(desk, linked)
            again = sync(desk, linked)
            assert (again["pulled"], again["pushed"], again["left"]) == (0, 0, 0), name
            with acting(desk):
                assert Investment.objects.filter(product="新基金").count() == 1, name
            line = person.rows(CLIENTS)[person.find(CLIENTS, "客户号", "K1")]
            assert "医生" in line and "北京市西城区金融街1号" in line
            assert sum("新基金" in line for line in person.rows(INVESTMENTS)) == 1, name
            transaction.set_rollback(True)


def test_a_full_quota_is_waited_out_and_one_that_stays_full_leaves_a_run_that_says_so(
    desk,
    linked,
    google,
    person,
    without_waiting,
):
    google.refuse_next = 3
    assert sync(desk, linked)["state"] == "done"
    waits = [wait for wait in without_waiting if wait >= 1]
    assert len(waits) == 3 and waits == sorted(waits)
    google.refuse_next = 100
    with pytest.raises(Refused, match="429"):
        sync(desk, linked)
    assert sum(without_waiting[3:]) > 60  # longer than Google's quota period
    google.refuse_next = 0
    assert sync(desk, linked)["pushed"] == 0


def test_rows_sorted_without_their_key_are_left_out_and_named(desk, linked, google, person):
    span = {"sheetId": person.sheet_id(CLIENTS), "startRowIndex": 1, "startColumnIndex": 1}
    rule = {"dimensionIndex": person.place(CLIENTS, "客户号"), "sortOrder": "DESCENDING"}
    person.change({"sortRange": {"range": span, "sortSpecs": [rule]}})
    report = sync(desk, linked)
    assert (report["pulled"], report["aside"], report["pushed"]) == (0, 2, 0)
    assert any("行钥" in note["zh"] and "排序" in note["zh"] for note in report["notes"])


def test_rows_taken_out_come_back_unless_the_link_deletes(desk, admin, linked, google, person):
    span = {"sheetId": person.sheet_id(INVESTMENTS), "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
    person.change({"deleteDimension": {"range": span}})
    report = sync(desk, linked)
    assert (report["deleted"], report["pushed"], len(person.rows(INVESTMENTS))) == (0, 1, 4)
    with acting(admin):
        perform("sheets.change", {"sheet": linked.pk, "deletes": True})
    person.change({"deleteDimension": {"range": span}})
    report = sync(desk, linked)
    assert (report["deleted"], report["pushed"], len(person.rows(INVESTMENTS))) == (1, 0, 3)
    with acting(desk):
        assert Investment.objects.count() == 2


def test_a_deleted_heading_or_key_column_stops_that_worksheet_with_a_remedy(desk, linked, google, person):
    span = {"sheetId": person.sheet_id(CLIENTS), "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}
    person.change({"deleteDimension": {"range": span}})
    report = sync(desk, linked)
    assert report["pulled"] == report["pushed"] == 0
    assert "基本信息" in report["notes"][0]["zh"] and "重建" in report["notes"][0]["zh"]
    person.change({"deleteSheet": {"sheetId": person.sheet_id(CLIENTS)}})
    assert sync(desk, linked)["pushed"] == 3


def test_the_command_line_reports_one_object_and_no_secret(desk, linked, google, capsys):
    assert main(["sheets", "sync", linked.name, "--api", google.url, "--as", desk.username, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["pulled"], report["pushed"], report["both"]) == (0, 0, 0)
    assert main(["sheets", "sync", "--all", "--api", google.url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sheets"][0]["sheet"] == linked.name
    assert main(["sheets", "sync", "nobody", "--json"]) == 1
    with as_system():
        seen = str(list(AuditEntry.objects.values())) + capsys.readouterr().out
        row = LinkedSheet.objects.get(pk=linked.pk)
    assert "BEGIN PRIVATE KEY" not in seen + f"{row.service_key} {row.__dict__}"
