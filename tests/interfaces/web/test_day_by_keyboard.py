"""The day is worked by keyboard alone: a plan of the start page moved, a contact logged from the palette, both undone."""

from datetime import timedelta

import pytest

from dakehu.domains.service.models import FollowUp, Interaction
from dakehu.foundation.base import clock
from dakehu.foundation.gates import perform
from tests.cast import acting, as_system
from tests.interfaces.web.hands import browsers, findings, reach, until

pytestmark = pytest.mark.django_db(transaction=True)


def plan():
    with as_system():
        return FollowUp.objects.get()


def test_a_plan_is_moved_and_a_contact_logged_without_a_mouse(live_server, lin):
    today = clock.today()
    later = today + timedelta(days=30)
    with acting(lin):
        client = perform("clients.create", {"name": "张三", "code": "C0001"})
        perform("service.plan_follow_up", {"client": client.pk, "due_on": today.isoformat(), "subject": "年度回顾"})
    with browsers() as sign_in:
        page = sign_in(live_server.url, "lin")

        # The plan that is due: moved in the dialog that its key opens, and gone from the list.
        page.goto(f"{live_server.url}/")
        page.wait_for_load_state("networkidle")  # readers in memory would lock out the write
        reach(page, "改期")
        page.keyboard.press("Enter")
        page.wait_for_selector("#act[open] [name=due_on]")
        assert findings(page) == []
        page.fill("#act [name=due_on]", later.isoformat())  # the order in which digits are typed is the browser's own
        page.focus("#act [name=due_on]")
        page.keyboard.press("Enter")
        until(page, "!document.querySelector('#ledger').innerText.includes('年度回顾')")
        assert plan().due_on == later

        # Taken back by its key, while the offer stands.
        page.keyboard.press("Control+z")
        until(page, "document.querySelector('#ledger').innerText.includes('年度回顾')")
        assert plan().due_on == today

        # A contact logged from the palette by the name of the client, in one form over the page.
        page.keyboard.press("Control+k")
        page.keyboard.type("登记服务 张三")
        until(page, "[...document.querySelectorAll('[role=option]')].some((one) => one.innerText.includes('张三'))")
        page.keyboard.press("Enter")
        page.wait_for_selector("#act[open] [name=summary]")
        page.focus("#act [name=summary]")
        page.keyboard.type("电话沟通，下周见面")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(".toast:has-text('登记服务记录')")
        assert page.complaints == []
    with as_system():
        assert Interaction.objects.get().summary == "电话沟通，下周见面"
