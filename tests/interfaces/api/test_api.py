"""The API runs queries and actions like every other interface, under a token's rights."""

import json
from datetime import timedelta

import pytest
from django.test import Client as Browser

from dakehu.domains.service.models import FollowUp, Interaction
from dakehu.foundation.actions.registry import act
from dakehu.foundation.base import clock
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
PREFIX = "/api/v1"


def token(user, scopes=None) -> str:
    with acting(user):
        return perform("team.create_token", {"name": "测试", **({"scopes": scopes} if scopes else {})})["token"]


@pytest.fixture
def call():
    """Call the API with a token: call(token, "GET", "/clients") → (status, answer)."""
    browser = Browser(raise_request_exception=False)

    def run(key, method, path, body=None, language="zh", **headers):
        given = {"HTTP_ACCEPT_LANGUAGE": language, **headers}
        if key:
            given["HTTP_AUTHORIZATION"] = f"Bearer {key}"
        content = json.dumps(body) if body is not None else ""
        made = browser.generic(method, PREFIX + path, content, content_type="application/json", **given)
        return made.status_code, json.loads(made.content)

    return run


def test_without_a_token_or_with_a_wrong_one_nothing_is_said(call, zhang):
    assert call("", "GET", "/clients")[0] == 401
    assert call("dk_wrong", "GET", "/clients")[0] == 401


def test_lin_lists_finds_makes_and_changes_clients(call, lin, zhang):
    key = token(lin)
    status, listed = call(key, "GET", "/clients?text=张&limit=10")
    assert (status, listed["count"], listed["rows"][0]["name"]) == (200, 1, "张三")
    status, made = call(key, "POST", "/clients", {"姓名": "李四", "assets": "100万"})
    assert (status, made["assets"]) == (201, "1000000.00")
    status, changed = call(key, "PATCH", f"/clients/{made['code']}", {"occupation": "医生"})
    assert (status, changed["occupation"]) == (200, "医生")
    assert call(key, "GET", "/clients?assets.ge=50万")[1]["count"] == 1


def test_another_teams_client_is_not_there(call, wang, zhang):
    key = token(wang)
    assert call(key, "GET", f"/clients/{zhang.code}")[0] == 404
    assert call(key, "GET", f"/clients/{zhang.pk}")[0] == 404
    assert call(key, "PATCH", f"/clients/{zhang.pk}", {"occupation": "x"})[0] == 404
    assert call(key, "GET", "/clients")[1]["count"] == 0


def test_a_stale_version_is_refused_with_the_present_values(call, lin, zhang):
    key = token(lin)
    call(key, "PATCH", f"/clients/{zhang.code}", {"occupation": "医生"})
    status, report = call(
        key, "PATCH", f"/clients/{zhang.code}", {"occupation": "律师"}, HTTP_IF_MATCH=f'"{zhang.row_version}"'
    )
    assert status == 412
    assert report["current"]["occupation"] == "医生"
    assert (report["fields"]["occupation"]["mine"], report["fields"]["occupation"]["current"]) == ("律师", "医生")
    assert report["row_version"] == zhang.row_version + 1


def test_who_says_what_was_read_is_refused_only_where_both_changed(call, lin, zhang):
    key, old = token(lin), {"HTTP_IF_MATCH": f'"{zhang.row_version}"'}
    call(key, "PATCH", f"/clients/{zhang.code}", {"occupation": "医生"})
    base = {"occupation": "", "employer": ""}
    status, made = call(key, "PATCH", f"/clients/{zhang.code}", {"employer": "华瑞控股", "base": base}, **old)
    assert (status, made["employer"], made["occupation"]) == (200, "华瑞控股", "医生")
    status, report = call(key, "PATCH", f"/clients/{zhang.code}", {"occupation": "律师", "base": base}, **old)
    assert (status, report["fields"]["occupation"]["base"]) == (412, "")
    assert call(key, "PATCH", f"/clients/{zhang.code}", {"occupation": "律师", "base": "x"})[0] == 400


