"""In a real browser: a board operated by keys and drag, and six clients handed over from plan to signed packs and back."""

from datetime import timedelta

import pytest

from dakehu.foundation.base import clock
from dakehu.foundation.gates import ask, perform
from tests.cast import acting, enter
from tests.interfaces.web.hands import browsers, findings, until

pytestmark = pytest.mark.django_db(transaction=True)
CARDS = "[...document.querySelectorAll('[data-state=\"{}\"] [data-task]')].length"


def seen(user):
    with acting(user):
        return ask("clients.list", {})["count"], ask("service.tasks", {})["count"]


def test_a_lead_works_the_board_and_hands_six_clients_over_and_takes_them_back(live_server, lin, zhou):
    gu = enter("gu", "顾明", "manager", "东区一队")
    day = (clock.today() + timedelta(days=3)).isoformat()
    with acting(lin):
        for number in range(6):
            client = perform("clients.create", {"name": f"客户{number}", "code": f"H{number:04d}"})
            if number < 2:
                perform("service.create_task", {"client": client.pk, "subject": f"任务{number}", "due_on": day})
    base = live_server.url
    with browsers() as sign_in:
        page = sign_in(base, "zhou")
        page.goto(f"{base}/tasks/board/")
        page.locator("[data-task] .task-card__open").first.focus()
        page.keyboard.press("ArrowRight")
        until(page, f"{CARDS.format('working')} === 1")
        page.locator("[data-state=open] [data-task]").drag_to(page.locator("[data-state=waiting]"))
        until(page, f"{CARDS.format('waiting')} === 1 && {CARDS.format('open')} === 0")
        assert findings(page) == []
        page.goto(f"{base}/hand-overs/new?user={lin.pk}")
        assert page.locator("[name=clients]").count() == 6
        page.select_option("[name=receiver]", label="顾明")
        page.fill("[name=reason]", "轮岗")
        page.get_by_role("button", name="预览工时").press("Enter")
        until(page, "document.querySelector('#preview')?.innerText.includes('6 → 0')")
        assert findings(page) == []
        page.get_by_role("button", name="安排交接").press("Enter")
        page.get_by_role("button", name="现在生效").press("Enter")
        until(page, "Boolean(document.querySelector('#undo'))")
        assert seen(lin) == (0, 0) and seen(gu) == (6, 2)
        other = sign_in(base, "gu")
        other.goto(page.url)
        other.locator("a[href^='/hand-overs/packs/']").first.press("Enter")
        until(other, "document.body.innerText.includes('SHA-256')")
        assert findings(other) == []
        other.goto(page.url)
        other.locator("#sign button").press("Enter")
        until(other, "!document.querySelector('#sign') && document.body.innerText.includes('6 / 6')")
        page.reload()
        page.fill("#undo [name=reason]", "取消")
        page.locator("#undo button").press("Enter")
        until(page, "document.body.innerText.includes('已撤回')")
        assert page.complaints == [] and other.complaints == []
    assert seen(lin) == (6, 2) and seen(gu) == (0, 0)
