"""Surveys in the browser: made, opened and sent by He, answered without a sign-in, read by authorized users."""

import re

import pytest
from django.test import Client as Browser

from dakehu.foundation.gates import ask
from dakehu.foundation.jobs import queue as jobs
from dakehu.interfaces.survey_log_filter import SurveyFilter
from tests.cast import acting
from tests.domains.care.survey_stage import add_clients, add_survey, allow_sending, collect, send
from tests.interfaces.web.browsers import desk

ORIGIN = "http://testserver"
GOOD = {"q1": "5", "q2": "9", "q3": "讲得很清楚"}
pytestmark = pytest.mark.django_db


def test_a_survey_is_made_sent_answered_once_and_read(lin, an, he):
    allow_sending()
    add_clients(lin, 12)
    page = desk(he)
    assert "还没有问卷" in page.get("/surveys/").content.decode()
    page.post(
        "/actions/care.add_survey",
        {"title_zh": "年度满意度调查", "title_en": "Yearly survey", "anonymity": "confidential"},
    )
    with acting(he):
        (row,) = ask("care.surveys", {})["rows"]
    address = f"/surveys/{row['id']}/"
    page.post("/actions/care.open_survey", {"survey": row["id"]})
    asked = {
        "survey": row["id"],
        "kind": "matrix",
        "text_zh": "各项如何",
        "options": "速度; 态度",
        "show_if": "q1: 1,2",
    }
    page.post("/actions/care.add_question", asked)
    shown = page.get(address).content.decode()
    assert "矩阵评分" in shown and "第 1 题选“1、2”时回答" in shown
    assert "预览：不能提交" in page.get(f"{address}preview").content.decode()
    assert page.post(f"{address}send", {"view": "all", "split_by": "branch"}).status_code == 302
    jobs.run_due_jobs()
    tokens = collect()
    assert len(tokens) == 12
    path = f"/s/{tokens['s100@example.com']}"
    phone = Browser(enforce_csrf_checks=True)
    form = phone.get(path)
    assert form.status_code == 200 and "本问卷保密" in form.content.decode()
    token = {"csrfmiddlewaretoken": form.cookies["csrftoken"].value}
    missing = phone.post(path, {**token, "q1": "5"}, headers={"origin": ORIGIN})
    assert missing.status_code == 422 and "请回答这一题" in missing.content.decode()
    thanks = [phone.post(path, {**token, **GOOD}, headers={"origin": ORIGIN}) for _ in range(2)]
    assert [one.status_code for one in thanks] == [200, 200]
    assert all("您的答卷已收到" in one.content.decode() for one in [*thanks, phone.get(path)])
    assert "讲得很清楚" in page.post(f"{address}texts").content.decode()
    assert "份数不足" in page.get(f"{address}results").content.decode()
    for reader, status in ((lin, 403), (an, 403)):
        assert desk(reader).post(f"{address}texts").status_code == status
    assert "结束后公布" in desk(lin).get(f"{address}results").content.decode()
    found = desk(lin).get(f"{address}phone", {"q": "S101"}).content.decode()
    assert "S101" in found and "?client=" in found


def test_wrong_links_see_one_page_and_leave_no_line_in_the_log(lin, he, caplog):
    allow_sending()
    add_clients(lin, 10)
    survey = add_survey(he, "anonymous")
    send(he, survey)
    token = next(iter(collect().values()))
    altered = token[:-1] + ("A" if token[-1] != "A" else "B")
    answers = [Browser().get(f"/s/{wrong}") for wrong in (altered, "nothing", "A" * 36)]
    texts = {
        strip(answer.content.decode(), wrong)
        for answer, wrong in zip(answers, (altered, "nothing", "A" * 36), strict=True)
    }
    assert len(texts) == 1
    assert {answer.status_code for answer in answers} == {404}
    assert [line for line in caplog.records if SurveyFilter().filter(line) and altered in line.getMessage()] == []


def strip(page: str, token: str) -> str:
    """Return the page without what always differs: its token and the form's own."""
    return re.sub(r'(value|content)="[A-Za-z0-9]{64}"', "", page.replace(token, ""))
