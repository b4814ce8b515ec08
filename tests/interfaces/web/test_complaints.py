"""Complaints have a page of their own: stages, deadlines in working days, owners, the case with its evidence."""

import pytest

from dakehu.foundation.base import clock
from dakehu.foundation.gates import ask, perform
from tests.cast import acting
from tests.interfaces.web.browsers import desk

pytestmark = pytest.mark.django_db


def complain(client, subject, **more):
    return perform("compliance.register_complaint", {"client": client.pk, "subject": subject, **more})


def page(user, query=""):
    return desk(user).get(f"/complaints/{query}").content.decode()


def test_complaints_stand_by_their_clocks_with_their_stages_counted_and_requests_are_not_among_them(
    lin, zhou, he, zhang
):
    with acting(lin):
        complain(zhang, "回复太慢")
        complain(zhang, "费用有误", received_on="2026-01-05")
        perform("service.open_request", {"client": zhang.pk, "kind": "咨询", "subject": "开户流程"})
        closed = complain(zhang, "短信打扰")
    with acting(zhou):
        perform("compliance.close_complaint", {"complaint": closed.pk, "outcome": "已致歉"})
    for user in (lin, he):
        shown = page(user)
        assert shown.index("费用有误") < shown.index("回复太慢")
        assert "开户流程" not in shown and "短信打扰" not in shown and "超期" in shown
        assert "短信打扰" in page(user, "?stage=closed")
    with acting(he):
        found = ask("compliance.complaint_inbox", {})["stages"]
    stages = {row["state"]: (row["count"], row["overdue"]) for row in found}
    assert stages["open"] == (2, 1) and stages["closed"] == (1, 0)


def test_the_menu_and_the_page_are_for_those_who_handle_complaints_and_within_their_clients(
    lin, wang, an, admin, zhang
):
    with acting(lin):
        case = complain(zhang, "费用有误")
    assert 'href="/complaints/"' in page(lin) and "费用有误" not in page(wang)
    assert desk(wang).get(f"/complaints/{case.pk}/").status_code == 404
    assert 'href="/complaints/"' not in desk(an).get("/clients/").content.decode()
    assert desk(admin).get("/complaints/").status_code == 403


def test_cases_are_narrowed_to_an_owner_or_to_ones_own(lin, zhou, zhang):
    with acting(zhou):
        complain(zhang, "林的案子", owner=lin.pk)
        complain(zhang, "周的案子")
    assert "林的案子" in page(zhou, f"?owner={lin.pk}") and "周的案子" not in page(zhou, f"?owner={lin.pk}")
    assert "周的案子" in page(zhou, "?mine=1") and "林的案子" not in page(zhou, "?mine=1")


def test_a_complaint_is_registered_from_the_page_by_the_code_of_the_client(he, zhang):
    browser = desk(he)
    form = browser.get("/actions/compliance.register_complaint").content.decode()
    assert 'name="client"' in form
    raw = {"client": "C0001", "subject": "费用有误", "received_on": clock.today().isoformat()}
    assert browser.post("/actions/compliance.register_complaint", raw).status_code == 302
    assert "费用有误" in page(he)


def test_the_evidence_of_a_case_holds_what_was_done_since_it_came_in_and_nothing_from_before(lin, he, zhang):
    with acting(lin):
        perform("service.log_interaction", {"client": zhang.pk, "held_at": "2026-01-05", "summary": "之前的通话"})
        case = complain(zhang, "费用有误", received_on="2026-02-02")
        perform("service.log_interaction", {"client": zhang.pk, "held_at": "2026-02-03", "summary": "解释了费用"})
    shown = desk(he).get(f"/complaints/{case.pk}/").content.decode()
    assert "解释了费用" in shown and "之前的通话" not in shown
