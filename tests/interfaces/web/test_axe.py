"""Accessibility of pages: no serious or critical finding of axe-core, light and wide, dark and narrow. Excluded
are the pages that exist only while a job runs."""

import shutil
from pathlib import Path

import pytest

from dakehu.domains.clients.models import Client
from dakehu.domains.ledger.models import QuarantinedRow
from dakehu.domains.tiers import assign
from dakehu.exchange.imports import service as imports
from dakehu.foundation.base import clock
from dakehu.foundation.gates import perform
from dakehu.foundation.jobs import queue as jobs
from tests.cast import PASSWORD, acting, as_system

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = Path(__file__).parents[2] / "vendor" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TABS = (
    "",
    "?tab=basic",
    "?tab=files",
    "?tab=money",
    "?tab=investments",
    "?tab=service",
    "?tab=needs",
    "?tab=plans",
    "?tab=history",
)
PAGES = {
    "lin": [
        "/",
        "/clients/",
        "/market/",
        "/calendar/",
        "/calendar/week-plan/",
        "/tiers/",
        "/prospects/",
        "/prospects/{prospect}/",
        "/risk/",
        "/pool/",
        "/opportunities/",
        "/opportunities/forecast/",
        "/campaigns/",
        "/mail/",
        "/connections/calendars/",
        "/clients/{client}/note/",
        "/import/",
        "/export/",
        "/connections/odata/",
        "/me",
        "/guide/today/",
        "/me/security",
        "/me/security/prove",
        "/me/security/codes",
        "/actions/clients.create",
        *(f"/clients/{{client}}/{tab}" for tab in TABS),
        "/clients/{client}/actions/service.plan_follow_up",
        "/import/{opened}/",
        "/import/{tried}/",
        "/import/{tried}/corrections/",
        "/undo/",
        "/clients/duplicates",
        "/clients/{client}/merge",
        "/clients/{client}/merge/{other}",
        "/import/{statement}/?step=columns",
        "/import/{statement}/",
        "/import/{dealt}/",
        "/import/{priced}/",
        "/import/quarantine/",
        "/import/quarantine/{held}/",
    ],
    "zhou": [
        "/calendar/?view=team",
        "/calendar/goals/",
        "/messages/",
        "/tiers/",
        "/tiers/what-if/",
        "/opportunities/pipelines/",
        "/actions/tiers.create_scheme",
        "/moments/rules/",
        "/moments/rules/M06/",
        "/moments/rules/M30/",
    ],
    "admin": [
        "/staff/",
        "/staff/new",
        "/staff/roles/",
        "/staff/teams/",
        "/system/calendar/",
        "/connections/",
        "/connections/{connection}/",
        "/actions/connections.add",
        "/audit/",
        "/system/",
        "/api/v1/docs",
        "/system/fields/",
        "/system/fields/new",
        "/undo/",
        "/no-such-page",
    ],
}
LOOKS = (("light", (1440, 900)), ("dark", (390, 844)))


@pytest.fixture
def staged(lin, zhou, admin, zhang):
    """A client with data of every kind, so that no page is empty."""
    with acting(zhou):
        scheme = perform("tiers.create_scheme", {"name": "方案"})
        perform("tiers.activate_scheme", {"scheme": scheme.pk})
        perform("growth.set_up_pipelines", {})
        perform("growth.add_pool", {"name": "公海"})
    with acting(admin):
        perform(
            "fields.add", {"zh": "首选联系时段", "en": "Preferred hours", "kind": "one", "options": "上午 | Morning"}
        )
    with acting(lin):
        perform("clients.create", {"name": zhang.name, "code": "C0009", "anyway": True})
        perform("clients.change_many", {"clients": "C0009", "segment": "高净值"})
        perform("clients.change", {"client": zhang.code, "assets": "500万", "segment": "私人财富", "risk_level": "C3"})
        perform("clients.add_contact", {"client": zhang.code, "kind": "手机", "value": "138xxxxxx88"})
        perform("clients.record_needs", {"client": zhang.code, "goal": "资产保值增值", "expected_return": "5%"})
        perform(
            "service.log_interaction",
            {
                "client": zhang.code,
                "held_at": "2026-01-05 10:00",
                "summary": "咨询",
                "promise": "寄资料",
                "promise_due_on": "2026-01-09",
                "next_on": "2026-02-02",
            },
        )
        perform("service.open_request", {"client": zhang.code, "kind": "投诉", "subject": "响应慢"})
        for month, value in (("01", "105万"), ("06", "95万")):
            perform(
                "ledger.add_investment",
                {
                    "client": zhang.code,
                    "invested_on": f"2025-{month}-15",
                    "amount": "100万",
                    "product": "甲",
                    "product_kind": "股票",
                    "value": value,
                },
            )
    return zhang


