"""In a real browser, five roles: a complaint by telephone, its case, the issue behind it, the effect, its end, the client informed."""

from datetime import timedelta

import pytest

from dakehu.foundation.base import clock
from dakehu.foundation.gates import ask, perform
from tests.cast import acting
from tests.interfaces.web.hands import browsers, findings, until

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "document.body.innerText.includes('{}')"
CARDS = "document.querySelector('[data-state={}] [data-task]') !== null"


def day(ago):
    return (clock.today() - timedelta(days=ago)).isoformat()


def work(page, button, **answers):
    """Open the form behind a button of the page, fill it in and submit it."""
    page.get_by_role("button", name=button, exact=True).first.press("Enter")
    until(page, "document.querySelector('#act form') !== null")
    for name, value in answers.items():
        field = page.locator(f"#act [name={name}]")
        if field.evaluate("(at) => at.closest('details') !== null && !at.closest('details').open"):
            page.locator("#act details summary").first.press("Enter")
        if field.evaluate("(at) => at.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)
    page.locator("#act button[type=submit]").last.press("Enter")
    until(page, "document.querySelector('#act form') === null")


def test_a_complaint_from_phone_call_to_improvement_with_effect_over_five_roles(live_server, lin, zhou, an, he, admin):
    with acting(lin):
        for number in range(24):
            client = perform("clients.create", {"name": f"客户{number}", "code": f"K{number:04d}"})
            if number in range(1, 10):
                said = {"client": client.pk, "subject": "打电话半天没人接", "received_on": day(40)}
                perform("compliance.register_complaint", said)
    base = live_server.url
    with browsers() as sign_in:
        manager = sign_in(base, "lin")
        manager.goto(f"{base}/feedback/?kind=complaint")
        work(manager, "登记意见", client="K0000", kind="投诉", text="昨天打电话半天没人接。请改进。")
        until(manager, WORDS.format("昨天打电话半天没人接"))
        assert findings(manager) == []

        lead = sign_in(base, "zhou")
        with acting(zhou):
            (case,) = (one["id"] for one in ask("care.inbox", {})["lines"] if "昨天" in one["text"])
        lead.goto(f"{base}/complaints/{case}/")
        work(lead, "受理")
        lead.reload()
        work(lead, "答复客户", reply="您反映的情况属实，我们正在改进，谨致歉意。", decision="成立", cause="流程或制度")
        work(lead, "新建改进事项", title="缩短电话等待时间", topic="服务速度", owner="安然")

        analyst = sign_in(base, "an")
        analyst.goto(f"{base}/improvements/")
        analyst.locator("[data-task] .task-card__open").first.press("Enter")
        until(analyst, WORDS.format("还没有测量"))
        days = {"before_from": day(60), "before_to": day(31), "after_from": day(30), "after_to": day(1)}
        plan = {"cause": "午间无人值守", "cause_method": "数据分析", "measure": "午间轮值", "due_on": day(-20)}
        work(analyst, "修改", **plan, metric="投诉客户占比", **days)
        until(analyst, WORDS.format("午间轮值"))
        issue = analyst.url
        work(analyst, "测量效果")
        until(analyst, WORDS.format("已改善"))
        assert "9 / 24" in analyst.inner_text("#effect") and findings(analyst) == []
        analyst.goto(f"{base}/improvements/")
        for stage in ("do", "check", "act"):
            analyst.locator("[data-task] .task-card__open").first.press("ArrowRight")
            until(analyst, CARDS.format(stage))
        assert findings(analyst) == []
        analyst.goto(issue)
        work(analyst, "提交关闭")
        until(analyst, WORDS.format("待审批"))
        assert analyst.get_by_role("button", name="批准关闭").count() == 0

        officer = sign_in(base, "he")
        officer.goto(issue)
        work(officer, "批准关闭")
        until(officer, WORDS.format("关闭批准人"))
        work(officer, "撰写告知的话", client_text="您反映的电话无人接听，现已安排午间轮值。")
        manager.goto(issue)
        work(manager, "登记已告知", informed_how="电话")
        until(manager, "document.querySelector('#clients .tag--good') !== null")

        administrator = sign_in(base, "admin")
        administrator.goto(f"{base}/audit/")
        until(administrator, WORDS.format("登记已告知客户"))
        assert administrator.goto(issue).status == 403
        for page in (manager, lead, analyst, officer, administrator):
            assert page.complaints == []
