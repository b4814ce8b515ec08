"""The desk as a person uses it, in a real browser: keys, drafts, dialogs, and a content policy that is enforced."""

import shutil

import pytest

from dakehu.foundation.gates import perform
from tests.cast import PASSWORD, acting
from tests.interfaces.web.hands import until

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture
def page(live_server, lin):
    """Lin at the desk. The browser's errors are collected in `page.complaints`."""
    if BROWSER is None:
        pytest.skip("no Chromium on this machine: the desk was not worked by hand")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        at = browser.new_page(locale="zh-CN", viewport={"width": 1440, "height": 900})
        at.complaints = []
        at.on("console", lambda said: at.complaints.append(said.text) if said.type == "error" else None)
        at.on("pageerror", lambda fault: at.complaints.append(str(fault)))
        at.goto(f"{live_server.url}/sign-in")
        at.fill("[name=username]", "lin")
        at.fill("[name=password]", PASSWORD)
        at.press("[name=password]", "Enter")
        at.wait_for_selector("#ledger")
        at.wait_for_load_state("networkidle")  # figures load last; the database of tests locks whole tables
        yield at
        browser.close()


def test_a_morning_at_the_desk(page, live_server, lin):
    with acting(lin):
        zhang = perform("clients.create", {"name": "张三", "code": "C0001", "phone": "13812345678"})
        perform("service.plan_follow_up", {"client": zhang.pk, "due_on": "2020-02-15", "subject": "安排面对面会议"})

    # The plan is completed in the list, and the list is redrawn.
    page.goto(live_server.url)
    page.wait_for_load_state("networkidle")
    page.click("#work button:has-text('完成')")
    page.wait_for_selector("#ledger:has-text('今天没有待办')")
    page.wait_for_load_state("networkidle")

    # Open the client from the list, with the draft saved while typing.
    page.goto(f"{live_server.url}/clients/")
    page.wait_for_selector(".tabulator-row:has-text('张三')")
    page.goto(f"{live_server.url}/clients/{zhang.pk}/")
    page.keyboard.press("n")
    page.keyboard.type("客户咨询股票投资")
    page.wait_for_selector("[data-draft-state]:has-text('已自动保存')")
    page.reload()
    until(page, "document.querySelector('#note-summary').value === '客户咨询股票投资'")
    page.fill("[name=next_on]", "2030-01-08")
    page.click("#note button[type=submit]")
    page.wait_for_selector("#timeline:has-text('客户咨询股票投资')")
    page.wait_for_selector(".client-right:has-text('2030-01-08')")
    until(page, "document.querySelector('#note-summary').value === ''")

    # Keys: e edits, Escape leaves, Ctrl K finds by pinyin.
    page.keyboard.press("e")
    page.wait_for_selector("#act[open] [name=occupation]")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("zs")
    page.wait_for_selector(".palette__item:has-text('张三')")
    assert page.complaints == []
