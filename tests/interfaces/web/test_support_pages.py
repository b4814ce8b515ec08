"""The pages of support: asking from a page, suggestions while typing, and what each role sees of a ticket."""

import pytest

from dakehu.foundation.gates import perform
from tests.cast import PASSWORD, acting

pytestmark = pytest.mark.django_db


def browse(client, username):
    client.post("/sign-in", {"username": username, "password": PASSWORD})
    return client


def test_every_page_leads_to_asking_about_itself_and_the_ticket_carries_it(lin, zhang, client):
    browse(client, "lin")
    page = client.get(f"/clients/{zhang.pk}/?tab=service").content.decode()
    assert f"/support/ask?page=%2Fclients%2F{zhang.pk}%2F&amp;guide=client" in page
    form = client.get(f"/support/ask?page=/clients/{zhang.pk}/&guide=client").content.decode()
    assert 'name="guide_page" value="client"' in form
    given = {
        "subject": "页面打不开",
        "text": "一直转圈",
        "kind": "fault",
        "page": f"/clients/{zhang.pk}/",
        "guide_page": "client",
    }
    answer = client.post("/support/ask", given)
    shown = client.get(answer.url).content.decode()
    assert "/clients/*/" in shown and f"/clients/{zhang.pk}/" not in shown
    assert 'href="/support/ask?guide=client"' in client.get("/guide/client/").content.decode()


def test_a_form_with_client_data_comes_back_with_the_reason_and_what_was_typed(lin, zhang, client):
    browse(client, "lin")
    given = {"subject": "张三打不开", "text": "一直转圈", "kind": "fault"}
    refused = client.post("/support/ask", given)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "“张三”是您可见的客户的姓名" in page and 'value="张三打不开"' in page and 'name="anyway"' in page
    assert client.post("/support/ask", {**given, "anyway": "true"}).status_code == 302


def test_while_typing_the_guide_and_known_problems_are_offered_and_client_data_is_warned_of(lin, admin, client):
    with acting(admin):
        given = {"title": "导入后数量不对", "description": "合并单元格。", "affected_version": "0.3.0"}
        perform("support.add_problem", {**given, "workaround": "先拆开单元格。"})
    browse(client, "lin")
    found = client.post(
        "/support/suggestions", {"subject": "导入表格数量不对", "text": "电话13912345678"}
    ).content.decode()
    assert "先拆开单元格。" in found and "/guide/import/" in found and "手机号" in found
    assert client.get("/support/suggestions").status_code == 405  # what is typed is in no address
    assert "输入标题后" in client.post("/support/suggestions", {"subject": "", "text": ""}).content.decode()


def test_support_sees_what_waits_and_the_counts_and_others_do_not(lin, wang, admin, client):
    with acting(lin):
        ticket = perform("support.open_ticket", {"subject": "收不到验证码", "text": "试了三次"})
    browse(client, "admin")
    page = client.get("/support/?tab=waiting").content.decode()
    assert "收不到验证码" in page and "首次答复（中位）" in page
    assert "/actions/support.answer_ticket" in client.get(f"/support/{ticket.pk}/").content.decode()
    browse(client, "wang")
    page = client.get("/support/?tab=waiting").content.decode()
    assert "收不到验证码" not in page and "首次答复（中位）" not in page
    assert client.get(f"/support/{ticket.pk}/").status_code == 404
    assert client.get("/support/problems/").status_code == 200