CLIENTS = "客户号,姓名,开户日期\nM1,钱伟,2023-03-01\nM2,孙丽,2023-13-01\n"
DEALS = "客户号,成交日期,证券代码,证券名称,业务名称,成交价格,成交数量,成交金额,发生金额\nC0001,20240105,000878,云南铜业,买入,10,100,1000,-1000\nC0001,20240105,000878,云南铜业,质押登记,10,100,1000,-1000\n"
PRICES = "日期,证券代码,名称,收盘价,产品类别\n2024-01-05,000300.SH,沪深300,3329.11,指数\n2024-01-08,000300.SH,沪深300,停牌,指数\n2024-01-08,600999,某股,12.5,\n"


def upload(user, name, content=CLIENTS) -> int:
    """Upload a file as a member of staff, with one valid row and one at fault; return the batch."""
    with acting(user):
        return int(imports.open_upload(name, content.encode()).pk)


def findings(play, address, user, paths) -> list[str]:
    """Return what axe finds serious or critical on each page in each look, as "path look width: rule at selector"."""
    browser = play.chromium.launch(executable_path=BROWSER, args=FLAGS)
    at = browser.new_context(bypass_csp=True, locale="zh-CN").new_page()
    at.goto(f"{address}/sign-in")
    found = _check(at, "/sign-in")
    at.fill("[name=username]", user)
    at.fill("[name=password]", PASSWORD)
    at.press("[name=password]", "Enter")
    at.wait_for_url(lambda url: "sign-in" not in url)
    for path in paths:
        at.goto(address + path, wait_until="networkidle")
        found += _check(at, path)
    browser.close()
    return found


def _check(at, path) -> list[str]:
    """Check one loaded page in every look; the page is not reloaded between them."""
    at.add_script_tag(path=str(AXE))
    at.add_style_tag(content="* { transition: none !important }")  # colours halfway to the other look are no finding
    found = []
    for look, (width, height) in LOOKS:
        at.set_viewport_size({"width": width, "height": height})
        at.emulate_media(color_scheme=look)
        at.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        made = at.evaluate("axe.run(document, {resultTypes: ['violations']})")
        found += [
            f"{path} {look} {width}: {rule['id']} at {rule['nodes'][0]['target']}"
            for rule in made["violations"]
            if rule["impact"] in ("serious", "critical")
        ]
    return found


@pytest.mark.long
@pytest.mark.parametrize("user", list(PAGES))
def test_no_page_has_a_serious_finding(live_server, staged, lin, user):
    if BROWSER is None:
        pytest.skip("no Chromium on this machine: the pages went unchecked by axe-core")
    from playwright.sync_api import sync_playwright

    opened, tried = (upload(lin, name) for name in ("列.csv", "差异.csv"))
    statement, dealt = (upload(lin, name, DEALS) for name in ("对账单.csv", "已入账.csv"))
    priced = upload(lin, "行情.csv", PRICES)
    with acting(lin):
        imports.start_dry_run(tried)
        imports.start_dry_run(statement)
        imports.start_dry_run(priced)
        imports.start_apply(dealt)
    jobs.run_due_jobs()
    with as_system():
        assign.run(clock.today())
        held = QuarantinedRow.objects.get().pk
        other = Client.objects.get(code="C0009").pk
        linked = perform(
            "connections.add",
            {
                "name": "Zoho",
                "kind": "zoho",
                "address": "https://www.zohoapis.com.cn",
                "app_id": "1",
                "app_secret": "2",
                "grant": "3",
            },
        )
    places = {
        "client": staged.pk,
        "other": other,
        "opened": opened,
        "tried": tried,
        "statement": statement,
        "dealt": dealt,
        "held": held,
        "priced": priced,
        "connection": linked.pk,
    }
    with acting(lin):
        perform("growth.add_prospect", {"name": "陈一", "pool": "公海"})
        places["prospect"] = perform("growth.add_prospect", {"name": "陈志远", "referred_by": staged.code}).pk
        perform("growth.open_opportunity", {"client": staged.code, "subject": "收益凭证", "amount": "5000000"})
    paths = [path.format(**places) for path in PAGES[user]]
    with sync_playwright() as play:
        assert findings(play, live_server.url, user, paths) == []
