"""Daily work in a real browser: a contact that closes what it answers, the palette, edits in place, the notifications."""

from datetime import timedelta

import pytest

from dakehu.domains.service import queries as service
from dakehu.foundation.base import clock
from dakehu.foundation.gates import perform
from tests.cast import acting
from tests.interfaces.web.hands import browsers, until


@pytest.fixture
def page(live_server, lin):
    """Lin's browser; its errors are collected in `page.complaints`."""
    with browsers() as sign_in:
        yield sign_in(live_server.url, "lin")


def test_a_logged_call_closes_the_plan_that_is_due_and_plans_the_next_with_one_click(page, live_server, lin):
    due = clock.today() - timedelta(days=2)
    with acting(lin):
        zhang = perform("clients.create", {"name": "张三", "code": "C0001"})
        perform("service.plan_follow_up", {"client": zhang.pk, "due_on": due.isoformat(), "subject": "安排面对面会议"})
    page.goto(f"{live_server.url}/clients/{zhang.pk}/")
    page.wait_for_load_state("networkidle")  # in-memory readers would lock out the write
    assert page.is_checked("#note [name=fulfils]")
    page.fill("#note-summary", "电话确认下周三见面")
    page.click("#note .suggestions__one:has-text('1 周后')")
    planned = page.input_value("#note [name=next_on]")
    page.click("#note button[type=submit]")
    page.wait_for_selector("#timeline:has-text('电话确认下周三见面')")
    page.wait_for_selector(f".client-right:has-text('{planned}')")
    until(page, "!document.querySelector('.client-right').innerText.includes('安排面对面会议')")
    assert page.complaints == []


def test_the_palette_opens_the_form_of_an_action_for_the_client_that_was_named(page, live_server, lin):
    with acting(lin):
        zhang = perform("clients.create", {"name": "张三", "code": "C0001"})
    page.goto(f"{live_server.url}/clients/")
    page.wait_for_load_state("networkidle")  # in-memory readers would lock out the write
    page.keyboard.press("Control+k")
    page.keyboard.type("djfw zs")
    page.wait_for_selector(".palette__item[aria-selected=true]:has-text('登记服务记录：张三')")
    page.keyboard.press("Enter")
    page.wait_for_selector("#act[open] [name=summary]")
    page.fill("#act [name=summary]", "电话问候")
    page.click("#act button[type=submit]")
    page.wait_for_selector(".toast:has-text('登记服务记录')")
    with acting(lin):
        assert [row.summary for row in service.client_interactions(client=zhang)] == ["电话问候"]
    assert page.complaints == []


def test_a_value_is_changed_in_place_by_the_keyboard_and_escape_leaves_it(page, live_server, lin):
    with acting(lin):
        zhang = perform("clients.create", {"name": "张三", "code": "C0001", "occupation": "教师"})
    page.goto(f"{live_server.url}/clients/{zhang.pk}/?tab=basic")
    page.wait_for_load_state("networkidle")  # in-memory readers would lock out the write
    page.focus("[data-edits=occupation]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-in-place=occupation] .control:focus")
    page.keyboard.type("律师")
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-edits=occupation]:has-text('教师'):focus")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-in-place=occupation] .control:focus")
    page.keyboard.type("医生")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-edits=occupation]:has-text('医生'):focus")
    assert page.complaints == []


def test_a_form_that_is_sent_the_moment_it_appears_is_saved_and_nothing_enters_the_address(page, live_server, lin):
    with acting(lin):
        zhang = perform("clients.create", {"name": "张三", "code": "C0001", "occupation": "教师"})
    page.goto(f"{live_server.url}/clients/{zhang.pk}/?tab=basic")
    page.wait_for_load_state("networkidle")  # in-memory readers would lock out the write
    page.evaluate("""() => new MutationObserver((_, watching) => {
        const form = document.querySelector("[data-in-place=occupation]");
        if (!form) return;
        watching.disconnect();
        form.querySelector(".control").value = "医生";
        form.requestSubmit();
    }).observe(document, { childList: true, subtree: true })""")
    page.click("[data-edits=occupation]")
    page.wait_for_selector("[data-edits=occupation]:has-text('医生')")
    assert page.url == f"{live_server.url}/clients/{zhang.pk}/?tab=basic"
    assert page.complaints == []


def test_another_kind_shows_other_questions_of_a_new_client(page, live_server, lin):
    page.goto(f"{live_server.url}/clients/")
    page.wait_for_load_state("networkidle")  # in-memory readers would lock out the write
    page.keyboard.press("Control+k")
    page.keyboard.type("新建客户")
    page.wait_for_selector(".palette__item[aria-selected=true]:has-text('新建客户')")
    page.keyboard.press("Enter")
    page.wait_for_selector("#act[open] [name=name]")
    page.click("#act .form__more summary")
    assert page.is_visible("#act [name=gender]") and not page.is_visible("#act [name=controller]")
    page.select_option("#act [name=kind]", "institution")
    assert page.is_visible("#act [name=controller]") and not page.is_visible("#act [name=gender]")
    assert page.complaints == []


def test_a_complaint_is_registered_on_its_page_and_the_list_draws_itself_anew(page, live_server, lin):
    with acting(lin):
        perform("clients.create", {"name": "张三", "code": "C0001"})
    page.goto(f"{live_server.url}/complaints/")
    page.wait_for_load_state("networkidle")  # in-memory readers would lock out the write
    page.click("#cases button:has-text('登记投诉')")
    page.wait_for_selector("#act[open] [name=client]")
    page.fill("#act [name=client]", "C0001")
    page.fill("#act [name=subject]", "费用有误")
    page.click("#act button[type=submit]")
    page.wait_for_selector("#cases:has-text('费用有误')")
    page.click("#cases a:has-text('费用有误')")
    page.wait_for_selector("#drawer:has-text('办理经过')")
    assert page.complaints == []