def test_a_token_holds_only_its_scopes(call, lin, zhang):
    key = token(lin, ["client.read"])
    assert call(key, "GET", f"/clients/{zhang.code}")[0] == 200
    status, report = call(key, "PATCH", f"/clients/{zhang.code}", {"occupation": "x"})
    assert status == 403
    assert "client.write" in report["messages"][""][0]


def test_an_expired_token_opens_nothing(call, lin):
    key = token(lin)
    with as_system(), act("test.age"):
        row = lin.tokens.get()
        row.expires_on = clock.today() - timedelta(days=1)
        row.save()
    assert call(key, "GET", "/clients")[0] == 401


def test_every_query_and_action_is_reachable_by_its_name(call, lin, zhang):
    key = token(lin)
    status, made = call(
        key,
        "POST",
        "/actions/service.log_interaction",
        {"client": zhang.code, "held_at": "2026-01-05 10:00", "summary": "咨询", "next_on": "2026-02-02"},
    )
    assert status == 200
    assert call(key, "GET", f"/q/service.client_interactions?client={zhang.code}")[1]["rows"][0]["id"] == made["id"]
    with acting(lin):
        assert Interaction.objects.get(pk=made["id"]).summary == "咨询"
        assert FollowUp.objects.get(client=zhang).due_on.isoformat() == "2026-02-02"


def test_refusals_come_by_field_in_the_callers_language(call, lin, zhang):
    key = token(lin)
    status, report = call(key, "POST", "/interactions", {"client": zhang.code, "held_at": "昨天"}, language="en")
    assert status == 400
    assert report["messages"]["summary"] == ["“Summary” is required."]
    assert "昨天" in report["messages"]["held_at"][0]


@pytest.mark.parametrize("body", ["[1]", "{", '"x"', "\xff"])
def test_a_body_that_is_no_object_is_refused(lin, body):
    made = Browser().post(
        f"{PREFIX}/clients", body, content_type="application/json", HTTP_AUTHORIZATION=f"Bearer {token(lin)}"
    )
    assert made.status_code == 400
    assert json.loads(made.content)["messages"]


def test_a_session_may_read_and_needs_its_csrf_token_to_write(lin, zhang):
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(lin, backend="dakehu.domains.team.sign_in.backends.StaffBackend")
    assert browser.get(f"{PREFIX}/clients").status_code == 200
    assert browser.post(f"{PREFIX}/clients", "{}", content_type="application/json").status_code == 401


def test_an_unknown_address_or_method_is_said(call, lin):
    key = token(lin)
    assert call(key, "GET", "/everything")[0] == 404
    assert call(key, "GET", "/a/b/c/d")[0] == 404
    assert call(key, "DELETE", "/clients")[0] == 405
    assert call(key, "GET", "/q/clients.update_contact_dates")[0] == 404


def test_the_description_is_made_from_field_facts(call, lin):
    status, made = call(token(lin), "GET", "/openapi.json")
    assert (status, made["openapi"]) == (200, "3.1.0")
    assets = made["components"]["schemas"]["Client"]["properties"]["assets"]
    assert (assets["title"], assets["x-unit"], assets["x-sensitivity"]) == ("资产规模 Assets", "CNY", "personal")
    parameters = made["paths"]["/api/v1/actions/service.log_interaction"]["post"]["requestBody"]["content"][
        "application/json"
    ]["schema"]
    assert set(parameters["required"]) == {"client", "held_at", "summary"}


def test_the_description_can_be_read_as_a_page(lin):
    browser = Browser()
    browser.force_login(lin, backend="dakehu.domains.team.sign_in.backends.StaffBackend")
    page = browser.get(f"{PREFIX}/docs")
    assert page.status_code == 200
    assert "service.log_interaction" in page.content.decode()
