"""What a fuzzer once broke stays mended: odd input is refused with a sentence, never a fault of ours."""

import json

import pytest

from dakehu.interfaces.api import openapi
from tests.architecture.pages import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.mark.parametrize(
    "path, status",
    [
        ("clients?limit=²", 400),
        ("clients?offset=-1", 400),
        ("interactions/²", 404),
        ("q/clients.list?filters=null", 400),
        ("q/ledger.list?filters=[1]", 400),
        ("q/clients.upcoming_dates?days=33022438", 200),
        ("q/clients.upcoming_dates?days=-33022438", 200),
        ("q/team.audit?client=x", 200),
        ("q/team.audit?client=[{}]", 200),
    ],
)
def test_odd_addresses_are_answered(zhou, path, status):
    response = browser_of(zhou).get(f"/api/v1/{path}")
    assert response.status_code == status
    assert status == 200 or response.json()["messages"]


def test_a_plan_for_the_end_of_time_is_refused(lin, zhang):
    row = {"client": zhang.pk, "held_at": "2024-01-02 10:00", "summary": "来电", "next_in_days": 99999999}
    response = browser_of(lin).post("/api/v1/interactions", json.dumps(row), content_type="application/json")
    assert response.status_code == 400 and set(response.json()["messages"]) == {"next_in_days"}


def test_a_client_who_is_not_named_is_a_fault_and_one_out_of_sight_is_not_there(wang, zhang):
    browser = browser_of(wang)
    assert browser.get("/api/v1/q/clients.detail").status_code == 400
    assert browser.get(f"/api/v1/q/clients.detail?client={zhang.pk}").status_code == 404


def test_every_value_that_may_be_missing_is_described_so(lin, zhang):
    schemas = openapi.openapi()["components"]["schemas"]
    row = browser_of(lin).get(f"/api/v1/clients/{zhang.pk}").json()
    for name, value in row.items():
        if value is None and "type" in schemas["Client"]["properties"][name]:
            assert "null" in schemas["Client"]["properties"][name]["type"], name


def test_a_name_or_code_that_is_taken_is_refused(lin, zhang, admin):
    at_lins, at_admins = browser_of(lin), browser_of(admin)
    at_lins.post("/api/v1/clients", '{"name": "李四", "code": "K1"}', content_type="application/json")
    changed = at_lins.patch(f"/api/v1/clients/{zhang.pk}", '{"code": "K1"}', content_type="application/json")
    assert changed.status_code == 400 and set(changed.json()["messages"]) == {"code"}
    branch = json.dumps({"code": "SH99", "name": "上海陆家嘴营业部"})
    opened = at_admins.post("/api/v1/do/team.create_branch", branch, content_type="application/json")
    assert opened.status_code == 400 and set(opened.json()["messages"]) == {"name"}
