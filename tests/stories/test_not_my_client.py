"""Another team's client is found nowhere: not in a page, a list, the API, an export, the search, the palette or
the audit. Wang gets the same answer as for a client that does not exist."""

import json

import openpyxl
import pytest
from django.test import Client as Browser

from dakehu.foundation.gates import ask, perform
from dakehu.interfaces.cli.main import main
from tests.cast import acting

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
BACKEND = "dakehu.domains.team.sign_in.backends.StaffBackend"


@pytest.fixture
def known(lin, zhang):
    """Zhang with a telephone number, a service record and a plan."""
    with acting(lin):
        perform("clients.add_contact", {"client": zhang.code, "kind": "手机", "value": "13812345678"})
        perform(
            "service.log_interaction",
            {"client": zhang.code, "held_at": "2026-01-05 10:00", "summary": "机密谈话", "next_on": "2026-02-02"},
        )
    return zhang


@pytest.fixture
def wangs_browser(wang):
    browser = Browser(HTTP_ACCEPT="text/html")
    browser.force_login(wang, backend=BACKEND)
    return browser


@pytest.mark.parametrize(
    "path", ["", "peek", "?tab=audit", "actions/clients.change", "actions/service.log_interaction"]
)
def test_his_pages_are_not_there(wangs_browser, known, path):
    assert wangs_browser.get(f"/clients/{known.pk}/{path}").status_code == 404


def test_a_form_with_his_number_saves_nothing(wangs_browser, known, lin):
    made = wangs_browser.post(f"/clients/{known.pk}/actions/clients.change", {"occupation": "x"})
    assert made.status_code == 404
    made = wangs_browser.post(
        "/actions/service.plan_follow_up", {"client": known.code, "due_on": "2026-02-02", "subject": "x"}
    )
    assert made.status_code in (400, 404, 422)
    with acting(lin):
        assert ask("service.client_follow_ups", {"client": known.code})["count"] == 1


def test_lists_search_and_palette_do_not_know_him(wangs_browser, known):
    for path in ("/clients/rows", "/palette?q=张三", "/palette?q=C0001", "/palette?q=5678", "/palette?q=13812345678"):
        body = wangs_browser.get(path, HTTP_ACCEPT="application/json").content.decode()
        assert "张三" not in body
        assert "C0001" not in body


def test_the_audit_of_his_team_does_not_name_him(zhou, wang, known):
    with acting(wang):
        from dakehu.foundation.audit.models import AuditEntry

        assert not AuditEntry.objects.filter(client_ref=known.pk).exists()
    with acting(zhou):
        assert AuditEntry.objects.filter(client_ref=known.pk).exists()


def test_the_api_says_not_found(wang, known):
    with acting(wang):
        key = perform("team.create_token", {"name": "测试"})["token"]
    browser = Browser(HTTP_AUTHORIZATION=f"Bearer {key}")
    assert browser.get(f"/api/v1/clients/{known.pk}").status_code == 404
    assert json.loads(browser.get("/api/v1/clients?text=张").content)["count"] == 0
    assert json.loads(browser.get("/api/v1/interactions").content)["count"] == 0


def test_an_export_of_everything_leaves_him_out(wang, qian, known, tmp_path, capsys):
    target = tmp_path / "全部.xlsx"
    assert main(["export", str(target), "--as", "wang", "--json"]) == 0
    book = openpyxl.load_workbook(target, read_only=True)
    cells = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell}
    assert "C0002" in cells
    assert not {"C0001", "张三", "机密谈话"} & cells
    assert main(["export", str(tmp_path / "他.xlsx"), "--as", "wang", "--clients", "C0001"]) == 1
