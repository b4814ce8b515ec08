"""The pages of the calendar, and a meeting moved by keyboard alone."""

from datetime import timedelta

import pytest

from dakehu.domains.service.models import FollowUp, Meeting
from dakehu.foundation.base import clock
from dakehu.foundation.gates import perform
from tests.cast import acting
from tests.interfaces.web.hands import browsers, until

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = clock.today() + timedelta(days=7 - clock.today().weekday())


@pytest.fixture
def planned(lin, zhang):
    with acting(lin):
        perform("service.plan_follow_up", {"client": zhang.pk, "due_on": MONDAY.isoformat(), "subject": "电话回访"})
        return perform(
            "service.plan_meeting", {"client": zhang.pk, "subject": "持仓检视", "starts_at": f"{MONDAY} 10:00"}
        )


def test_a_meeting_is_moved_by_keyboard_and_a_plan_put_off_asks_why(live_server, lin, planned):
    with browsers() as sign_in:
        page = sign_in(live_server.url, "lin")
        page.goto(f"{live_server.url}/calendar/?on={MONDAY}")
        page.locator("[data-kind=meeting]").focus()
        for key in ("m", "ArrowRight", "ArrowDown"):
            page.keyboard.press(key)
        assert "10:30" in page.inner_text("#calendar-carry")
        page.keyboard.press("Enter")
        until(page, f"document.activeElement.dataset.on === '{MONDAY + timedelta(days=1)}'")
        page.locator("[data-kind=follow_up]").focus()
        for key in ("m", "ArrowRight", "Enter"):
            page.keyboard.press(key)
        until(page, "document.activeElement.name === 'reason'")
        page.keyboard.type("客户出差")
        page.keyboard.press("Control+Enter")
        until(page, "!document.querySelector('dialog:modal')")
        until(page, f"document.querySelector('[data-kind=follow_up]')?.dataset.on === '{MONDAY + timedelta(days=1)}'")
        assert page.complaints == []
    with acting(lin):
        moved, plan = Meeting.objects.get(pk=planned.pk), FollowUp.objects.get()
    assert f"{clock.local(moved.starts_at):%Y-%m-%d %H:%M}" == f"{MONDAY + timedelta(days=1)} 10:30"
    assert plan.moved_reason == "客户出差"


@pytest.mark.parametrize("view", ["day", "week", "month", "team"])
def test_every_view_shows_the_meeting_to_the_lead_and_nothing_to_another_team(client, zhou, wang, planned, view):
    backend = "dakehu.domains.team.sign_in.backends.StaffBackend"
    address = f"/calendar/?view={view}&on={MONDAY}&whose=team"
    client.force_login(zhou, backend=backend)
    assert "持仓检视" in client.get(address).content.decode()
    assert "持仓检视" in client.get(f"/calendar/meetings/{planned.pk}/").content.decode()
    client.force_login(wang, backend=backend)
    assert "持仓检视" not in client.get(address).content.decode()
    assert client.get(f"/calendar/meetings/{planned.pk}/").status_code == 404


def test_plan_contacts_and_goals_open_for_those_who_serve(client, lin, planned):
    client.force_login(lin, backend="dakehu.domains.team.sign_in.backends.StaffBackend")
    assert "周计划" in client.get(f"/calendar/week-plan/?on={MONDAY}").content.decode()
    assert "应联系客户" in client.get("/calendar/contacts/").content.decode()
    assert "还没有目标" in client.get("/calendar/goals/").content.decode()
