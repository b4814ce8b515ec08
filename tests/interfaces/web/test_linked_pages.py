"""The pages of linked sheets, of webhooks and of outgoing data: events, for authorized readers, and never a secret."""

import pytest

from dakehu.foundation.base import firm_settings
from dakehu.foundation.gates import perform
from dakehu.foundation.jobs import queue
from tests.architecture.pages import browser_of
from tests.cast import acting
from tests.exchange.sheets_sync.desks import google, link, sync, without_waiting  # noqa: F401

pytestmark = pytest.mark.django_db


def text_of(user, path: str, status: int = 200) -> str:
    answer = browser_of(user).get(path)
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


def test_a_linked_sheet_shows_its_owner_and_the_administrator_what_went_which_way(
    google,  # noqa: F811
    lin,
    wang,
    admin,
    zhang,
):
    row = link(admin, lin, google)
    sync(lin, row)
    page = f"/connections/sheets/{row.pk}/"
    browser = browser_of(lin)
    assert browser.post(page, {"action": "sheets.start"}).status_code == 302
    queue.run_due_jobs()
    for person in (lin, admin):
        shown = text_of(person, page)
        assert "已完成" in shown and "不进表" in shown and "手机" in shown
        assert "BEGIN PRIVATE KEY" not in shown and row.name in text_of(person, "/connections/sheets/")
    assert "立即同步" not in text_of(admin, page) and "立即同步" in text_of(lin, page)
    text_of(wang, page, 404)
    assert row.name not in text_of(wang, "/connections/sheets/")


def test_a_webhook_shows_its_secret_on_the_page_that_made_it_only(lin, wang, admin):
    browser = browser_of(admin)
    given = {"name": "OA", "address": "https://oa.example.com/hook", "owner": str(lin.pk), "events": "clients.created"}
    assert browser.post("/connections/webhooks/new", {**given, "address": "http://10.0.0.1/"}).status_code == 422
    shown = browser.post("/connections/webhooks/new", given).content.decode()
    assert "whsec_" in shown
    listed = text_of(admin, "/connections/webhooks/")
    page = listed.split('href="/connections/webhooks/')[-1].split('"')[0]
    page = f"/connections/webhooks/{page}"
    assert "whsec_" not in text_of(admin, page) and "等待" not in text_of(admin, page)
    assert browser.post(page, {"action": "webhooks.switch_on"}).status_code == 302
    assert "等待 林晓 确认" in text_of(admin, page)
    assert browser_of(lin).post(page, {"action": "webhooks.confirm"}).status_code == 302
    assert "发送测试消息" in text_of(admin, page)
    assert "whsec_" in browser.post(page, {"action": "webhooks.rotate_secret"}).content.decode()
    text_of(wang, page, 404)


def test_the_system_page_lists_every_way_with_its_owner_and_whether_it_is_open(google, lin, admin, he):  # noqa: F811
    link(admin, lin, google)
    with acting(lin):
        perform("team.create_token", {"name": "报表"})
    firm_settings.forget()
    for person in (admin, he):
        page = text_of(person, "/system/")
        part = page.split('id="leaving"')[1].split("</section>")[0]
        for words in (
            "外部连接",
            "在线表格",
            "东区客户表",
            "Webhook",
            "访问令牌",
            "林晓",
            "OData 读取",
            "AI 助手",
            "未启用",
        ):
            assert words in part, words
