"""Suitability in the browser: the form and its answer, a stored check, call-backs, and the client's questionnaire."""

import pytest
from django.test import Client as Browser

from dakehu.foundation.gates import perform
from tests.cast import acting
from tests.domains.advice.test_assessment_rules import best
from tests.interfaces.web.browsers import desk

ORIGIN = "http://testserver"
pytestmark = pytest.mark.django_db


def test_lin_checks_keeps_and_sees_the_duties_and_an_sees_nothing(lin, wang, an, he, zhang):
    page = desk(lin)
    asked = {"client": "C0001", "product_name": "稳进", "product_risk": "R2", "initiative": "client"}
    shown = page.get("/suitability/", asked).content.decode()
    assert "客户信息不完整或不真实" in shown and "留存核对记录" in shown
    assert "没有“C9”" in page.get("/suitability/", {**asked, "product_name": "", "product": "C9"}).content.decode()
    kept = page.post("/suitability/record", {**asked, "kyc_complete": "true"})
    assert kept.status_code == 302
    assert "请客户本人重新测评" in page.get(kept.url).content.decode()
    assert desk(wang).get(kept.url).status_code == 404
    assert desk(an).get("/suitability/").status_code == 403
    assert page.get("/call-backs/").status_code == 403
    assert desk(he).get("/call-backs/").status_code == 200


def test_a_client_hands_the_questionnaire_in_from_a_browser_and_staff_see_no_question(lin, zhang):
    with acting(lin):
        path = perform("advice.send_questionnaire", {"client": "C0001"})["path"]
    assert desk(lin).get(path).status_code == 403
    phone = Browser(enforce_csrf_checks=True)
    page = phone.get(path)
    assert page.headers["Referrer-Policy"] == "same-origin"  # "no-referrer" makes browsers send `Origin: null`
    token = {"csrfmiddlewaretoken": page.cookies["csrftoken"].value}
    answers = {item: list(chosen) for item, chosen in best(highest=False).items()}
    missing = phone.post(path, {**token, **answers, "age": []}, headers={"origin": ORIGIN})
    assert missing.status_code == 422 and "请回答这一题" in missing.content.decode()
    done = phone.post(path, {**token, **answers}, headers={"origin": ORIGIN})
    assert done.status_code == 200 and "C1" in done.content.decode()
    assert phone.get(path).status_code == 404


def test_a_wrong_link_says_no_more_than_that_it_does_not_work():
    answer = Browser().get("/test/nothing/")
    assert answer.status_code == 404 and "链接不可用" in answer.content.decode()
