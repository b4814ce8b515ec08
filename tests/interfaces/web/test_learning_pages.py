"""The pages of learning for each role: what each sees, and what no role sees before the end of an exam."""

import re
from datetime import timedelta

import pytest

from dakehu.foundation.base import clock
from dakehu.foundation.gates import ask, perform
from tests.cast import PASSWORD, acting
from tests.domains.learning.exam_stage import add_exam, right_answer

pytestmark = pytest.mark.django_db


def browse(client, username):
    client.post("/sign-in", {"username": username, "password": PASSWORD})
    return client


def add_article(he, zhou, **more):
    with acting(he):
        given = {
            "code": "KB-1",
            "title": "双录要点",
            "text": "## 步骤\n\n<script>alert(1)</script> **先告知**",
            "pages": "/clients/",
        }
        row = perform("learning.add_article", {**given, "review_by": clock.today() + timedelta(days=90), **more})
        perform("learning.submit_article", {"article": row.pk})
    with acting(zhou):
        perform("compliance.approve", {"approval": ask("compliance.approvals", {})[0]["id"]})
    return row


def test_an_exam_page_holds_no_answer_and_saves_the_rest_when_handed_in(lin, he, client):
    exam = add_exam(he)
    browse(client, "lin")
    address = client.post(f"/learning/exams/{exam.pk}/start").url
    assert client.post(f"/learning/exams/{exam.pk}/start").url == address
    sitting = client.get(address).content.decode()
    assert "解析" not in sitting and "证券法" not in sitting and sitting.count("<fieldset") == 4
    pk = int(re.search(r"/attempts/(\d+)/", address)[1])
    with acting(lin):
        asked = ask("learning.attempt", {"attempt_id": pk})["questions"]
    form = {}
    for one in asked:
        form[f"place-{one['place']}"] = "1"
        form[f"q-{one['place']}"] = right_answer(one).split(",")
    saved = client.post(f"{address}answer", {**form, "only": "2"}).content.decode()
    assert "已答 1 / 4" in saved
    assert client.post(f"{address}answer", {"only": "9"}).status_code == 422
    assert "剩余" in client.get(f"{address}clock").content.decode()
    assert client.post(f"{address}finish", form).url == address
    result = client.get(address).content.decode()
    assert "100.00%" in result and result.count("解析") == 4
    assert "100.00%" in client.get(f"/learning/exams/{exam.pk}/").content.decode()


def test_an_article_is_linked_from_the_page_it_concerns_and_its_markup_is_harmless(lin, zhou, he, client):
    article = add_article(he, zhou, must_confirm=True)
    browse(client, "lin")
    assert f"/knowledge/{article.pk}/" in client.get("/clients/").content.decode()
    assert f"/knowledge/{article.pk}/" not in client.get("/tasks/").content.decode()
    shown = client.get(f"/knowledge/{article.pk}/").content.decode()
    assert "<strong>先告知</strong>" in shown and "<script>alert" not in shown and "确认已读" in shown
    assert "双录要点" in client.get("/knowledge/?q=告知").content.decode()
    assert "没有找到" in client.get("/knowledge/?q=期权").content.decode()
    assert client.post(f"/knowledge/{article.pk}/write", {"text": ""}).status_code == 422
    assert client.post(f"/knowledge/{article.pk}/write", {"text": "新"}).status_code == 302
    assert "草稿 v2" in client.get(f"/knowledge/{article.pk}/").content.decode()


def test_each_role_opens_its_pages_of_learning(lin, zhou, he, an, client):
    opened = {}
    for user in (lin, zhou, he, an):
        browse(client, user.username)
        pages = ("/knowledge/", "/learning/", "/learning/team/", "/learning/questions/", "/learning/requirements/")
        opened[user.username] = [client.get(page).status_code for page in pages]
        client.post("/sign-out")
    assert opened == {
        "lin": [200, 200, 403, 403, 200],
        "zhou": [200, 200, 200, 403, 200],
        "he": [200, 200, 200, 200, 200],
        "an": [200, 200, 403, 403, 200],
    }


def test_a_course_is_taken_on_its_page(lin, he, client):
    with acting(he):
        course = perform("learning.add_course", {"code": "C1", "name": "适当性", "hours": "2"})
        perform("learning.add_lesson", {"course_id": course.pk, "title": "第一课", "text": "内容"})
        perform("learning.open_course", {"course_id": course.pk})
    browse(client, "lin")
    page = f"/learning/courses/{course.pk}/"
    assert "开始学习" in client.get(page).content.decode()
    client.post(f"{page}enrol")
    lesson = re.search(r"/learning/enrolments/\d+/lessons/\d+", client.get(page).content.decode())[0]
    assert client.post(lesson).url == page
    assert "已完成 2 / 应完成 15 学时" in client.get("/learning/").content.decode().replace("2.0", "2")
