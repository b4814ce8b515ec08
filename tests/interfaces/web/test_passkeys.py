"""Passkeys and codes as a person uses them, in a real browser with an authenticator of its own."""

import json
import shutil

import pytest

from tests.cast import PASSWORD
from tests.interfaces.web.hands import until
from tests.interfaces.web.test_second_factor import acts, code_of

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture
def page(live_server, lin):
    if BROWSER is None:
        pytest.skip("no Chromium on this machine: passkeys were not tried")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        at = browser.new_page(locale="zh-CN", viewport={"width": 1440, "height": 900})
        at.complaints = []
        at.on("pageerror", lambda fault: at.complaints.append(str(fault)))
        yield at
        assert at.complaints == []
        browser.close()


def enter(page, address):
    page.goto(f"{address}/sign-in")
    page.fill("[name=username]", "lin")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")


def leave(page, address):
    page.goto(f"{address}/me")
    page.click("#content button:has-text('退出登录')")
    page.wait_for_url("**/sign-in")


def test_a_passkey_is_added_and_opens_the_desk_alone_and_as_a_second_step(page, live_server):
    tool = page.context.new_cdp_session(page)
    tool.send("WebAuthn.enable")
    held = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = tool.send("WebAuthn.addVirtualAuthenticator", {"options": held})
    enter(page, live_server.url)
    page.wait_for_selector("#ledger")
    page.goto(f"{live_server.url}/me/security")
    page.fill("[name=name]", "办公电脑")
    page.click("button:has-text('添加通行密钥')")
    page.wait_for_selector("#recovery-codes")
    assert page.locator("#recovery-codes li").count() == 10

    leave(page, live_server.url)
    page.click("button:has-text('用通行密钥登录')")
    page.wait_for_selector("#ledger")

    leave(page, live_server.url)
    enter(page, live_server.url)
    page.wait_for_url("**/sign-in/second**")
    page.click("button:has-text('用通行密钥')")
    page.wait_for_selector("#ledger")
    hows = [json.loads(entry.body)["note"]["how"] for entry in acts("team.record_sign_in")]
    assert hows == ["password", "passkey", "password+passkey"]

    # The same key, no longer registered at the desk, is refused.
    page.goto(f"{live_server.url}/me/security")
    page.click("button:has-text('移除')")
    page.wait_for_selector("text=已移除")
    leave(page, live_server.url)
    page.click("button:has-text('用通行密钥登录')")
    page.wait_for_selector("text=没有认出这个通行密钥")
    tool.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": made["authenticatorId"]})


def test_codes_are_turned_on_and_asked_for(page, live_server):
    enter(page, live_server.url)
    page.wait_for_selector("#ledger")
    page.goto(f"{live_server.url}/me/security")
    page.click("a:has-text('启用')")
    secret = page.inner_text("#totp-secret").replace(" ", "")
    until(page, "document.querySelector('.qr').naturalWidth > 0")
    page.fill("[name=code]", code_of(secret))
    page.press("[name=code]", "Enter")
    page.wait_for_selector("#recovery-codes")
    recovery = page.inner_text("#recovery-codes li:first-child").strip()
    for code, opens in ((code_of(secret, 1), True), (recovery, True), (recovery, False)):
        leave(page, live_server.url)
        enter(page, live_server.url)
        page.wait_for_url("**/sign-in/second**")
        page.fill("[name=code]", code)
        page.press("[name=code]", "Enter")
        page.wait_for_selector("#ledger" if opens else "text=验证码不正确或已用过")
